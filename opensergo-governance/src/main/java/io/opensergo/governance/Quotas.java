package io.opensergo.governance;

import io.opensergo.api.time.Ticker;
import io.opensergo.governance.internal.limiter.LeasedLimiter;
import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.QuotaFailurePolicy;
import io.opensergo.governance.quota.QuotaHealth;
import io.opensergo.governance.quota.QuotaKey;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** The store of the limits that all instances share, if there is one. */
final class Quotas {

    private final @Nullable GlobalQuota store;
    private final QuotaFailurePolicy policy;
    private final QuotaHealth health;
    private final Ticker ticker;

    Quotas(@Nullable GlobalQuota store, QuotaFailurePolicy policy, Ticker ticker) {
        this.store = store;
        this.policy = policy;
        this.ticker = ticker;
        this.health = new QuotaHealth(ticker);
    }

    /** Returns whether a limit is kept by the store. */
    boolean handles(Strategy strategy) {
        return store != null
                && strategy instanceof RateLimitStrategy rate
                && rate.limitMode() == LimitMode.GLOBAL;
    }

    /** Starts a limiter by leases of the store, for a strategy that it handles. */
    LeasedLimiter limiter(
            GuardedResource resource, RateLimitStrategy strategy, IntSupplier instances) {
        if (store == null) {
            throw new IllegalStateException("there is no store for " + strategy.id());
        }
        String app = strategy.app();
        return new LeasedLimiter(
                store,
                new QuotaKey(
                        strategy.metadata().namespace(),
                        app == null ? "-" : app,
                        resource.storeName(),
                        strategy.name()),
                strategy.threshold(),
                strategy.statDuration().toNanos(),
                policy,
                instances,
                health,
                ticker);
    }

    Optional<QuotaHealth> health() {
        return store == null ? Optional.empty() : Optional.of(health);
    }
}
