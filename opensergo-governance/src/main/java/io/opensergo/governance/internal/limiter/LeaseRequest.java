package io.opensergo.governance.internal.limiter;

import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.QuotaGrant;
import io.opensergo.governance.quota.QuotaKey;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/**
 * One request of a {@link LeaseRefill} to the store. It is settled once: by the answer, by a
 * failure, or by whoever gives it up; what comes later is ignored, a failure too: it was counted
 * when the request was given up.
 */
final class LeaseRequest implements CoreSubscriber<QuotaGrant> {

    /** What was in force when it was made. */
    final LeaseLimits limits;

    private final LeaseRefill refill;
    private final AtomicBoolean settled = new AtomicBoolean();
    private long permits;
    private long sentAt;

    /** Published after {@code permits} and {@code sentAt}. */
    private volatile boolean sent;

    private volatile @Nullable Subscription subscription;

    LeaseRequest(LeaseRefill refill, LeaseLimits limits) {
        this.refill = refill;
        this.limits = limits;
    }

    /** Asks for permits. A store that throws has failed like one whose answer is an error. */
    void send(GlobalQuota quota, QuotaKey key, long permits, long now) {
        this.permits = permits;
        this.sentAt = now;
        this.sent = true;
        try {
            quota.acquire(key, limits.quota, permits).subscribe(this);
        } catch (RuntimeException e) {
            onError(e);
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
        return age >= LeaseRefill.ANSWER_TIMEOUT_NANOS || age < -current.horizon;
    }

    /** Cancels it and returns true, unless it is settled already. */
    boolean giveUp() {
        if (!settle()) {
            return false;
        }
        Subscription asking = subscription;
        if (asking != null) {
            asking.cancel();
        }
        return true;
    }

    private boolean settle() {
        return settled.compareAndSet(false, true);
    }

    /** Whoever gives up before this sees no subscription, and this sees that it is settled. */
    @Override
    public void onSubscribe(Subscription asking) {
        subscription = asking;
        if (settled.get()) {
            asking.cancel();
        } else {
            asking.request(Long.MAX_VALUE);
        }
    }

    @Override
    public void onNext(QuotaGrant grant) {
        if (settle()) {
            refill.onGrant(this, grant);
        }
    }

    @Override
    public void onError(Throwable error) {
        if (settle()) {
            String message = error.getMessage();
            refill.onFailure(message == null ? error.toString() : message);
        }
    }

    @Override
    public void onComplete() {
        if (settle()) {
            refill.onFailure("it gave no answer");
        }
    }
}
