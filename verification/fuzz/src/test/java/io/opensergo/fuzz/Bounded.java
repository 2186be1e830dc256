package io.opensergo.fuzz;

import java.time.Duration;
import java.util.function.Supplier;

/** Holds a step against the time that an input of a few kilobytes may take. */
final class Bounded {

    /**
     * Far more than any input should need. The first of a process also loads and instruments some
     * thousand classes, which alone took 23 s on a busy machine.
     */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Bounded() {}

    static <T> T inTime(Supplier<T> step) {
        long start = System.nanoTime();
        T result = step.get();
        Duration taken = Duration.ofNanos(System.nanoTime() - start);
        if (taken.compareTo(LIMIT) > 0) {
            throw new AssertionError("took " + taken + ", at most " + LIMIT + " is bearable");
        }
        return result;
    }
}
