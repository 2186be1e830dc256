package io.opensergo.cli;

import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleKinds;
import java.util.stream.Collectors;

/** What commands say about kinds. */
final class Kinds {

    private Kinds() {}

    /**
     * Returns the kinds of the specification and those that jars on the class path bring.
     *
     * @throws IllegalStateException if one of them cannot be used
     */
    static RuleKinds all() {
        return RuleKinds.installed();
    }

    /** Returns a message about a kind that there is none of. */
    static String unknown(String option, String found) {
        String names = all().all().stream().map(RuleKind::name).collect(Collectors.joining(", "));
        return option + " must be one of " + names + "; was '" + found + "'";
    }
}
