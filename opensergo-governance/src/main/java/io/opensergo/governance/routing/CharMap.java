package io.opensergo.governance.routing;

import java.util.Arrays;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map from characters, for the children of a node: an array over their range where
 * that is small, as it is for digits and for letters, else a search among them.
 *
 * <p>A node may extend it, which saves each step a load.
 */
class CharMap<V> {

    /** The widest range that is laid out as an array. */
    private static final int MAX_SPAN = 128;

    private static final char[] NO_KEYS = {};
    private static final Object[] NO_VALUES = {};

    /** The characters in order, or none if {@code values} is laid out by character. */
    private final char[] keys;

    private final @Nullable Object[] values;
    private final int first;

    CharMap(SortedMap<Character, V> entries) {
        first = entries.isEmpty() ? 0 : entries.firstKey();
        int span = entries.isEmpty() ? 0 : entries.lastKey() - first + 1;
        if (span <= MAX_SPAN) {
            keys = NO_KEYS;
            values = span == 0 ? NO_VALUES : new Object[span];
            entries.forEach((key, value) -> values[key - first] = value);
        } else {
            keys = new char[entries.size()];
            values = entries.values().toArray();
            int i = 0;
            for (char key : entries.keySet()) {
                keys[i++] = key;
            }
        }
    }

    @SuppressWarnings("unchecked") // every value is a V
    final @Nullable V get(char key) {
        int index = keys.length == 0 ? key - first : Arrays.binarySearch(keys, key);
        return index >= 0 && index < values.length ? (V) values[index] : null;
    }
}
