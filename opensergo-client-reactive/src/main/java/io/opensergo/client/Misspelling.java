package io.opensergo.client;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the name that was meant by one that differs in a few letters. */
final class Misspelling {

    private static final int LETTERS_PER_EDIT = 4;

    private Misspelling() {}

    /**
     * Returns the closest name, or {@code null} if none is close: an edit for each four letters,
     * and one at least. Case does not count.
     */
    static @Nullable String of(Collection<String> names, String written) {
        String best = null;
        int fewest = Integer.MAX_VALUE;
        for (String name : names) {
            int edits = edits(name.toLowerCase(Locale.ROOT), written.toLowerCase(Locale.ROOT));
            if (edits < fewest && edits <= Math.max(1, name.length() / LETTERS_PER_EDIT)) {
                best = name;
                fewest = edits;
            }
        }
        return best;
    }

    /** Levenshtein's distance. */
    private static int edits(String a, String b) {
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
