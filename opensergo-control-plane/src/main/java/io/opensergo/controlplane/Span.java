package io.opensergo.controlplane;

import java.util.concurrent.TimeUnit;

/**
 * The time that a report is about, by the control plane's own clock: from the report before to its
 * arrival, and five minutes at most. What clients say of time does not matter.
 *
 * @param from in nanoseconds since the control plane began to count
 * @param to not before it
 */
record Span(long from, long to) {

    /** How many slots are kept. */
    static final int SLOTS = 60;

    /** How long a slot is, in seconds. */
    static final int SLOT_SECONDS = 5;

    static final long SLOT_NANOS = TimeUnit.SECONDS.toNanos(SLOT_SECONDS);

    static Span of(long from, long to) {
        return new Span(Math.max(from, to - (SLOTS - 1) * SLOT_NANOS), to);
    }

    static long slotOf(long nanos) {
        return nanos / SLOT_NANOS;
    }

    long firstSlot() {
        return slotOf(from);
    }

    long lastSlot() {
        return slotOf(to);
    }

    /** Returns which share of an amount belongs to a slot before the last, which has the rest. */
    long shareOf(long slot, long amount) {
        long begins = Math.max(from, slot * SLOT_NANOS);
        long ends = Math.min(to, (slot + 1) * SLOT_NANOS);
        return to == from ? 0 : (long) (amount * ((double) (ends - begins) / (to - from)));
    }
}
