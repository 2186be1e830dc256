package io.opensergo.governance.action;

import io.opensergo.api.time.Ticker;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the retries to a destination, so that they cannot multiply an overload: a bucket of
 * tokens, of which each request adds a fifth and each retry takes one. It holds 20, is full at
 * first, and gets another each second besides, so that destinations with few requests have retries
 * too. So among <i>n</i> requests in <i>t</i> seconds there are never more than {@code 20 + n / 5 +
 * t} retries, whoever makes them and however many attempts rules allow.
 *
 * <p>All routes to a service share one. The tokens are one atomic number of millionths, and the
 * time of the last refill another: whoever moves that adds what the time brought, so that no second
 * counts twice.
 */
public final class RetryBudget {

    /** How many retries the bucket holds. */
    public static final int CAPACITY = 20;

    /** How many requests earn a retry. */
    public static final int REQUESTS_PER_RETRY = 5;

    private static final long TOKEN = 1_000_000;
    private static final long FULL = CAPACITY * TOKEN;
    private static final long NANOS_PER_PART = 1_000;

    private final Ticker ticker;
    private final AtomicLong tokens = new AtomicLong(FULL);
    private final AtomicLong refilled;

    /** A full one. */
    public RetryBudget(Ticker ticker) {
        this.ticker = ticker;
        this.refilled = new AtomicLong(ticker.nanos());
    }

    /** Counts a request, once for all of its attempts. */
    public void onRequest() {
        if (tokens.get() < FULL) { // mostly it is full, and no line of the cache is written
            add(TOKEN / REQUESTS_PER_RETRY);
        }
    }

    /** Takes a retry; returns whether there was one. */
    public boolean tryRetry() {
        refill();
        long before = tokens.get();
        while (before >= TOKEN) {
            if (tokens.compareAndSet(before, before - TOKEN)) {
                return true;
            }
            before = tokens.get();
        }
        return false;
    }

    /** Returns how many retries there are now. */
    public int available() {
        refill();
        return (int) (tokens.get() / TOKEN);
    }

    private void refill() {
        long last = refilled.get();
        long elapsed = ticker.nanos() - last;
        if (elapsed < NANOS_PER_PART) {
            return; // too soon, or the clock went back
        }
        long parts = elapsed / NANOS_PER_PART;
        if (refilled.compareAndSet(last, last + parts * NANOS_PER_PART)) {
            add(Math.min(parts, FULL));
        }
    }

    private void add(long parts) {
        long before = tokens.get();
        while (before < FULL && !tokens.compareAndSet(before, Math.min(FULL, before + parts))) {
            before = tokens.get();
        }
    }
}
