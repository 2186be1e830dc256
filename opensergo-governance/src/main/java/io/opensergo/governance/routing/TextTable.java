package io.opensergo.governance.routing;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An immutable hash table from texts, at most half full, with linear probing. Against {@link
 * java.util.HashMap} it saves a node per entry, which is what a look-up waits for once the entries
 * outgrow the caches; and it finds texts without regard to case, too.
 */
final class TextTable<V> {

    /** The slot of a text that is no key. */
    static final int NO_SLOT = -1;

    /** Spreads hash codes: those of numbered texts lie in stripes, which would run together. */
    private static final int MULTIPLIER = 0x9E3779B9;

    private final int mask;
    private final int shift;
    private final @Nullable String[] keys;
    private final @Nullable Object[] values;

    TextTable(Map<String, V> entries) {
        int capacity = Integer.highestOneBit(Math.max(1, entries.size() * 2 - 1)) * 2;
        mask = capacity - 1;
        shift = Integer.numberOfLeadingZeros(mask);
        keys = new String[capacity];
        values = new Object[capacity];
        entries.forEach(this::put);
    }

    private void put(String key, V value) {
        int slot = firstSlot(key.hashCode());
        while (keys[slot] != null) {
            slot = (slot + 1) & mask;
        }
        keys[slot] = key;
        values[slot] = value;
    }

    private int firstSlot(int hash) {
        return (hash * MULTIPLIER) >>> shift;
    }

    /** The number of slots. */
    int capacity() {
        return keys.length;
    }

    /** Returns the slot of a key, or {@link #NO_SLOT}. */
    int slotOf(String key) {
        int slot = firstSlot(key.hashCode());
        for (String found = keys[slot]; found != null; found = keys[slot]) {
            if (found.equals(key)) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
        return NO_SLOT;
    }

    /** Returns the value in a slot, or {@code null} if it is free. */
    @SuppressWarnings("unchecked") // every value is a V
    @Nullable V valueAt(int slot) {
        return (V) values[slot];
    }

    /** Returns the value of a key, or {@code null}. */
    @Nullable V get(String key) {
        int slot = slotOf(key);
        return slot == NO_SLOT ? null : valueAt(slot);
    }

    /** Finds a key that is written without capitals by a text in any case. */
    @Nullable V getIgnoringCase(String key) {
        int slot = firstSlot(hashOfLower(key));
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
}
