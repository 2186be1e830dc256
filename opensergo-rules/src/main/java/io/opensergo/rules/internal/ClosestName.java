package io.opensergo.rules.internal;

import java.util.Collection;
import java.util.Locale;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Finds the name that was meant by one that is misspelt. Case does not count. */
public final class ClosestName {

    private ClosestName() {}

    /**
     * Returns the name that is the fewest edits away, or {@code null} if none is near.
     *
     * @param names the names there are
     * @param written what was written
     * @param mostEdits how many letters may be inserted, removed or replaced in each name
     */
    public static @Nullable String of(
            Collection<String> names, String written, ToIntFunction<String> mostEdits) {
        String sought = written.toLowerCase(Locale.ROOT);
        String closest = null;
        int fewest = Integer.MAX_VALUE;
        for (String name : names) {
            int most = Math.min(mostEdits.applyAsInt(name), fewest - 1);
            if (Math.abs(name.length() - written.length()) > most) {
                continue;
            }
            int edits = distance(name.toLowerCase(Locale.ROOT), sought);
            if (edits <= most) {
                closest = name;
                fewest = edits;
            }
        }
        return closest;
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
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
