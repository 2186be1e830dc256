package io.opensergo.governance.quota;

import io.opensergo.api.time.Ticker;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The health of the quota store that keeps a governor's global limits, for metrics and the log.
 *
 * <p>An outage begins with a failure and ends with the next answer. It is logged once, as a
 * warning, and so is its end. One that begins within ten seconds of the latest line is logged only
 * if it lasts until then, and its end only if it was logged itself. All limits of a governor share
 * one of these. Safe for many threads, without a lock.
 */
public final class QuotaHealth {

    private static final Logger LOG = LoggerFactory.getLogger(QuotaHealth.class);
    private static final long QUIET_NANOS = 10_000_000_000L;

    private enum State {
        UP,
        DOWN_UNSAID,
        DOWN_SAID
    }

    private final Ticker ticker;
    private final AtomicReference<State> state = new AtomicReference<>(State.UP);
    private final LongAdder failures = new LongAdder();
    private final LongAdder outages = new LongAdder();
    private final AtomicLong lastLine;

    /** Starts with a store that is well. */
    public QuotaHealth(Ticker ticker) {
        this.ticker = ticker;
        this.lastLine = new AtomicLong(ticker.nanos() - QUIET_NANOS);
    }

    /** Returns whether the latest request to the store failed. */
    public boolean isDown() {
        return state.get() != State.UP;
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
        State before = state.get();
        if (before == State.DOWN_SAID) {
            return;
        }
        long now = ticker.nanos();
        boolean say = now - lastLine.get() >= QUIET_NANOS;
        State after = say ? State.DOWN_SAID : State.DOWN_UNSAID;
        if (before == after || !state.compareAndSet(before, after)) {
            return;
        }
        if (before == State.UP) {
            outages.increment();
        }
        if (say) {
            lastLine.set(now);
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
        if (state.get() != State.UP && state.getAndSet(State.UP) == State.DOWN_SAID) {
            lastLine.set(ticker.nanos());
            LOG.warn("The store of global limits can be used again; they are in force");
        }
    }
}
