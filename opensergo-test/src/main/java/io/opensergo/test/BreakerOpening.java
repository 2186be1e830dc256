package io.opensergo.test;

import io.opensergo.governance.BreakerState;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.ResourceStats.StrategyStats;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.ErrorConditions;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.TriggerType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/** Calls that go wrong, as many as it takes to open a circuit breaker. For one use. */
final class BreakerOpening {

    private final Guard guard;
    private final CircuitBreakerStrategy strategy;
    private final TestClock clock;

    private BreakerOpening(Guard guard, CircuitBreakerStrategy strategy, TestClock clock) {
        this.guard = guard;
        this.strategy = strategy;
        this.clock = clock;
    }

    static void openBreaker(
            Guard guard, String name, Collection<? extends Rule> rules, TestClock clock) {
        stateOf(guard, name);
        CircuitBreakerStrategy strategy =
                rules.stream()
                        .filter(CircuitBreakerStrategy.class::isInstance)
                        .map(CircuitBreakerStrategy.class::cast)
                        .filter(each -> each.name().equals(name))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new AssertionError(
                                                "the breaker '"
                                                        + name
                                                        + "' is of rules that were not given by"
                                                        + " this TestGovernor"));
        new BreakerOpening(guard, strategy, clock).open();
    }

    /** Returns the state of a breaker of a resource. */
    static BreakerState stateOf(Guard guard, String name) {
        List<StrategyStats> strategies = guard.stats().strategies();
        return strategies.stream()
                .filter(each -> each.breaker() != null && each.strategy().equals(name))
                .findFirst()
                .map(each -> Objects.requireNonNull(each.breaker()))
                .orElseThrow(
                        () ->
                                new AssertionError(
                                        "'"
                                                + guard.resource()
                                                + "' has no circuit breaker '"
                                                + name
                                                + "'; its strategies are "
                                                + MessageText.names(
                                                        strategies.stream()
                                                                .map(StrategyStats::strategy)
                                                                .toList())));
    }

    private void open() {
        makeBadCalls();
        if (!isOpen()) { // what was good before is still counted
            clock.advance(strategy.statDuration().multipliedBy(2));
            makeBadCalls();
        }
        if (!isOpen()) {
            throw new AssertionError(
                    "the breaker '"
                            + strategy.name()
                            + "' did not open after bad calls\n"
                            + guard.explain());
        }
    }

    private boolean isOpen() {
        return stateOf(guard, strategy.name()) == BreakerState.OPEN;
    }

    private void makeBadCalls() {
        if (strategy.strategy() == TriggerType.SLOW_REQUEST_RATIO) {
            makeSlowCalls();
            return;
        }
        for (int calls = 0; calls < strategy.minRequestAmount() && !isOpen(); calls++) {
            guard.release(admitted(calls), failure());
        }
    }

    /** At the same time, so that all of them are in one window. */
    private void makeSlowCalls() {
        List<Long> tokens = new ArrayList<>();
        boolean closed = stateOf(guard, strategy.name()) == BreakerState.CLOSED;
        int calls = closed ? strategy.minRequestAmount() : 1;
        try {
            while (tokens.size() < calls && !isOpen()) {
                tokens.add(admitted(tokens.size()));
            }
            Duration allowed =
                    Objects.requireNonNull(strategy.slowConditions(), "a record without is invalid")
                            .maxAllowedRt();
            clock.advance(allowed.plusMillis(1));
        } finally {
            tokens.forEach(token -> guard.release(token, Outcome.SUCCESS));
        }
    }

    private long admitted(int callsBefore) {
        long waiting = guard.acquire();
        guard.awaitUninterruptibly(waiting);
        long token = guard.proceed(waiting);
        if (Guard.isRefused(token)) {
            throw new AssertionError(
                    "the breaker '"
                            + strategy.name()
                            + "' cannot be opened: after "
                            + MessageText.count(callsBefore, "bad call")
                            + " the next is refused, "
                            + guard.rejection(token)
                            + "\n"
                            + guard.explain());
        }
        return token;
    }

    private Outcome failure() {
        ErrorConditions conditions = strategy.errorConditions();
        return conditions == null || conditions.errorTypes().isEmpty()
                ? Outcome.failure(new IllegalStateException("a fault on demand"))
                : Outcome.failure(conditions.errorTypes().get(0));
    }
}
