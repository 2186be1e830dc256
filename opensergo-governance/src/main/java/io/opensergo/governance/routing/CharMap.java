package io.opensergo.governance.routing;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map from characters, for the children of a node: an array over their range where
 * that is small, as it is for digits and for letters, else a search among them.
 */
final class CharMap<V> {

    private static final CharMap<?> EMPTY = new CharMap<>(new char[0], new Object[0], 0);

    /** The widest range that is laid out as an array. */
    private static final int MAX_SPAN = 128;

    /** The characters in order, or none if {@code values} is laid out by character. */
    private final char[] keys;

    private final @Nullable Object[] values;
    private final int first;

    private CharMap(char[] keys, @Nullable Object[] values, int first) {
        this.keys = keys;
        this.values = values;
        this.first = first;
    }

    @SuppressWarnings("unchecked") // it holds no value
    static <V> CharMap<V> of(SortedMap<Character, V> entries) {
        if (entries.isEmpty()) {
            return (CharMap<V>) EMPTY;
        }
        int first = entries.firstKey();
        int span = entries.lastKey() - first + 1;
        if (span <= MAX_SPAN) {
            @Nullable Object[] byCharacter = new Object[span];
            entries.forEach((key, value) -> byCharacter[key - first] = value);
            return new CharMap<>(new char[0], byCharacter, first);
        }
        char[] keys = new char[entries.size()];
        @Nullable Object[] values = new Object[keys.length];
        int i = 0;
        for (Map.Entry<Character, V> entry : entries.entrySet()) {
            keys[i] = entry.getKey();
            values[i++] = entry.getValue();
        }
        return new CharMap<>(keys, values, 0);
    }

    @SuppressWarnings("unchecked") // every value is a V
    @Nullable V get(char key) {
        int index = keys.length == 0 ? key - first : Arrays.binarySearch(keys, key);
        return index >= 0 && index < values.length ? (V) values[index] : null;
    }
}
