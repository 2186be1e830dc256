package io.opensergo.governance;

import io.opensergo.governance.internal.limiter.CircuitBreaker;
import io.opensergo.governance.internal.limiter.LeasedLimiter;
import io.opensergo.governance.internal.limiter.OverloadControl;
import io.opensergo.governance.internal.limiter.Pacer;
import io.opensergo.governance.internal.limiter.RateLimiter;
import io.opensergo.governance.plan.StrategyBinding;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.MetricType;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A strategy on a resource: what brought it there, what it counts, and its limiter. Immutable. */
abstract sealed class Check {

    final StrategyBinding binding;
    final CheckCounters counters;

    /** The place among the checks of its resource, in their order. */
    final int index;

    /** Whether a refusal is counted only; a field, since a request asks for it. */
    final boolean shadow;

    private Check(StrategyBinding binding, CheckCounters counters, int index) {
        this.binding = binding;
        this.counters = counters;
        this.index = index;
        this.shadow = binding.shadow();
    }

    /** Has it explained what it would say to a request. */
    abstract void explainTo(GuardExplainer explainer);

    /** {@link AdaptiveOverloadProtectionStrategy}. */
    static final class Overload extends Check {

        final boolean cpu;
        final double threshold;
        final boolean bbr;
        final OverloadControl control;

        Overload(
                AdaptiveOverloadProtectionStrategy strategy,
                OverloadControl control,
                StrategyBinding binding,
                CheckCounters counters,
                int index) {
            super(binding, counters, index);
            this.control = control;
            cpu = strategy.metricType() == MetricType.CPU_PERCENTAGE;
            threshold = strategy.triggerThreshold().value();
            bbr = strategy.adaptiveStrategy() == AdaptiveStrategy.BBR;
        }

        @Override
        void explainTo(GuardExplainer explainer) {
            explainer.explain(this);
        }
    }

    /** {@link ConcurrencyLimitStrategy}. */
    static final class Concurrency extends Check {

        final long max;

        Concurrency(long max, StrategyBinding binding, CheckCounters counters, int index) {
            super(binding, counters, index);
            this.max = max;
        }

        @Override
        void explainTo(GuardExplainer explainer) {
            explainer.explain(this);
        }
    }

    /** {@link RateLimitStrategy} of this instance. */
    static final class Rate extends Check {

        final RateLimiter limiter;

        Rate(RateLimiter limiter, StrategyBinding binding, CheckCounters counters, int index) {
            super(binding, counters, index);
            this.limiter = limiter;
        }

        @Override
        void explainTo(GuardExplainer explainer) {
            explainer.explain(this);
        }
    }

    /** {@link RateLimitStrategy} of all instances together. */
    static final class Quota extends Check {

        final LeasedLimiter limiter;

        Quota(LeasedLimiter limiter, StrategyBinding binding, CheckCounters counters, int index) {
            super(binding, counters, index);
            this.limiter = limiter;
        }

        @Override
        void explainTo(GuardExplainer explainer) {
            explainer.explain(this);
        }
    }

    /** {@link ThrottlingStrategy}. */
    static final class Pace extends Check {

        final Pacer pacer;

        Pace(Pacer pacer, StrategyBinding binding, CheckCounters counters, int index) {
            super(binding, counters, index);
            this.pacer = pacer;
        }

        @Override
        void explainTo(GuardExplainer explainer) {
            explainer.explain(this);
        }
    }

    /** {@link CircuitBreakerStrategy}. */
    static final class Break extends Check {

        final CircuitBreaker breaker;

        /** Whether a call's duration matters. */
        final boolean slow;

        private final Set<String> errorTypes;

        Break(
                CircuitBreaker breaker,
                CircuitBreakerStrategy strategy,
                StrategyBinding binding,
                CheckCounters counters,
                int index) {
            super(binding, counters, index);
            this.breaker = breaker;
            this.slow =
                    strategy.strategy() == CircuitBreakerStrategy.TriggerType.SLOW_REQUEST_RATIO;
            this.errorTypes = errorTypes(strategy);
        }

        @Override
        void explainTo(GuardExplainer explainer) {
            explainer.explain(this);
        }

        private static Set<String> errorTypes(CircuitBreakerStrategy strategy) {
            return strategy.errorConditions() == null
                    ? Set.of()
                    : Set.copyOf(strategy.errorConditions().errorTypes());
        }

        /** Returns whether the same calls are errors by the conditions of another strategy. */
        boolean hasErrorsOf(CircuitBreakerStrategy other) {
            return errorTypes.equals(errorTypes(other));
        }

        /** Returns whether a failed call is an error by the strategy's conditions. */
        boolean isError(Outcome failure) {
            return errorTypes.isEmpty()
                    || (failure.errorType() != null && errorTypes.contains(failure.errorType()))
                    || isNamed(failure.error());
        }

        private boolean isNamed(@Nullable Throwable error) {
            if (error == null) {
                return false;
            }
            for (Class<?> type = error.getClass(); type != null; type = type.getSuperclass()) {
                if (errorTypes.contains(type.getName())
                        || errorTypes.contains(type.getSimpleName())) {
                    return true;
                }
            }
            return false;
        }
    }
}
