package io.opensergo.rules.document;

import java.util.Collection;
import java.util.Locale;

/** Finds what a writer may have meant. */
final class Suggestion {

    private static final int MAX_EDITS = 2;

    private Suggestion() {}

    /**
     * Returns {@code "; did you mean 'x'?"} for the closest name, or an empty text if none is
     * close.
     */
    static String among(Collection<String> names, String written) {
        String best = null;
        int bestDistance = MAX_EDITS + 1;
        for (String name : names) {
            int distance =
                    distance(name.toLowerCase(Locale.ROOT), written.toLowerCase(Locale.ROOT));
            if (distance < bestDistance) {
                best = name;
                bestDistance = distance;
            }
        }
        return best == null ? "" : "; did you mean '" + best + "'?";
    }

    /** Levenshtein's distance, or more than {@link #MAX_EDITS} if the lengths alone rule it out. */
    private static int distance(String a, String b) {
        if (Math.abs(a.length() - b.length()) > MAX_EDITS) {
            return MAX_EDITS + 1;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
