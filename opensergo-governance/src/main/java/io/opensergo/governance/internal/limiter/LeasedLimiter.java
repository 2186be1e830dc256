package io.opensergo.governance.internal.limiter;

import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.QuotaFailurePolicy;
import io.opensergo.governance.quota.QuotaGrant;
import io.opensergo.governance.quota.QuotaHealth;
import io.opensergo.governance.quota.QuotaKey;
import io.opensergo.governance.time.Ticker;
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
 * called the <i>greatest lease</i> here. Permits that are not used until their window ends are
 * void: up to two greatest leases.
 *
 * <p><b>Overshoot.</b> A request that meets no stock, before the first grant or in a burst that
 * outruns the store, borrows. What is borrowed is paid from later grants and is at most one
 * greatest lease at any time, so an instance has never admitted more than it was granted plus one
 * greatest lease, be it in one window of the store or since it was made. For n instances this is
 * {@code threshold + n × greatest lease} in one window, and {@code m × threshold + n × greatest
 * lease} in m windows that follow each other. A request does not borrow once the store has said
 * that the window has no more. All of this holds to the resolution of the ticker.
 *
 * <p><b>Outage.</b> If the store fails, or does not answer within a second, what is in stock is
 * used up; after that the {@link QuotaFailurePolicy} decides. The share of {@link
 * QuotaFailurePolicy#FAIL_LOCAL} counts in windows of its own, which follow each other without
 * overlap, so an instance admits at most its stock, then its share in each of them. What was
 * borrowed is forgiven, so each outage may add one greatest lease to the bounds above. The store is
 * asked again, by a request that comes later than a delay that begins at 100 ms and doubles up to 5
 * s, and its first grant ends the outage. Without requests nothing happens.
 *
 * <p><b>Concurrency:</b> the stock is one signed word, negative by what is borrowed, changed by
 * compare-and-set, which keeps it from falling below the bound. {@code expiresAt} is published
 * before the permits that it belongs to and after the stock that it does not belong to is void; a
 * request reads the word first. A request may void fresh permits if the word has the same value
 * before and after a change of windows, and none otherwise. Whoever answers a refill, or finds it
 * overdue, settles it once; what only a refill uses is confined to whoever has set {@code pending},
 * and handed on by its volatile writes. A permit given back after its window has ended may be used
 * in the next: at most one for each call between {@link #tryAcquire} and {@link #giveBack} then.
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

    private static final long MIN_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long MAX_BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(5);

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
    private final AtomicBoolean renewing = new AtomicBoolean();

    private volatile LeaseLimits limits;

    /** Permits in stock; negative by those that are borrowed. */
    private volatile long stock;

    /** When the permits in stock are void. */
    private volatile long expiresAt;

    /** Before this the store is not asked: the window has no more, or the store has failed. */
    private volatile long askAgainAt;

    /** When the window ends in which the share of this instance is counted. */
    private volatile long shareUntil;

    private volatile boolean down;
    private volatile boolean closed;
    private volatile @Nullable LeaseRequest pending;

    /** The lease asked for last; read by requests, for when to ask again. */
    private volatile long lease;

    private long askedAt;
    private int failuresInARow;

    /**
     * Starts a limiter with nothing in stock, which asks the store when the first request comes.
     *
     * @param quota the store, which is not closed with the limiter
     * @param key what is limited
     * @param threshold permits per window of all instances, 0 or more
     * @param windowNanos the length of the window, positive, at most {@link Integer#MAX_VALUE}
     *     seconds
     * @param policy what to do while the store cannot be used
     * @param instances how many instances there are; asked by requests during an outage, so it must
     *     be quick
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
        expiresAt = now;
        askAgainAt = now;
        shareUntil = now;
        lease = Math.max(1, limits.maxLease / 16);
        askedAt = now - 2 * limits.period;
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
        if (refill(current, now) && take(now)) {
            return 0; // the store has answered at once
        }
        return isAlone() ? acquireAlone(current, now) : borrow(current, now);
    }

    private boolean take(long now) {
        while (true) {
            long held = stock;
            if (held <= 0) {
                return false;
            }
            LeaseLimits current = limits;
            if (!current.isAhead(expiresAt, now)) {
                if (STOCK.compareAndSet(this, held, 0)) {
                    return false;
                }
            } else if (STOCK.compareAndSet(this, held, held - 1)) {
                if (held - 1 < lease >>> 1 || down) {
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
            if (held <= -current.maxLease) {
                return SOON_NANOS;
            }
            if (STOCK.compareAndSet(this, held, held - 1)) {
                return 0;
            }
        }
    }

    private long acquireAlone(LeaseLimits current, long now) {
        if (policy == QuotaFailurePolicy.FAIL_OPEN) {
            return 0;
        }
        long wait = current.until(shareUntil, now);
        if (wait > 0) {
            return wait;
        }
        renewShare(current, now);
        return take(now) ? 0 : SOON_NANOS;
    }

    private void renewShare(LeaseLimits current, long now) {
        if (!renewing.compareAndSet(false, true)) {
            return;
        }
        try {
            if (isAlone() && !current.isAhead(shareUntil, now)) {
                long share = current.share(instances.getAsInt());
                dropStock();
                expiresAt = now + current.window;
                STOCK.getAndAdd(this, share);
                shareUntil = now + current.window;
            }
        } finally {
            renewing.set(false);
        }
    }

    /** Takes back an admission that {@link #tryAcquire} has made, since another check refused. */
    public void giveBack() {
        if (limits.threshold > 0 && !(isAlone() && policy == QuotaFailurePolicy.FAIL_OPEN)) {
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
        long held = stock;
        if (held > 0 && current.isAhead(expiresAt, now)) {
            return 0;
        }
        LeaseRequest request = pending;
        if (isAlone() || (request != null && request.isOverdue(current, now))) {
            boolean open = policy == QuotaFailurePolicy.FAIL_OPEN;
            return open ? 0 : current.until(shareUntil, now);
        }
        long wait = current.until(askAgainAt, now);
        return wait > 0 || held > -current.maxLease ? wait : SOON_NANOS;
    }

    /**
     * Takes another threshold. What is in stock stays, up to two greatest leases of the new
     * threshold, and so does what is borrowed.
     */
    public void update(long threshold) {
        LeaseLimits before = limits;
        if (threshold != before.threshold) {
            limits = new LeaseLimits(threshold, before.window);
            trim();
            long now = ticker.nanos();
            shareUntil = now;
            if (!down) {
                askAgainAt = now;
            }
        }
    }

    private boolean isAlone() {
        return down || closed;
    }

    /** Returns whether the latest request to the store failed. */
    public boolean isStoreDown() {
        return down;
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
        forgive();
        LeaseRequest request = pending;
        if (request != null) {
            request.giveUp();
        }
    }

    /** Asks the store if it is time to, and returns whether it did. */
    boolean refill(LeaseLimits current, long now) {
        LeaseRequest running = pending;
        if (running != null) {
            if (running.isOverdue(current, now) && running.giveUp()) {
                onFailure(
                        "no answer within "
                                + TimeUnit.NANOSECONDS.toMillis(ANSWER_TIMEOUT_NANOS)
                                + " ms");
            }
            return false;
        }
        if (closed || current.threshold == 0 || current.isAhead(askAgainAt, now)) {
            return false;
        }
        var request = new LeaseRequest(this, current);
        if (!PENDING.compareAndSet(this, null, request)) {
            return false;
        }
        if (isStocked(current, now)) {
            pending = null; // refilled since its caller found little
            return false;
        }
        long size = current.nextLease(lease, now - askedAt);
        lease = size;
        askedAt = now;
        // Not the time of this call: its thread may have been held up since.
        request.send(quota, key, size + Math.max(0, -stock), ticker.nanos());
        return true;
    }

    private boolean isStocked(LeaseLimits current, long now) {
        long held = stock;
        return !down && held > 0 && held >= lease >>> 1 && current.isAhead(expiresAt, now);
    }

    /** Takes a grant; once for each request. */
    void onGrant(LeaseRequest request, QuotaGrant grant) {
        long now = ticker.nanos();
        LeaseLimits asked = request.limits;
        long until = request.sentAt() + Math.min(grant.validFor().toNanos(), asked.window);
        boolean sameWindow = asked.isAhead(expiresAt, now) && !down;
        if (!sameWindow) {
            dropStock();
        }
        if (asked.isAhead(until, now)) {
            expiresAt = sameWindow && expiresAt - until > 0 ? expiresAt : until;
            STOCK.getAndAdd(this, Math.min(grant.permits(), request.permits()));
        }
        down = false;
        trim();
        askAgainAt = grant.permits() < request.permits() ? until : now;
        if (asked != limits) {
            askAgainAt = now; // the answer says nothing of the threshold that is in force by now
        }
        failuresInARow = 0;
        health.answered();
        pending = null;
    }

    /** Takes a failure; once for each request. */
    void onFailure(String problem) {
        long backoff = MIN_BACKOFF_NANOS << Math.min(failuresInARow, 6);
        failuresInARow++;
        if (!down) {
            forgive();
            shareUntil = ticker.nanos();
            down = true;
        }
        askAgainAt = ticker.nanos() + Math.min(backoff, MAX_BACKOFF_NANOS);
        if (!closed) {
            health.failed(key, policy, problem);
        }
        pending = null;
    }

    private void dropStock() {
        capStock(0);
    }

    /** Drops what the limits do not allow to be held, if they have changed. */
    private void trim() {
        LeaseLimits current = limits;
        long share = isAlone() ? current.share(instances.getAsInt()) : 0;
        capStock(Math.max(2 * current.maxLease, share));
    }

    private void capStock(long most) {
        long held = stock;
        while (held > most && !STOCK.compareAndSet(this, held, most)) {
            held = stock;
        }
    }

    private void forgive() {
        long held = stock;
        while (held < 0 && !STOCK.compareAndSet(this, held, 0)) {
            held = stock;
        }
    }
}
