package io.opensergo.proto;

import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.Violation;
import io.opensergo.rules.Violations;
import java.util.List;

/** What is wrong with a message, as the exception that the records themselves throw. */
final class MessageFaults {

    private MessageFaults() {}

    static InvalidRuleException invalid(String path, String expected, String found) {
        return new InvalidRuleException(List.of(new Violation(path, expected, found)));
    }

    /** Adds the faults of a part to those of the whole. */
    static void addUnder(String parent, InvalidRuleException faults, Violations whole) {
        for (Violation fault : faults.violations()) {
            String path = fault.path().isEmpty() ? parent : fault.under(parent).path();
            whole.add(path, fault.expected(), fault.found());
        }
    }

    /** Returns the faults of a part as those of the whole. */
    static InvalidRuleException under(String parent, InvalidRuleException faults) {
        var whole = new Violations();
        addUnder(parent, faults, whole);
        return new InvalidRuleException(whole.all());
    }
}
