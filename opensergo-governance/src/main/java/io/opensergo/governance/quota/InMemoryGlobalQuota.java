package io.opensergo.governance.quota;

import io.opensergo.api.time.Ticker;
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
 * grants nothing more in a window that has had as many. Windows are counted from when it was made.
 * Answers come at once, on the subscribing thread. Windows that have ended are forgotten within a
 * second of use, so what is held is bounded by the keys in use.
 */
public final class InMemoryGlobalQuota implements GlobalQuota {

    private static final long SWEEP_NANOS = 1_000_000_000L;

    private final Ticker ticker;
    private final long origin;
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
        this.origin = ticker.nanos();
        this.lastSweep = new AtomicLong(0);
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
        long now = ticker.nanos() - origin;
        sweep(now);
        long length = limit.window().toNanos();
        Count count =
                counts.compute(
                        new CountKey(key, length),
                        (counted, before) ->
                                Count.current(before, now, length)
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
    private record Count(long number, long length, long used, long granted) {

        static Count current(@Nullable Count before, long now, long length) {
            return before != null && before.runsAt(now)
                    ? before
                    : new Count(Math.floorDiv(now, length), length, 0, 0);
        }

        /** A clock that went back by less than a window continues the one that was the latest. */
        boolean runsAt(long now) {
            long current = Math.floorDiv(now, length);
            return number == current || number == current + 1;
        }

        Count plus(long permits, long threshold) {
            long grant = Math.min(permits, Math.max(0, threshold - used));
            return new Count(number, length, used + grant, grant);
        }

        QuotaGrant grant(long now) {
            long left = (number + 1) * length - now;
            return new QuotaGrant(granted, Duration.ofNanos(Math.min(left, length)));
        }
    }
}
