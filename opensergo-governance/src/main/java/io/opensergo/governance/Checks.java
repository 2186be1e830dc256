package io.opensergo.governance;

import io.opensergo.governance.internal.limiter.CircuitBreaker;
import io.opensergo.governance.internal.limiter.LeasedLimiter;
import io.opensergo.governance.internal.limiter.OverloadControl;
import io.opensergo.governance.internal.limiter.Pacer;
import io.opensergo.governance.internal.limiter.RateLimiter;
import io.opensergo.governance.plan.StrategyBinding;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.TriggerType;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.LimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.faulttolerance.StrategyKind;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The checks of one resource, made from its strategies; each goes on with the state of the check
 * that the same strategy had on it before.
 */
final class Checks {

    /** The order in which a request meets them; those of a kind keep the order of the rules. */
    private static final List<StrategyKind> ORDER =
            List.of(
                    StrategyKind.ADAPTIVE_OVERLOAD_PROTECTION,
                    StrategyKind.CONCURRENCY_LIMIT,
                    StrategyKind.RATE_LIMIT,
                    StrategyKind.THROTTLING,
                    StrategyKind.CIRCUIT_BREAKER);

    static final Checks NONE = new Checks(List.of(), List.of());

    private final List<StrategyBinding> bindings;
    private final List<Check> all;

    private Checks(List<StrategyBinding> bindings, List<Check> all) {
        this.bindings = bindings;
        this.all = all;
    }

    /** Makes the checks of a resource, at most {@link Token#MAX_CHECKS}. */
    static Checks of(
            GuardedResource resource,
            List<StrategyBinding> bindings,
            @Nullable Checks previous,
            Engine engine) {
        List<StrategyBinding> ordered = new ArrayList<>(bindings);
        ordered.sort(Comparator.comparingInt(binding -> ORDER.indexOf(binding.kind())));
        List<Check> checks = new ArrayList<>(ordered.size());
        for (StrategyBinding binding : ordered) {
            Check before = previous == null ? null : previous.find(binding);
            CheckCounters counters = before == null ? new CheckCounters() : before.counters;
            checks.add(check(resource, binding, checks.size(), counters, before, engine));
        }
        return new Checks(List.copyOf(bindings), List.copyOf(checks));
    }

    private static Check check(
            GuardedResource resource,
            StrategyBinding binding,
            int index,
            CheckCounters counters,
            @Nullable Check before,
            Engine engine) {
        Strategy strategy = binding.strategy();
        return switch (strategy.strategyKind()) {
            case RATE_LIMIT -> {
                var rate = (RateLimitStrategy) strategy;
                yield engine.quotas().handles(rate)
                        ? new Check.Quota(
                                leased(resource, rate, before, engine), binding, counters, index)
                        : new Check.Rate(limiter(rate, before, engine), binding, counters, index);
            }
            case THROTTLING -> {
                Pacer pacer = pacer((ThrottlingStrategy) strategy, before);
                yield new Check.Pace(pacer, binding, counters, index);
            }
            case CONCURRENCY_LIMIT -> {
                var concurrency = (ConcurrencyLimitStrategy) strategy;
                long max = engine.share(concurrency.limitMode(), concurrency.maxConcurrency());
                yield new Check.Concurrency(max, binding, counters, index);
            }
            case CIRCUIT_BREAKER -> {
                var breaking = (CircuitBreakerStrategy) strategy;
                CircuitBreaker breaker = breaker(resource, breaking, before, engine);
                yield new Check.Break(breaker, breaking, binding, counters, index);
            }
            case ADAPTIVE_OVERLOAD_PROTECTION -> {
                var overload = (AdaptiveOverloadProtectionStrategy) strategy;
                OverloadControl control = engine.overloadControls().of(overload);
                yield new Check.Overload(overload, control, binding, counters, index);
            }
        };
    }

    private static RateLimiter limiter(
            RateLimitStrategy strategy, @Nullable Check before, Engine engine) {
        long limit = engine.share(strategy.limitMode(), strategy.threshold());
        long window = nanos(strategy.statDuration());
        return before instanceof Check.Rate rate
                ? rate.limiter.edited(limit, window)
                : RateLimiter.of(limit, window);
    }

    private static LeasedLimiter leased(
            GuardedResource resource,
            RateLimitStrategy strategy,
            @Nullable Check before,
            Engine engine) {
        if (before instanceof Check.Quota quota
                && quota.binding.strategy() instanceof RateLimitStrategy old
                && old.statDuration().equals(strategy.statDuration())) {
            quota.limiter.update(strategy.threshold());
            return quota.limiter;
        }
        return engine.quotas().limiter(resource, strategy, engine::instances);
    }

    private static Pacer pacer(ThrottlingStrategy strategy, @Nullable Check before) {
        long interval = nanos(strategy.minIntervalOfRequests());
        // A longer wait could not be told by a token, and would not be waited for.
        long timeout = Math.min(nanos(strategy.queueTimeout()), Token.LONGEST_WAIT);
        return before instanceof Check.Pace pace
                ? pace.pacer.edited(interval, timeout)
                : Pacer.of(interval, timeout);
    }

    private static CircuitBreaker breaker(
            GuardedResource resource,
            CircuitBreakerStrategy strategy,
            @Nullable Check before,
            Engine engine) {
        var settings =
                new CircuitBreaker.Settings(
                        strategy.strategy() == TriggerType.SLOW_REQUEST_RATIO,
                        (int) Math.round(strategy.triggerRatio() * 100),
                        strategy.minRequestAmount(),
                        nanos(strategy.statDuration()),
                        nanos(strategy.recoveryTimeout()),
                        strategy.slowConditions() == null
                                ? Long.MAX_VALUE
                                : nanos(strategy.slowConditions().maxAllowedRt()));
        return before instanceof Check.Break broken
                ? broken.breaker.edited(settings, broken.hasErrorsOf(strategy))
                : CircuitBreaker.of(
                        settings,
                        (from, to) -> engine.onTransition(resource, strategy.name(), from, to));
    }

    /** Longer than a century is a century: sums of two such times must not overflow. */
    private static long nanos(Duration duration) {
        Duration century = Duration.ofDays(36_500);
        return (duration.compareTo(century) > 0 ? century : duration).toNanos();
    }

    private @Nullable Check find(StrategyBinding binding) {
        for (Check check : all) {
            if (check.binding.strategyId().equals(binding.strategyId())) {
                return check;
            }
        }
        return null;
    }

    /** Returns what the checks were made from, in the order of the rules. */
    List<StrategyBinding> bindings() {
        return bindings;
    }

    /** Returns every check, in the order in which a request meets them. */
    List<Check> all() {
        return all;
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    Check.Overload[] overloads() {
        return of(Check.Overload.class).toArray(Check.Overload[]::new);
    }

    Check.Concurrency[] concurrencies() {
        return of(Check.Concurrency.class).toArray(Check.Concurrency[]::new);
    }

    Check.Rate[] rates() {
        return of(Check.Rate.class).toArray(Check.Rate[]::new);
    }

    Check.Quota[] quotas() {
        return of(Check.Quota.class).toArray(Check.Quota[]::new);
    }

    Check.Pace[] paces() {
        return of(Check.Pace.class).toArray(Check.Pace[]::new);
    }

    Check.Break[] breakers() {
        return of(Check.Break.class).toArray(Check.Break[]::new);
    }

    private <C extends Check> List<C> of(Class<C> type) {
        return all.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /**
     * Returns the concurrency limit that decides, since the requests in flight are the same for
     * all.
     */
    Check.@Nullable Concurrency tightestConcurrency() {
        return of(Check.Concurrency.class).stream()
                .filter(check -> !check.shadow)
                .min(Comparator.comparingLong(check -> check.max))
                .orElse(null);
    }

    /** Returns the longest time that a request may have to wait, in nanoseconds. */
    long longestWait() {
        return of(Check.Pace.class).stream()
                .filter(check -> !check.shadow)
                .mapToLong(check -> check.pacer.timeout())
                .max()
                .orElse(0);
    }

    /** Returns a limiter that counts each request that passes, if there is one. */
    @Nullable RateLimiter passCounter() {
        return of(Check.Rate.class).stream()
                .filter(check -> !check.shadow)
                .map(check -> check.limiter)
                .findFirst()
                .orElse(null);
    }

    /** Returns whether the duration of requests matters. */
    boolean measureTime() {
        return of(Check.Break.class).stream().anyMatch(check -> check.slow)
                || of(Check.Overload.class).stream().anyMatch(check -> check.bbr);
    }

    void addOverloadControls(Set<OverloadControl> controls) {
        of(Check.Overload.class).forEach(check -> controls.add(check.control));
    }

    /** Returns whether a limit is divided by the number of instances. */
    boolean dependOnInstances() {
        return bindings.stream()
                .anyMatch(
                        binding ->
                                binding.strategy() instanceof LimitStrategy limit
                                        && limit.limitMode() == LimitMode.GLOBAL_TO_LOCAL);
    }
}
