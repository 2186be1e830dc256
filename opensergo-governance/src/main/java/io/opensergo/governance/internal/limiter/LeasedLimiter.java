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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

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
 * <p><b>Concurrency:</b> the stock is one signed word, negative by what is borrowed, changed by
 * compare-and-set, which keeps it from falling below the bound. {@code windowEnd} is published
 * before the permits that it belongs to and after the stock that it does not belong to is void; a
 * request reads the word first. A request may void fresh permits if the word has the same value
 * before and after a change of windows, and none otherwise. {@code issued} less the stock is what
 * was admitted in the window; both change windows while {@code turning} is held, for a few writes:
 * a request that finds it held does not wait, an answer does. Requests that pass a change of
 * windows meanwhile count in either. Whoever answers a refill, or finds it overdue, settles it
 * once; what only a refill uses is confined to whoever has set {@code pending}, and handed on by
 * its volatile writes. A permit given back after its window has ended may be used in the next: at
 * most one for each call between {@link #tryAcquire} and {@link #giveBack} then.
 *
 * <p><b>Clock:</b> a deadline that is further ahead than any can be is of a clock that was set
 * back, and counts as passed.
 *
 * <p>Nothing is allocated but with a request to the store.
 */
public final class LeasedLimiter implements AutoCloseable {

    /** How long a refusal lasts whose request came between two answers of the store. */
    static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    static final long ANSWER_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long NOT_YET = Long.MIN_VALUE;

    private static final VarHandle STOCK;
    private static final VarHandle PENDING;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STOCK = lookup.findVarHandle(LeasedLimiter.class, "stock", long.class);
            PENDING = lookup.findVarHandle(LeasedLimiter.class, "pending", LeaseRequest.class);
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
    private final AtomicBoolean turning = new AtomicBoolean();

    private volatile LeaseLimits limits;

    /** Permits in stock; negative by those that are borrowed. */
    private volatile long stock;

    /** The earliest time at which the window can end; permits in stock are void then. */
    private volatile long windowEnd;

    /** The latest time at which the window can end. */
    private volatile long windowLatestEnd;

    /** What was admitted by {@code windowEnd} while shares count; {@code NOT_YET} before. */
    private volatile long admittedByEnd = NOT_YET;

    /** When the window was first seen; written before its permits. */
    private volatile long windowSince;

    /** Permits that were granted in the window. */
    private volatile long issued;

    /** Before this the store is not asked: the window has no more, or the store has failed. */
    private volatile long askAgainAt;

    /** The most that is borrowed, and the share of a window; both by the number of instances. */
    private volatile long credit;

    private volatile long share;

    private volatile boolean closed;
    private volatile @Nullable LeaseRequest pending;

    /** With less in stock than this the store is asked; during an outage by every request. */
    private volatile long refillBelow;

    private volatile long lease;
    private long askedAt;
    private long count;
    private boolean answered;

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
        this.quota = quota;
        this.key = key;
        this.policy = policy;
        this.instances = instances;
        this.health = health;
        this.ticker = ticker;
        this.limits = new LeaseLimits(threshold, windowNanos);
        long now = ticker.nanos();
        outage = new StoreOutage(now);
        windowEnd = now + windowNanos;
        windowLatestEnd = windowEnd;
        windowSince = now;
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
        LeaseLimits current = limits;
        if (current.threshold == 0) {
            return RateLimiter.NEVER;
        }
        boolean turned = isRunning(current, now) || turn(current);
        if (refill(current, now) && take(now)) {
            return 0; // the store has answered at once
        }
        if (!isAlone(current, now)) {
            return borrow(current, now);
        }
        if (policy == QuotaFailurePolicy.FAIL_OPEN) {
            return 0;
        }
        return turned ? acquireAlone(current, now) : SOON_NANOS;
    }

    private boolean take(long now) {
        while (true) {
            long held = stock;
            if (held <= 0) {
                return false;
            }
            LeaseLimits current = limits;
            if (!current.isAhead(windowEnd, now)) {
                if (STOCK.compareAndSet(this, held, 0)) {
                    return false;
                }
            } else if (STOCK.compareAndSet(this, held, held - 1)) {
                if (held - 1 < refillBelow) {
                    refill(current, now);
                }
                return true;
            }
        }
    }

    private long borrow(LeaseLimits current, long now) {
        long wait = current.until(askAgainAt, now);
        while (true) {
            long held =
                    stock; // read after askAgainAt, which is written after the permits of a grant
            if (held > 0) {
                return take(now) ? 0 : SOON_NANOS;
            }
            if (wait > 0) {
                return wait;
            }
            if (held <= -credit) {
                return SOON_NANOS;
            }
            if (keepsToShare(current, now) && held <= shareFloor()) {
                return untilMore(current, now);
            }
            if (STOCK.compareAndSet(this, held, held - 1)) {
                return 0;
            }
        }
    }

    private long acquireAlone(LeaseLimits current, long now) {
        while (true) {
            long held = stock;
            if (held > 0) {
                return take(now) ? 0 : SOON_NANOS;
            }
            if (held <= shareFloor()) {
                return Math.max(SOON_NANOS, current.until(windowLatestEnd, now));
            }
            if (STOCK.compareAndSet(this, held, held - 1)) {
                return 0;
            }
        }
    }

    /** Returns the stock at which the share of the window is used up, at most 0. */
    private long shareFloor() {
        return Math.min(0, issued - share);
    }

    /** Returns when an instance that has returned and used its share up can have more. */
    private long untilMore(LeaseLimits current, long now) {
        long window = current.until(windowLatestEnd, now);
        long freed = current.until(outage.returnedUntil(), now);
        return Math.max(SOON_NANOS, Math.min(window, freed));
    }

    private boolean isAlone(LeaseLimits current, long now) {
        return closed
                || (outage.isDown()
                        && (policy == QuotaFailurePolicy.FAIL_OPEN
                                || current.isAhead(outage.aloneUntil(), now)));
    }

    /** Returns whether this instance has returned and others may not have. */
    private boolean keepsToShare(LeaseLimits current, long now) {
        return policy == QuotaFailurePolicy.FAIL_LOCAL
                && current.isAhead(outage.returnedUntil(), now);
    }

    /** Returns whether this instance counts what it admits in a window against its share. */
    private boolean countsShares(LeaseLimits current, long now) {
        return outage.isDown() || closed || keepsToShare(current, now);
    }

    /** Returns whether nothing is to be done about the end of the window. */
    private boolean isRunning(LeaseLimits current, long now) {
        return current.isAhead(windowEnd, now)
                || (admittedByEnd != NOT_YET
                        && current.isAhead(windowLatestEnd, now)
                        && countsShares(current, now));
    }

    /**
     * Begins the next window if the one that runs may have ended, and returns false if somebody
     * else does. A debt beyond the credit was of the window that has ended; during an outage, all
     * of it.
     *
     * <p>While shares count, the next window begins when the one before must have ended. What was
     * admitted since it could have ended counts in both.
     */
    private boolean turn(LeaseLimits current) {
        if (!turning.compareAndSet(false, true)) {
            return false;
        }
        try {
            long now = ticker.nanos(); // the caller may have been held up since it read the clock
            if (current.isAhead(windowEnd, now)) {
                return true;
            }
            boolean shares = countsShares(current, now);
            if (shares && current.isAhead(windowLatestEnd, now)) {
                if (admittedByEnd == NOT_YET) {
                    admittedByEnd = issued - stock;
                }
                return true;
            }
            boolean alone = outage.isDown() || closed;
            long inBoth = shares ? admittedSinceEnd() : 0;
            keepStock(alone ? -inBoth : -credit, alone ? -inBoth : 0);
            long next = current.nextEnd(windowEnd, now);
            long latest = next + (windowLatestEnd - windowEnd);
            begin(now, alone ? next : current.early(next, windowEnd, now), latest);
            issued = Math.max(0, inBoth + stock);
        } finally {
            turning.set(false);
        }
        return true;
    }

    /** Returns what was admitted since the window could have ended, while shares count. */
    private long admittedSinceEnd() {
        long byEnd = admittedByEnd;
        return byEnd == NOT_YET ? 0 : Math.max(0, issued - stock - byEnd);
    }

    /** Begins a window, of which nothing is issued yet, while {@code turning} is held. */
    private void begin(long now, long earliestEnd, long latestEnd) {
        issued = 0;
        windowSince = now;
        admittedByEnd = NOT_YET;
        windowLatestEnd = latestEnd;
        windowEnd = earliestEnd;
    }

    /**
     * Takes back the admission of a request that was not made after all; without effect if it may
     * have been admitted in an earlier window, so that no permit of one is used in the next.
     *
     * @param admitted a time that is not after the admission
     */
    public void giveBack(long admitted) {
        if (admitted - windowSince >= 0) {
            giveBack();
        }
    }

    /** Takes back an admission that {@link #tryAcquire} has made, since another check refused. */
    public void giveBack() {
        boolean open = policy == QuotaFailurePolicy.FAIL_OPEN && (outage.isDown() || closed);
        if (limits.threshold > 0 && !open) {
            STOCK.getAndAdd(this, 1L);
        }
    }

    /**
     * Returns what {@link #tryAcquire} would, without admitting or asking anything: if it would ask
     * the store, the answer is taken to come later.
     */
    public long peek(long now) {
        LeaseLimits current = limits;
        if (current.threshold == 0) {
            return RateLimiter.NEVER;
        }
        boolean certain = current.isAhead(windowEnd, now);
        boolean shares = countsShares(current, now);
        boolean running = certain || (shares && current.isAhead(windowLatestEnd, now));
        long inBoth = running || !shares ? 0 : admittedSinceEnd();
        boolean alone = outage.isDown() || closed;
        long kept = alone ? -inBoth : Math.max(stock, -credit);
        long held = certain ? stock : Math.min(0, running ? stock : kept);
        if (held > 0) {
            return 0;
        }
        long floor = Math.min(0, (running ? issued : Math.max(0, inBoth + held)) - share);
        LeaseRequest request = pending;
        if (isAlone(current, now) || (request != null && request.isOverdue(current, now))) {
            boolean open = policy == QuotaFailurePolicy.FAIL_OPEN;
            long wait = Math.max(SOON_NANOS, current.until(windowLatestEnd, now));
            return open || held > floor ? 0 : wait;
        }
        long wait = current.until(askAgainAt, now);
        if (wait > 0 || held <= -credit) {
            return wait > 0 ? wait : SOON_NANOS;
        }
        return keepsToShare(current, now) && held <= floor ? untilMore(current, now) : 0;
    }

    /**
     * Takes another threshold. What is in stock stays, up to two greatest leases of the new
     * threshold, and so does what is borrowed.
     */
    public void update(long threshold) {
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

    /** Returns whether the latest request to the store failed. */
    public boolean isStoreDown() {
        return outage.isDown();
    }

    /** Returns whether a request to the store awaits its answer. */
    boolean isAsking() {
        return pending != null;
    }

    /** Returns the greatest lease. */
    long maxLease() {
        return limits.maxLease;
    }

    /**
     * Asks for nothing more and gives up the answer that is awaited. Requests are then decided on
     * as during an outage.
     */
    @Override
    public void close() {
        closed = true;
        LeaseRequest request = pending;
        if (request != null) {
            request.giveUp();
        }
    }

    /** Asks the store if it is time to, and returns whether it did. */
    boolean refill(LeaseLimits current, long now) {
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
        if (closed
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
        if (isAlone(current, sentAt)) {
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
        long debt = Math.max(0, -stock);
        long size = current.nextLease(lease, now - askedAt);
        boolean down = outage.isDown();
        if (policy == QuotaFailurePolicy.FAIL_LOCAL && (down || keepsToShare(current, now))) {
            size = Math.max(0, Math.min(size, share - issued - debt));
        }
        return Math.max(down ? 1 : 0, debt + size);
    }

    /** Returns whether an instance keeps to its share and has neither any of it left nor a debt. */
    private boolean hasUsedItsShare(LeaseLimits current, long now) {
        return keepsToShare(current, now) && !outage.isDown() && stock >= 0 && issued >= share;
    }

    private boolean isStocked(LeaseLimits current, long now) {
        long held = stock;
        return !outage.isDown()
                && held > 0
                && held >= lease >>> 1
                && current.isAhead(windowEnd, now);
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
        while (!turning.compareAndSet(false, true)) {
            Thread.onSpinWait();
        }
        try {
            long behind =
                    answered && asked.isAhead(windowLatestEnd, now)
                            ? asked.windowsBetween(earliest, latest, windowEnd, windowLatestEnd)
                            : -1;
            boolean lostCount = behind >= 0 && issued > 0 && count != grant.count();
            if (behind >= 0) {
                learnEnd(asked, behind, earliest, latest, now);
            } else {
                keepStock(Long.MIN_VALUE, 0);
                begin(now, earliest, latest);
            }
            if (lostCount) {
                STOCK.getAndAdd(this, -issued);
                issued = 0;
            }
            // Permits of an earlier window are void; what they were to pay for was of that window.
            if (behind <= 0 && asked.isAhead(windowEnd, now)) {
                long permits = Math.min(grant.permits(), request.permits());
                long before = issued;
                issued = before + permits;
                STOCK.getAndAdd(this, permits);
            }
            count = grant.count();
            answered = true;
            outage.answered(now, lostCount);
            refillBelow = lease >>> 1;
        } finally {
            turning.set(false);
        }
        trim();
        askAgainAt = grant.permits() < request.permits() ? earliest : now;
        if (asked != limits) {
            askAgainAt = now; // the answer says nothing of the threshold that is in force by now
        }
        health.answered();
        pending = null;
    }

    /**
     * Takes in what a grant of this window, or of one so many windows before, tells of the end,
     * while {@code turning} is held.
     */
    private void learnEnd(
            LeaseLimits current, long behind, long grantEarliest, long grantLatest, long now) {
        long earliest = grantEarliest + behind * current.window;
        long latest = grantLatest + behind * current.window;
        if (earliest - windowEnd > 0) {
            windowEnd = earliest;
            if (current.isAhead(earliest, now)) {
                admittedByEnd = NOT_YET;
            }
        }
        if (latest - windowLatestEnd < 0) {
            windowLatestEnd = latest;
        }
        if (windowLatestEnd - windowEnd < 0) {
            windowLatestEnd = windowEnd;
        }
    }

    /** Takes a failure; once for each request. */
    void onFailure(String problem) {
        long now = ticker.nanos();
        divide(limits);
        askAgainAt = now + outage.failed(now);
        refillBelow = Long.MAX_VALUE;
        if (!closed) {
            health.failed(key, policy, problem);
        }
        pending = null;
    }

    /** Drops what the limits do not allow to be held, if they have changed. */
    private void trim() {
        keepStock(Long.MIN_VALUE, 2 * limits.maxLease);
    }

    private void keepStock(long least, long most) {
        long held = stock;
        long kept = Math.max(least, Math.min(held, most));
        while (held != kept && !STOCK.compareAndSet(this, held, kept)) {
            held = stock;
            kept = Math.max(least, Math.min(held, most));
        }
    }
}
