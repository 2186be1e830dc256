package io.opensergo.governance.quota;

import io.opensergo.governance.time.Ticker;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A store in this process, for several governors in it and for tests.
 *
 * <p>It is the reference of {@link GlobalQuota}: a lower threshold counts what was granted, so it
 * grants nothing more in a window that has had as many. A window begins with the first request
 * after the one before has ended. Answers come at once, on the subscribing thread. Windows that
 * have ended are forgotten within a second of use, so what is held is bounded by the keys in use.
 */
public final class InMemoryGlobalQuota implements GlobalQuota {

    private static final long SWEEP_NANOS = 1_000_000_000L;

    private final Ticker ticker;
    private final ConcurrentMap<CountKey, Count> counts = new ConcurrentHashMap<>();
    private final AtomicLong lastSweep;
    private volatile boolean closed;

    /** Takes the time from the system. */
    public InMemoryGlobalQuota() {
        this(Ticker.system());
    }

    /** Takes the time from a ticker. */
    public InMemoryGlobalQuota(Ticker ticker) {
        this.ticker = ticker;
        this.lastSweep = new AtomicLong(ticker.nanos());
    }

    @Override
    public Mono<QuotaGrant> acquire(QuotaKey key, QuotaLimit limit, long permits) {
        if (permits < 1) {
            throw new IllegalArgumentException("permits must be >= 1, was " + permits);
        }
        return Mono.fromCallable(() -> grant(key, limit, permits));
    }

    private QuotaGrant grant(QuotaKey key, QuotaLimit limit, long permits) {
        if (closed) {
            throw new QuotaUnavailableException("the quota is closed; make a new one", null);
        }
        if (limit.threshold() == 0) {
            return new QuotaGrant(0, limit.window());
        }
        long now = ticker.nanos();
        sweep(now);
        long windowNanos = limit.window().toNanos();
        Count count =
                counts.compute(
                        new CountKey(key, windowNanos),
                        (counted, before) ->
                                Count.current(before, now, windowNanos)
                                        .plus(permits, limit.threshold()));
        return count.grant(now);
    }

    private void sweep(long now) {
        long last = lastSweep.get();
        if (Math.abs(now - last) >= SWEEP_NANOS && lastSweep.compareAndSet(last, now)) {
            counts.values().removeIf(count -> !count.runsAt(now));
        }
    }

    /** Returns how many windows are held. */
    int size() {
        return counts.size();
    }

    @Override
    public void close() {
        closed = true;
        counts.clear();
    }

    private record CountKey(QuotaKey key, long windowNanos) {}

    /** One window of a key, and the permits of it that the latest request was granted. */
    private record Count(long start, long windowNanos, long used, long granted) {

        static Count current(@Nullable Count before, long now, long window) {
            return before != null && before.runsAt(now) ? before : new Count(now, window, 0, 0);
        }

        /** A window whose beginning lies ahead is of a clock that went back; it still runs. */
        boolean runsAt(long now) {
            return now - start < windowNanos;
        }

        Count plus(long permits, long threshold) {
            long grant = Math.min(permits, Math.max(0, threshold - used));
            return new Count(start, windowNanos, used + grant, grant);
        }

        QuotaGrant grant(long now) {
            long left = Math.min(windowNanos, windowNanos - (now - start));
            return new QuotaGrant(granted, Duration.ofNanos(left));
        }
    }
}
