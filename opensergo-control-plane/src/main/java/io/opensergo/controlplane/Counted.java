package io.opensergo.controlplane;

/** Numbers that a client says. */
final class Counted {

    /** A report counts no more than that, whatever it says; a client may lie, and numbers end. */
    private static final long MOST_IN_A_REPORT = 1L << 40;

    private Counted() {}

    /** Returns by how much a count has risen; not negative, and no more than there can be. */
    static long amount(long said) {
        return said < 0 ? MOST_IN_A_REPORT : Math.min(said, MOST_IN_A_REPORT);
    }

    /** Returns how many there are now; not negative. */
    static int gauge(long said) {
        return said < 0 ? Integer.MAX_VALUE : (int) Math.min(said, Integer.MAX_VALUE);
    }
}
