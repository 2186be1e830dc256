package io.opensergo.controlplane;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What was decided in each of the last slots of time. Guarded by the lock of {@link Decisions}.
 *
 * <p>The counts of a slot stop at 2,147,483,647.
 */
final class CountRing {

    /** What is counted. */
    enum Count {
        PASSED(0),
        REFUSED(1),
        SHADOW_REFUSED(2),
        FAILED(3),
        SLOW(4),
        WAITED_MILLIS(5);

        private final int place;

        Count(int place) {
            this.place = place;
        }
    }

    private static final int COUNTS = Count.values().length;

    /** What it takes once something has been counted. */
    static final int BYTES = Span.SLOTS * COUNTS * Integer.BYTES + 16;

    private int @Nullable [] values;
    private long newest = -1;

    void add(Count count, long amount, Span span) {
        if (amount == 0) {
            return;
        }
        long last = span.lastSlot();
        advance(last);
        long left = amount;
        for (long slot = span.firstSlot(); slot < last; slot++) {
            long share = span.shareOf(slot, amount);
            left -= share;
            put(count, slot, share);
        }
        put(count, last, left);
    }

    private void put(Count count, long slot, long amount) {
        if (values == null) {
            values = new int[Span.SLOTS * COUNTS];
        }
        if (slot > newest - Span.SLOTS) {
            int index = index(count, slot);
            values[index] = (int) Math.min(Integer.MAX_VALUE, values[index] + amount);
        }
    }

    private void advance(long slot) {
        if (values != null) {
            for (long each = Math.max(newest + 1, slot - Span.SLOTS + 1); each <= slot; each++) {
                int begins = index(Count.PASSED, each);
                Arrays.fill(values, begins, begins + COUNTS, 0);
            }
        }
        newest = Math.max(newest, slot);
    }

    /** Returns a count of a slot; 0 if it is too old, or is yet to come. */
    int get(Count count, long slot) {
        return values == null || slot > newest || slot <= newest - Span.SLOTS || slot < 0
                ? 0
                : values[index(count, slot)];
    }

    /** Returns whether nothing has been counted since a slot. */
    boolean isQuietSince(long slot) {
        return newest < slot;
    }

    private static int index(Count count, long slot) {
        return (int) (slot % Span.SLOTS) * COUNTS + count.place;
    }
}
