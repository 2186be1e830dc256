package io.opensergo.governance.routing;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An immutable hash table from texts, at most half full, with linear probing. Against {@link
 * java.util.HashMap} it saves a node per entry, and it finds texts without regard to case, too.
 */
final class TextTable<V> {

    private final int mask;
    private final @Nullable String[] keys;
    private final @Nullable Object[] values;

    TextTable(Map<String, V> entries) {
        int capacity = Math.max(2, Integer.highestOneBit(Math.max(1, entries.size() * 2 - 1)) * 2);
        mask = capacity - 1;
        keys = new String[capacity];
        values = new Object[capacity];
        entries.forEach(this::put);
    }

    private void put(String key, V value) {
        int slot = slot(key.hashCode());
        while (keys[slot] != null) {
            slot = (slot + 1) & mask;
        }
        keys[slot] = key;
        values[slot] = value;
    }

    /** The hash code of a text varies in its low bits most, but numbered texts run in stripes. */
    private int slot(int hash) {
        return (hash ^ (hash >>> 15)) & mask;
    }

    @Nullable V get(String key) {
        int slot = slot(key.hashCode());
        for (String found = keys[slot]; found != null; found = keys[slot]) {
            if (found.equals(key)) {
                return valueAt(slot);
            }
            slot = (slot + 1) & mask;
        }
        return null;
    }

    /** Finds a key that is written without capitals by a text in any case. */
    @Nullable V getIgnoringCase(String key) {
        int slot = slot(hashOfLower(key));
        for (String found = keys[slot]; found != null; found = keys[slot]) {
            if (AsciiCase.areEqual(key, found)) {
                return valueAt(slot);
            }
            slot = (slot + 1) & mask;
        }
        return null;
    }

    /** What {@link String#hashCode()} is of the text without capitals. */
    private static int hashOfLower(String key) {
        int hash = 0;
        for (int i = 0; i < key.length(); i++) {
            hash = 31 * hash + AsciiCase.lower(key.charAt(i));
        }
        return hash;
    }

    @SuppressWarnings("unchecked") // every value is a V
    private V valueAt(int slot) {
        return (V) values[slot];
    }
}
