package io.opensergo.governance.internal.limiter;

import io.opensergo.api.time.Ticker;
import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.QuotaFailurePolicy;
import io.opensergo.governance.quota.QuotaGrant;
import io.opensergo.governance.quota.QuotaHealth;
import io.opensergo.governance.quota.QuotaKey;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the store for the leases of a {@link LeasedLimiter}: when, for how much, one at a time.
 *
 * <p><b>Concurrency:</b> whoever answers a request, or finds it overdue, settles it once; what only
 * a refill uses is confined to whoever has set {@code pending}, and handed on by its volatile
 * writes.
 */
final class LeaseRefill {

    static final long ANSWER_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final VarHandle PENDING;

    static {
        try {
            PENDING =
                    MethodHandles.lookup()
                            .findVarHandle(LeaseRefill.class, "pending", LeaseRequest.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final GlobalQuota quota;
    private final QuotaKey key;
    private final QuotaFailurePolicy policy;
    private final IntSupplier instances;
    private final QuotaHealth health;
    private final Ticker ticker;
    private final StoreOutage outage;
    private final PermitStock stock;
    private final LeaseWindow window;

    private volatile LeaseLimits limits;

    /** Before this the store is not asked: the window has no more, or the store has failed. */
    private volatile long askAgainAt;

    /** The most that is borrowed, and the share of a window; both by the number of instances. */
    private volatile long credit;

    private volatile long share;

    private volatile @Nullable LeaseRequest pending;

    /** With less in stock than this the store is asked; during an outage by every request. */
    private volatile long refillBelow;

    private volatile long lease;
    private long askedAt;

    LeaseRefill(
            GlobalQuota quota,
            QuotaKey key,
            LeaseLimits limits,
            QuotaFailurePolicy policy,
            IntSupplier instances,
            QuotaHealth health,
            Ticker ticker,
            StoreOutage outage,
            PermitStock stock,
            LeaseWindow window,
            long now) {
        this.quota = quota;
        this.key = key;
        this.limits = limits;
        this.policy = policy;
        this.instances = instances;
        this.health = health;
        this.ticker = ticker;
        this.outage = outage;
        this.stock = stock;
        this.window = window;
        askAgainAt = now;
        lease = Math.max(1, limits.maxLease / 16);
        askedAt = now - 2 * limits.period;
        divide(limits);
    }

    private void divide(LeaseLimits current) {
        int parts = instances.getAsInt();
        credit = current.credit(parts);
        share = current.share(parts);
    }

    LeaseLimits limits() {
        return limits;
    }

    /** Returns the most that this instance may borrow. */
    long credit() {
        return credit;
    }

    /** Returns this instance's share of a window. */
    long share() {
        return share;
    }

    /** Returns before when the store is not asked. */
    long askAgainAt() {
        return askAgainAt;
    }

    /** Returns the stock below which {@link #ask} is to be called. */
    long refillBelow() {
        return refillBelow;
    }

    boolean isAsking() {
        return pending != null;
    }

    /** Returns whether a request awaits its answer for too long. */
    boolean isOverdue(LeaseLimits current, long now) {
        LeaseRequest request = pending;
        return request != null && request.isOverdue(current, now);
    }

    /** Gives up the answer that is awaited. */
    void giveUp() {
        LeaseRequest request = pending;
        if (request != null) {
            request.giveUp();
        }
    }

    void update(long threshold) {
        LeaseLimits before = limits;
        if (threshold != before.threshold) {
            LeaseLimits next = new LeaseLimits(threshold, before.window);
            limits = next;
            divide(next);
            trim();
            if (!outage.isDown()) {
                askAgainAt = ticker.nanos();
            }
        }
    }

    /** Asks the store if it is time to, and returns whether it did. */
    boolean ask(LeaseLimits current, long now) {
        LeaseRequest running = pending;
        if (running != null) {
            if (isOverdue(running, current, now) && running.giveUp()) {
                onFailure(
                        "no answer within "
                                + TimeUnit.NANOSECONDS.toMillis(ANSWER_TIMEOUT_NANOS)
                                + " ms");
            }
            return false;
        }
        if (outage.isClosed()
                || current.threshold == 0
                || current.isAhead(askAgainAt, now)
                || hasUsedItsShare(current, now)) {
            return false;
        }
        var request = new LeaseRequest(this, current);
        if (!PENDING.compareAndSet(this, null, request)) {
            return false;
        }
        long permits = isStocked(current, now) ? 0 : wanted(current, now);
        if (permits == 0) {
            pending = null; // refilled since its caller found little
            return false;
        }
        lease = current.nextLease(lease, now - askedAt);
        refillBelow = outage.isDown() ? Long.MAX_VALUE : lease >>> 1;
        askedAt = now;
        divide(current);
        // Not the time of this call: its thread may have been held up since.
        long sentAt = ticker.nanos();
        if (outage.mode(current, sentAt) == LeaseMode.ALONE) {
            outage.asked(sentAt);
        }
        request.send(quota, key, permits, sentAt);
        return true;
    }

    /**
     * Returns whether a request is overdue. A caller that was held up since it read the clock may
     * take it for one of before the clock was set back, so the clock is read again.
     */
    private boolean isOverdue(LeaseRequest request, LeaseLimits current, long now) {
        return request.isOverdue(current, now) && request.isOverdue(current, ticker.nanos());
    }

    /**
     * Returns how much to ask for: the debt and a lease, of which an instance that keeps to its
     * share takes what is left of that; 0 for nothing. During an outage the store is always asked.
     */
    private long wanted(LeaseLimits current, long now) {
        long debt = Math.max(0, -stock.get());
        long size = current.nextLease(lease, now - askedAt);
        if (policy == QuotaFailurePolicy.FAIL_LOCAL && outage.countsShares(current, now)) {
            size = Math.max(0, Math.min(size, share - window.issued() - debt));
        }
        return Math.max(outage.isDown() ? 1 : 0, debt + size);
    }

    /** Returns whether an instance keeps to its share and has neither any of it left nor a debt. */
    private boolean hasUsedItsShare(LeaseLimits current, long now) {
        return outage.mode(current, now) == LeaseMode.WITHIN_SHARE
                && !outage.isDown()
                && stock.get() >= 0
                && window.issued() >= share;
    }

    private boolean isStocked(LeaseLimits current, long now) {
        long held = stock.get();
        return !outage.isDown()
                && held > 0
                && held >= lease >>> 1
                && window.isUnderWay(current, now);
    }

    /** Takes a grant; once for each request. */
    void onGrant(LeaseRequest request, QuotaGrant grant) {
        long now = ticker.nanos();
        LeaseLimits asked = request.limits;
        long validFor = Math.min(grant.validFor().toNanos(), asked.window);
        // The store decided between the request and now.
        long earliest = request.sentAt() + validFor;
        long underWay = Math.max(0, now - request.sentAt());
        long latest = earliest + Math.min(underWay, asked.window);
        long permits = Math.min(grant.permits(), request.permits());
        window.receive(asked, permits, earliest, latest, grant.count(), now);
        refillBelow = lease >>> 1;
        trim();
        askAgainAt = grant.permits() < request.permits() ? earliest : now;
        if (asked != limits) {
            askAgainAt = now; // the answer says nothing of the threshold that is in force by now
        }
        health.answered();
        pending = null;
    }

    /** Takes a failure; once for each request. */
    void onFailure(String problem) {
        long now = ticker.nanos();
        divide(limits);
        askAgainAt = now + outage.failed(now);
        refillBelow = Long.MAX_VALUE;
        if (!outage.isClosed()) {
            health.failed(key, policy, problem);
        }
        pending = null;
    }

    /** Drops what the limits do not allow to be held, if they have changed. */
    private void trim() {
        stock.keepAtMost(2 * limits.maxLease);
    }
}
