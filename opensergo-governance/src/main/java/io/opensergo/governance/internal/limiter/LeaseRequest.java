package io.opensergo.governance.internal.limiter;

import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.QuotaGrant;
import io.opensergo.governance.quota.QuotaKey;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.publisher.BaseSubscriber;

/**
 * One request of a {@link LeasedLimiter} to the store. It is settled once: by the answer, by a
 * failure, or by whoever gives it up; what comes later is ignored.
 */
final class LeaseRequest extends BaseSubscriber<QuotaGrant> {

    /** What was in force when it was made. */
    final LeaseLimits limits;

    private final LeasedLimiter limiter;
    private final AtomicBoolean settled = new AtomicBoolean();
    private long permits;
    private long sentAt;

    /** Published after {@code permits} and {@code sentAt}. */
    private volatile boolean sent;

    LeaseRequest(LeasedLimiter limiter, LeaseLimits limits) {
        this.limiter = limiter;
        this.limits = limits;
    }

    /** Asks for permits. A store that throws has failed like one that errs. */
    void send(GlobalQuota quota, QuotaKey key, long permits, long now) {
        this.permits = permits;
        this.sentAt = now;
        this.sent = true;
        try {
            quota.acquire(key, limits.quota, permits).subscribe(this);
        } catch (RuntimeException e) {
            hookOnError(e);
        }
    }

    /** Returns how many permits were asked for. */
    long permits() {
        return permits;
    }

    /** Returns when it was sent, which is before the store decided. */
    long sentAt() {
        return sentAt;
    }

    boolean isOverdue(LeaseLimits current, long now) {
        if (!sent) {
            return false;
        }
        long age = now - sentAt;
        return age >= LeasedLimiter.ANSWER_TIMEOUT_NANOS || age < -current.horizon;
    }

    /** Cancels it and returns true, unless it is settled already. */
    boolean giveUp() {
        if (!settle()) {
            return false;
        }
        cancel();
        return true;
    }

    private boolean settle() {
        return settled.compareAndSet(false, true);
    }

    @Override
    protected void hookOnNext(QuotaGrant grant) {
        if (settle()) {
            limiter.onGrant(this, grant);
        }
    }

    @Override
    protected void hookOnError(Throwable error) {
        if (settle()) {
            String message = error.getMessage();
            limiter.onFailure(message == null ? error.toString() : message);
        }
    }

    @Override
    protected void hookOnComplete() {
        if (settle()) {
            limiter.onFailure("it gave no answer");
        }
    }
}
