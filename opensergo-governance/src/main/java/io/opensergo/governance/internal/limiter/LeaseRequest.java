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

    /** When it was made, which is before the store decided. */
    final long startedAt;

    private final LeasedLimiter limiter;
    private final AtomicBoolean settled = new AtomicBoolean();
    private long permits;

    LeaseRequest(LeasedLimiter limiter, LeaseLimits limits, long startedAt) {
        this.limiter = limiter;
        this.limits = limits;
        this.startedAt = startedAt;
    }

    /** Asks for permits. A store that throws has failed like one that errs. */
    void send(GlobalQuota quota, QuotaKey key, long permits) {
        this.permits = permits;
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

    boolean isOverdue(LeaseLimits current, long now) {
        long age = now - startedAt;
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
            limiter.onFailure(String.valueOf(error.getMessage()));
        }
    }

    @Override
    protected void hookOnComplete() {
        if (settle()) {
            limiter.onFailure("it gave no answer");
        }
    }
}
