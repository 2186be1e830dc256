package io.opensergo.governance.quota;

import io.opensergo.governance.time.Ticker;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the store of a governor's global limits fares, for metrics and the log.
 *
 * <p>An outage begins with a failure and ends with the next answer. Each is logged once, as a
 * warning, and so is its end; of outages that follow each other closely only the first one is
 * logged within ten seconds. All limits of a governor share one of these. Safe for many threads,
 * without a lock.
 */
public final class QuotaHealth {

    private static final Logger LOG = LoggerFactory.getLogger(QuotaHealth.class);
    private static final long QUIET_NANOS = 10_000_000_000L;

    private final Ticker ticker;
    private final AtomicBoolean down = new AtomicBoolean();
    private final LongAdder failures = new LongAdder();
    private final LongAdder outages = new LongAdder();
    private final AtomicLong lastWarning;
    private volatile boolean warned;

    /** Starts with a store that is well. */
    public QuotaHealth(Ticker ticker) {
        this.ticker = ticker;
        this.lastWarning = new AtomicLong(ticker.nanos() - QUIET_NANOS);
    }

    /** Returns whether the latest request to the store failed. */
    public boolean isDown() {
        return down.get();
    }

    /** Returns how many requests to the store have failed. */
    public long failures() {
        return failures.sum();
    }

    /** Returns how often the store has gone down. */
    public long outages() {
        return outages.sum();
    }

    /**
     * Takes note of a request that failed.
     *
     * @param key what was limited
     * @param policy what is done about it
     * @param problem what happened, without secrets
     */
    public void failed(QuotaKey key, QuotaFailurePolicy policy, String problem) {
        failures.increment();
        if (!down.compareAndSet(false, true)) {
            return;
        }
        outages.increment();
        long now = ticker.nanos();
        long last = lastWarning.get();
        if (now - last >= QUIET_NANOS && lastWarning.compareAndSet(last, now)) {
            warned = true;
            LOG.warn(
                    "The store of global limits cannot be used, for {}: {}; until it can, {}",
                    key,
                    problem,
                    policy == QuotaFailurePolicy.FAIL_OPEN
                            ? "every request passes"
                            : "each instance enforces its share");
        }
    }

    /** Takes note of an answer. */
    public void answered() {
        if (down.get() && down.compareAndSet(true, false) && warned) {
            warned = false;
            LOG.warn("The store of global limits can be used again; they are in force");
        }
    }
}
