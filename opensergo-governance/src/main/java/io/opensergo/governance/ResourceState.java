package io.opensergo.governance;

import io.opensergo.governance.internal.limiter.InFlight;
import io.opensergo.governance.internal.limiter.RateLimiter;
import java.util.ArrayDeque;
import java.util.Deque;
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

    private static final int MAX_GONE = 64;

    /** Tells requests of this state from those of one that the resource had before. */
    final int generation;

    final InFlight inFlight = new InFlight();
    final LongAdder waitedNanos = new LongAdder();
    final LongAdder passed = new LongAdder();

    private @Nullable RateLimiter passCounter;
    private long passedBefore;

    /** Of strategies that are gone, the latest first; the counts of older ones are added up. */
    private final Deque<CheckCounters> gone = new ArrayDeque<>();

    private long rejectedBefore;

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

    /**
     * Keeps what strategies have refused that are no longer there. Requests that decide by the plan
     * before still count; those of the last {@value #MAX_GONE} strategies do.
     */
    synchronized void replace(Checks before, Checks after) {
        for (Check check : before.all()) {
            if (after.all().stream().noneMatch(each -> each.counters == check.counters)) {
                gone.addFirst(check.counters);
            }
        }
        while (gone.size() > MAX_GONE) {
            rejectedBefore += gone.removeLast().rejected.sum();
        }
    }

    /** Returns how many requests were refused, given the checks that a reader has found. */
    synchronized long rejectedTotal(Checks checks) {
        long total = rejectedBefore;
        for (CheckCounters counters : gone) {
            total += counters.rejected.sum();
        }
        for (Check check : checks.all()) {
            total += gone.contains(check.counters) ? 0 : check.counters.rejected.sum();
        }
        return total;
    }

    /** Returns how many requests passed. */
    synchronized long passedTotal() {
        return passed.sum() + passedBefore + (passCounter == null ? 0 : passCounter.admitted());
    }
}
