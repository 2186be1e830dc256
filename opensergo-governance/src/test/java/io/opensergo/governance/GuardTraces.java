package io.opensergo.governance;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.Threshold;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.SlowConditions;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.TriggerType;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Traces of requests under rules of any kind, and a governor that follows them. */
abstract class GuardTraces {

    static final String RESOURCE = "GET:/foo";

    /** Token times are in units of 64 ns, and both ends of a wait are rounded. */
    static final long ROUNDING = 127;

    static final Outcome FAILURE = Outcome.failure("UNAVAILABLE");

    @Provide
    Arbitrary<Trace> traces() {
        Arbitrary<Long> times =
                Arbitraries.frequencyOf(
                        Tuple.of(10, Arbitraries.just(0L)),
                        Tuple.of(10, Arbitraries.longs().between(0, nanos(50))),
                        Tuple.of(5, Arbitraries.longs().between(0, nanos(1000))),
                        Tuple.of(1, Arbitraries.of(nanos(5000), -nanos(1), nanos(86_400_000))),
                        Tuple.of(1, Arbitraries.just(-nanos(86_400_000))));
        Arbitrary<Action> actions =
                Arbitraries.frequency(
                        Tuple.of(20, Action.REQUEST),
                        Tuple.of(12, Action.END),
                        Tuple.of(1, Action.LOAD));
        Arbitrary<Step> steps =
                Combinators.combine(
                                times,
                                actions,
                                Arbitraries.of(
                                        Outcome.SUCCESS, FAILURE, FAILURE, Outcome.CANCELLED),
                                Arbitraries.of(false, false, true),
                                loads())
                        .as(Step::new);
        return Combinators.combine(
                        Arbitraries.of(0L, -1L, Long.MAX_VALUE - nanos(500), nanos(86_400_000)),
                        strategies(),
                        steps.list().ofMaxSize(80))
                .as(Trace::new);
    }

    /**
     * Those without shadows, whose counts are not given back late, and with one line at most, since
     * a token tells one place; in time that goes forwards, and that a token tells exactly.
     */
    @Provide
    Arbitrary<Trace> enforcedTraces() {
        return traces().map(
                        trace ->
                                new Trace(
                                        nanos(1),
                                        enforced(trace.strategies),
                                        trace.steps.stream().map(Step::forwards).toList()));
    }

    static List<Strategy> enforced(List<Strategy> strategies) {
        List<Strategy> enforced = new ArrayList<>();
        boolean paced = false;
        for (Strategy strategy : strategies) {
            boolean paces = strategy instanceof ThrottlingStrategy;
            if (!strategy.metadata().isShadow() && !(paces && paced)) {
                enforced.add(strategy);
                paced |= paces;
            }
        }
        return enforced;
    }

    @Provide
    Arbitrary<List<Strategy>> strategies() {
        Arbitrary<Strategy> any =
                Arbitraries.frequencyOf(
                        Tuple.of(2, rateLimits()),
                        Tuple.of(2, throttlings()),
                        Tuple.of(2, concurrencyLimits()),
                        Tuple.of(3, breakers()),
                        Tuple.of(1, overloads()));
        return any.list().ofMinSize(1).ofMaxSize(6).uniqueElements(Rule::id);
    }

    static Arbitrary<Metadata> metadata() {
        return Combinators.combine(Arbitraries.of("a", "b", "c", "d"), Arbitraries.of(0, 0, 1))
                .as(
                        (name, shadow) -> {
                            Metadata metadata = Metadata.of("default", "app", name);
                            return shadow == 0
                                    ? metadata
                                    : metadata.withAnnotation(
                                            Metadata.MODE_ANNOTATION, Metadata.SHADOW_MODE);
                        });
    }

    static Arbitrary<Strategy> rateLimits() {
        return Combinators.combine(
                        metadata(), Arbitraries.longs().between(0, 12), Arbitraries.of(1, 2, 60))
                .as(
                        (metadata, threshold, seconds) ->
                                RateLimitStrategy.builder(metadata)
                                        .threshold(threshold)
                                        .statDuration(Duration.ofSeconds(seconds))
                                        .build());
    }

    static Arbitrary<Strategy> throttlings() {
        return Combinators.combine(
                        metadata(),
                        Arbitraries.longs().between(0, 80),
                        Arbitraries.longs().between(1, 1000))
                .as(
                        (metadata, interval, timeout) ->
                                ThrottlingStrategy.builder(metadata)
                                        .minIntervalOfRequests(Duration.ofMillis(interval))
                                        .queueTimeout(Duration.ofMillis(timeout))
                                        .build());
    }

    static Arbitrary<Strategy> concurrencyLimits() {
        return Combinators.combine(metadata(), Arbitraries.longs().between(0, 8))
                .as(
                        (metadata, max) ->
                                ConcurrencyLimitStrategy.builder(metadata)
                                        .maxConcurrency(max)
                                        .build());
    }

    static Arbitrary<Strategy> breakers() {
        return Combinators.combine(
                        metadata(),
                        Arbitraries.of(TriggerType.values()),
                        Arbitraries.doubles().between(0, 1).ofScale(2),
                        Arbitraries.longs().between(1, 2000),
                        Arbitraries.longs().between(1, 500),
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.longs().between(1, 300))
                .as(
                        (metadata, type, ratio, window, recovery, amount, maxRt) ->
                                CircuitBreakerStrategy.builder(metadata)
                                        .strategy(type)
                                        .triggerRatio(ratio)
                                        .statDuration(Duration.ofMillis(window))
                                        .recoveryTimeout(Duration.ofMillis(recovery))
                                        .minRequestAmount(amount)
                                        .slowConditions(SlowConditions.of(Duration.ofMillis(maxRt)))
                                        .build());
    }

    static Arbitrary<Strategy> overloads() {
        return Combinators.combine(metadata(), loads(), Arbitraries.of(AdaptiveStrategy.values()))
                .as(
                        (metadata, cpu, strategy) ->
                                AdaptiveOverloadProtectionStrategy.builder(metadata)
                                        .metricType(
                                                AdaptiveOverloadProtectionStrategy.MetricType
                                                        .CPU_PERCENTAGE)
                                        .triggerThreshold(Threshold.ofCpu(cpu))
                                        .adaptiveStrategy(strategy)
                                        .build());
    }

    /** Of two of them the greater is so much greater that all is refused, not only a share. */
    static Arbitrary<Double> loads() {
        return Arbitraries.of(0.0, 0.2, 0.4, 0.6, 0.8, 1.0);
    }

    static long nanos(long millis) {
        return millis * 1_000_000;
    }

    enum Action {
        REQUEST,
        END,
        LOAD
    }

    /**
     * A step of a trace.
     *
     * @param last whether the latest request ends, not the earliest
     */
    record Step(long nanos, Action action, Outcome outcome, boolean last, double cpu) {

        Step forwards() {
            return new Step(Math.abs(nanos) & -64, action, outcome, last, cpu);
        }
    }

    record Trace(long start, List<Strategy> strategies, List<Step> steps) {}

    /** A governor that follows a trace, but for its requests. */
    static final class Run implements AutoCloseable {

        final ManualTicker ticker;
        final Governor governor;
        final Guard guard;
        final List<Long> tokens = new ArrayList<>();
        private volatile double cpu;

        Run(Trace trace) {
            ticker = new ManualTicker(trace.start);
            governor =
                    Governor.builder()
                            .ticker(ticker)
                            .loadMetrics(new Load())
                            .loadScheduler(VirtualTimeScheduler.create())
                            .build();
            replaceRules(trace.strategies);
            guard = governor.guard(RESOURCE);
        }

        void replaceRules(List<Strategy> strategies) {
            List<Rule> rules = new ArrayList<>(strategies);
            if (!strategies.isEmpty()) {
                rules.add(
                        FaultToleranceRule.builder(Metadata.of("default", "app", "rule"))
                                .targets(List.of(ResourceRef.of(RESOURCE)))
                                .strategies(strategies.stream().map(StrategyRef::to).toList())
                                .build());
            }
            governor.replaceRules(rules);
        }

        /** Ends a request; one whose turn has not come leaves, and else it asks again. */
        void end(long token, Outcome outcome) {
            if (guard.waitNanos(token) > 0) {
                guard.withdraw(token);
                return;
            }
            long next = guard.proceed(token);
            if (!Guard.isRefused(next)) {
                guard.release(next, outcome);
            }
        }

        void prepare(Step step) {
            ticker.advanceNanos(step.nanos);
            if (step.action == Action.LOAD) {
                cpu = step.cpu;
                governor.engine().overloadControls().measured(cpu, -1);
            } else if (step.action == Action.END && !tokens.isEmpty()) {
                long token = tokens.remove(step.last ? tokens.size() - 1 : 0);
                end(token, step.outcome);
            }
        }

        @Override
        public void close() {
            governor.close();
        }

        final class Load implements LoadMetrics {

            @Override
            public double cpu() {
                return cpu;
            }

            @Override
            public double loadAverage() {
                return -1;
            }
        }
    }
}
