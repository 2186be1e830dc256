package io.opensergo.governance.internal.limiter;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/** Arbitrary times and steps of time, in nanoseconds, for traces. */
final class Times {

    static final long SECOND = 1_000_000_000L;
    static final long DAY = 86_400 * SECOND;

    private Times() {}

    /** Where a ticker may begin: anywhere, also just before it overflows. */
    static Arbitrary<Long> starts() {
        return Arbitraries.frequencyOf(
                Tuple.of(2, Arbitraries.of(0L, -1L, -5 * SECOND, Long.MIN_VALUE + 54_321)),
                Tuple.of(2, Arbitraries.longs().between(Long.MAX_VALUE - SECOND, Long.MAX_VALUE)),
                Tuple.of(1, Arbitraries.longs()));
    }

    /** Lengths of windows: some of a few nanoseconds, some of days. */
    static Arbitrary<Long> windows() {
        return Arbitraries.frequencyOf(
                Tuple.of(1, Arbitraries.longs().between(1, 40)),
                Tuple.of(3, Arbitraries.longs().between(100, 1_000_000)),
                Tuple.of(3, Arbitraries.longs().between(SECOND / 10, 90 * SECOND)),
                Tuple.of(1, Arbitraries.longs().between(DAY, 100 * DAY)));
    }

    /** Steps forwards of all sizes that mean something to a window: none, an instant, its edge. */
    static Arbitrary<Long> stepsForwards(long window) {
        return Arbitraries.frequencyOf(
                Tuple.of(8, Arbitraries.just(0L)),
                Tuple.of(4, Arbitraries.longs().between(1, 3)),
                Tuple.of(8, Arbitraries.longs().between(0, Math.max(1, window / 16))),
                Tuple.of(6, Arbitraries.longs().between(0, window)),
                Tuple.of(3, Arbitraries.of(window / 16, window - 1, window, window + 1)),
                Tuple.of(1, Arbitraries.longs().between(window, 5 * window)),
                Tuple.of(1, Arbitraries.just(DAY)));
    }

    /** Steps in both directions: also a little back, about a window, and a day. */
    static Arbitrary<Long> steps(long window) {
        return Arbitraries.frequencyOf(
                Tuple.of(20, stepsForwards(window)),
                Tuple.of(1, Arbitraries.longs().between(-3, -1)),
                Tuple.of(1, Arbitraries.longs().between(-window - 1, 0)),
                Tuple.of(1, Arbitraries.longs().between(-2 * window - 20 * SECOND, 0)),
                Tuple.of(1, Arbitraries.just(-DAY)));
    }
}
