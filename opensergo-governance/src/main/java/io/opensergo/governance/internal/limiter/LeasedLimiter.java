package io.opensergo.governance.internal.limiter;

import io.opensergo.api.time.Ticker;
import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.QuotaFailurePolicy;
import io.opensergo.governance.quota.QuotaHealth;
import io.opensergo.governance.quota.QuotaKey;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * Admits requests by permits that it leases from a {@link GlobalQuota}, and never waits for it.
 *
 * <p>When the stock falls below half a lease, the next lease is asked for. There is at most one
 * request to the store at a time, and none with half a lease in stock, except during an outage. A
 * lease grows while leases are used up quickly and shrinks while they last; it is at most a tenth
 * of the threshold (or 4 if that is more, or half of a threshold below 8, rounded up), which is
 * called the <i>greatest lease</i> here. Permits that are not used until their window may end are
 * void: up to two greatest leases.
 *
 * <p><b>Overshoot.</b> A request that meets no stock, before the first grant or in a burst that
 * outruns the store, borrows. What is borrowed is paid from later grants and is at most one credit
 * at any time: one greatest lease, but no more than half of the threshold divided by the number of
 * instances, and at least 1. So an instance has never admitted more than it was granted plus one
 * credit, be it in one window of the store or since it was made, however long the store takes to
 * answer. For n instances this is {@code threshold + n × credit} in one window, which is at most
 * one and a half times the threshold (or threshold + n), and {@code m × threshold + n × credit} in
 * m windows that follow each other. A request does not borrow once the store has said that the
 * window has no more. All of this holds to the resolution of the ticker.
 *
 * <p><b>Outage.</b> If the store fails, or does not answer within a second, what is in stock is
 * used up; after that the {@link QuotaFailurePolicy} decides. With {@link
 * QuotaFailurePolicy#FAIL_LOCAL} an instance admits its share of each window and no more; what it
 * had admitted in the window before the outage counts. Windows stay those of the store: a grant
 * says between which times one ends, others follow it without a gap, and what is admitted between
 * such times counts in the window before and in that after; before the first grant windows begin
 * with the limiter. The store is asked again by a request that comes later than a delay that begins
 * at 100 ms and doubles up to 500 ms. Without requests nothing happens; if there was none for so
 * long, the outage may be over, and the first request borrows instead.
 *
 * <p><b>Return.</b> The first grant ends the outage. What was admitted meanwhile in the window
 * under way is a debt, which is taken from the store first. For {@link StoreOutage#RETURN_NANOS}
 * (2.6 s) the instance still admits no more than its share of a window, as others may not have
 * returned yet. So n instances that lose the store together admit at most {@code threshold + n ×
 * credit}, and one each for rounding, in each window but those from the one in which the outage
 * begins to the one in which the last of them notices it, a second later at most: there each may
 * add its share. If the store comes back without its count, what was admitted in the window is a
 * debt to the new count in the same way.
 *
 * <p><b>Concurrency:</b> see {@link PermitStock}, {@link LeaseWindow} and {@link LeaseRefill}. A
 * permit given back after its window has ended may be used in the next: at most one for each call
 * between {@link #tryAcquire} and {@link #giveBack} then.
 *
 * <p><b>Clock:</b> a deadline that is further ahead than any can be is of a clock that was set
 * back, and counts as passed.
 *
 * <p>Nothing is allocated but with a request to the store.
 */
public final class LeasedLimiter implements AutoCloseable {

    /** How long a refusal lasts whose request came between two answers of the store. */
    static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final QuotaFailurePolicy policy;
    private final StoreOutage outage;
    private final PermitStock stock = new PermitStock();
    private final LeaseWindow window;
    final LeaseRefill refill;

    /**
     * Starts a limiter with nothing in stock, which asks the store when the first request comes.
     *
     * @param quota the store, which is not closed with the limiter
     * @param key what is limited
     * @param threshold permits per window of all instances, 0 or more
     * @param windowNanos the length of the window, positive, at most {@link Integer#MAX_VALUE}
     *     seconds
     * @param policy what to do while the store cannot be used
     * @param instances how many instances there are; asked by requests to the store, so it must be
     *     quick
     * @param health is told of failures and answers
     * @param ticker the one that the times of requests are of
     */
    public LeasedLimiter(
            GlobalQuota quota,
            QuotaKey key,
            long threshold,
            long windowNanos,
            QuotaFailurePolicy policy,
            IntSupplier instances,
            QuotaHealth health,
            Ticker ticker) {
        this.policy = policy;
        long now = ticker.nanos();
        outage = new StoreOutage(policy, now);
        window = new LeaseWindow(stock, outage, ticker, now, now + windowNanos);
        refill =
                new LeaseRefill(
                        quota,
                        key,
                        new LeaseLimits(threshold, windowNanos),
                        policy,
                        instances,
                        health,
                        ticker,
                        outage,
                        stock,
                        window,
                        now);
    }

    /**
     * Decides on a request.
     *
     * @return 0 if it is admitted, else how many nanoseconds later a retry makes sense; {@link
     *     RateLimiter#NEVER} if the threshold is 0
     */
    public long tryAcquire(long now) {
        if (take(now)) {
            return 0;
        }
        LeaseLimits current = refill.limits();
        if (current.threshold == 0) {
            return RateLimiter.NEVER;
        }
        boolean turned = window.isSettled(current, now) || window.turn(current, refill.credit());
        if (refill.ask(current, now) && take(now)) {
            return 0; // the store has answered at once
        }
        LeaseMode mode = outage.mode(current, now);
        if (mode != LeaseMode.ALONE) {
            return borrow(current, mode, now);
        }
        if (policy == QuotaFailurePolicy.FAIL_OPEN) {
            return 0;
        }
        return turned ? acquireAlone(current, now) : SOON_NANOS;
    }

    private boolean take(long now) {
        while (true) {
            long held = stock.get();
            if (held <= 0) {
                return false;
            }
            LeaseLimits current = refill.limits();
            if (!window.isUnderWay(current, now)) {
                if (stock.empty(held)) {
                    return false;
                }
            } else if (stock.takeOne(held)) {
                if (held - 1 < refill.refillBelow()) {
                    refill.ask(current, now);
                }
                return true;
            }
        }
    }

    private long borrow(LeaseLimits current, LeaseMode mode, long now) {
        long wait = current.until(refill.askAgainAt(), now);
        while (true) {
            // Read after askAgainAt, which is written after the permits of a grant.
            long held = stock.get();
            if (held > 0) {
                return take(now) ? 0 : SOON_NANOS;
            }
            if (wait > 0) {
                return wait;
            }
            if (held <= -refill.credit()) {
                return SOON_NANOS;
            }
            if (mode == LeaseMode.WITHIN_SHARE && held <= window.shareFloor(refill.share())) {
                return untilMore(current, now);
            }
            if (stock.takeOne(held)) {
                return 0;
            }
        }
    }

    private long acquireAlone(LeaseLimits current, long now) {
        while (true) {
            long held = stock.get();
            if (held > 0) {
                return take(now) ? 0 : SOON_NANOS;
            }
            if (held <= window.shareFloor(refill.share())) {
                return Math.max(SOON_NANOS, current.until(window.latestEnd(), now));
            }
            if (stock.takeOne(held)) {
                return 0;
            }
        }
    }

    /** Returns when an instance that has returned and used its share up can have more. */
    private long untilMore(LeaseLimits current, long now) {
        long next = current.until(window.latestEnd(), now);
        long freed = current.until(outage.returnedUntil(), now);
        return Math.max(SOON_NANOS, Math.min(next, freed));
    }

    /**
     * Takes back the admission of a request that was not made after all; without effect if it may
     * have been admitted in an earlier window, so that no permit of one is used in the next.
     *
     * @param admitted a time that is not after the admission
     */
    public void giveBack(long admitted) {
        if (window.contains(admitted)) {
            giveBack();
        }
    }

    /** Takes back an admission that {@link #tryAcquire} has made, since another check refused. */
    public void giveBack() {
        boolean open = policy == QuotaFailurePolicy.FAIL_OPEN && outage.isCutOff();
        if (refill.limits().threshold > 0 && !open) {
            stock.add(1);
        }
    }

    /**
     * Returns what {@link #tryAcquire} would, without admitting or asking anything: if it would ask
     * the store, the answer is taken to come later.
     */
    public long peek(long now) {
        LeaseLimits current = refill.limits();
        if (current.threshold == 0) {
            return RateLimiter.NEVER;
        }
        long held = window.peekStock(current, refill.credit(), now);
        if (held > 0) {
            return 0;
        }
        long floor = window.peekShareFloor(current, refill.share(), held, now);
        LeaseMode mode = outage.mode(current, now);
        if (mode == LeaseMode.ALONE || refill.isOverdue(current, now)) {
            boolean open = policy == QuotaFailurePolicy.FAIL_OPEN;
            long wait = Math.max(SOON_NANOS, current.until(window.latestEnd(), now));
            return open || held > floor ? 0 : wait;
        }
        long wait = current.until(refill.askAgainAt(), now);
        if (wait > 0 || held <= -refill.credit()) {
            return wait > 0 ? wait : SOON_NANOS;
        }
        return mode == LeaseMode.WITHIN_SHARE && held <= floor ? untilMore(current, now) : 0;
    }

    /**
     * Takes another threshold. What is in stock stays, up to two greatest leases of the new
     * threshold, and so does what is borrowed.
     */
    public void update(long threshold) {
        refill.update(threshold);
    }

    /** Returns whether the latest request to the store failed. */
    public boolean isStoreDown() {
        return outage.isDown();
    }

    /** Returns the greatest lease. */
    long maxLease() {
        return refill.limits().maxLease;
    }

    /**
     * Asks for nothing more and gives up the answer that is awaited. Requests are then decided on
     * as during an outage.
     */
    @Override
    public void close() {
        outage.close();
        refill.giveUp();
    }
}
