package io.opensergo.rules.document;

import io.opensergo.rules.internal.ClosestName;
import java.util.Collection;

/** Says what a writer may have meant. */
final class Suggestion {

    private static final int MAX_EDITS = 2;

    private Suggestion() {}

    /**
     * Returns {@code "; did you mean 'x'?"} for the closest name, or an empty text if none is
     * close.
     */
    static String among(Collection<String> names, String written) {
        String closest = ClosestName.of(names, written, name -> MAX_EDITS);
        return closest == null ? "" : "; did you mean '" + closest + "'?";
    }
}
