package io.opensergo.governance;

import io.opensergo.governance.internal.limiter.InFlight;
import io.opensergo.governance.internal.limiter.RateLimiter;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What a resource keeps while rules name it, through all edits.
 *
 * <p>All requests of a resource meet all its strategies, so one count of requests in flight serves
 * each of its concurrency limits. Requests that pass need no counter of their own if a rate limiter
 * counts them anyway.
 */
final class ResourceState {

    /** Tells requests of this state from those of one that the resource had before. */
    final int generation;

    final InFlight inFlight = new InFlight();
    final LongAdder waitedNanos = new LongAdder();
    final LongAdder passed = new LongAdder();

    private @Nullable RateLimiter passCounter;
    private long passedBefore;

    ResourceState(int generation) {
        this.generation = generation;
    }

    /**
     * Counts passing requests by a limiter from now on, or with {@code null} by {@link #passed}.
     */
    synchronized void countPassedBy(@Nullable RateLimiter limiter) {
        long before = passedTotal();
        passCounter = limiter;
        passedBefore = before - passed.sum() - (limiter == null ? 0 : limiter.admitted());
    }

    /** Returns how many requests passed. */
    synchronized long passedTotal() {
        return passed.sum() + passedBefore + (passCounter == null ? 0 : passCounter.admitted());
    }
}
