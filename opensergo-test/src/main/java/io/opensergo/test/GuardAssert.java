package io.opensergo.test;

import io.opensergo.governance.BreakerState;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Rejection;
import io.opensergo.governance.ResourceStats.StrategyStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An assertion on the requests to a resource, which it makes itself, one after the other. No time
 * passes meanwhile unless it is said. A word with {@code then} says the same as the one without.
 *
 * <p>For one thread.
 */
public final class GuardAssert {

    private final Guard guard;

    /** For messages. */
    private final StringBuilder sentence = new StringBuilder();

    /** Why one request more was refused while others were in flight, until it is asked for. */
    private @Nullable Rejection whileInFlight;

    private boolean judgedInFlight;

    GuardAssert(Guard guard) {
        this.guard = guard;
    }

    /**
     * Expects that so many requests pass at once, each of which succeeds before the next is made.
     */
    public GuardAssert admits(int requests) {
        return admits(requests, Outcome.SUCCESS);
    }

    /** Expects that so many requests pass, as {@link #admits(int)} does. */
    public GuardAssert thenAdmits(int requests) {
        return admits(requests);
    }

    /** Expects that so many requests pass, each of which fails before the next is made. */
    public GuardAssert admitsFailing(int requests) {
        return admits(requests, Outcome.failure(new IllegalStateException("of a test")));
    }

    /**
     * Expects that so many requests pass, each of which fails with a status, such as {@code 503} or
     * {@code UNAVAILABLE}.
     */
    public GuardAssert admitsFailing(int requests, String errorType) {
        return admits(requests, Outcome.failure(errorType));
    }

    /** Expects that so many requests pass, each of which ends so before the next is made. */
    public GuardAssert admits(int requests, Outcome outcome) {
        begin("admits " + MessageText.count(requests, "request"));
        for (int i = 1; i <= requests; i++) {
            guard.release(admitted(i), outcome);
        }
        return this;
    }

    /**
     * Expects that so many requests pass, each of which takes some time, for which the clock is
     * moved, and succeeds before the next is made.
     */
    public GuardAssert admitsTaking(Duration each, int requests, TestClock clock) {
        begin("admits " + MessageText.count(requests, "request") + ", each taking " + each);
        for (int i = 1; i <= requests; i++) {
            long token = admitted(i);
            clock.advance(each);
            guard.release(token, Outcome.SUCCESS);
        }
        return this;
    }

    /**
     * Expects that so many requests pass and are in flight at the same time. What follows with
     * {@code then} is what becomes of one more meanwhile; then all of them succeed.
     */
    public GuardAssert admitsAtOnce(int requests) {
        begin("admits " + MessageText.count(requests, "request") + " at once");
        List<Long> tokens = new ArrayList<>();
        try {
            for (int i = 1; i <= requests; i++) {
                tokens.add(admitted(i));
            }
            if (!guard.explain().admitted()) {
                long refused = guard.acquire();
                whileInFlight = Guard.isRefused(refused) ? guard.rejection(refused) : null;
                guard.withdraw(refused);
            }
        } finally {
            tokens.forEach(token -> guard.release(token, Outcome.SUCCESS));
        }
        judgedInFlight = true;
        return this;
    }

    /** Expects that the next request is refused, whatever refuses it. */
    public RejectionAssert refuses() {
        return refused("refuses", null);
    }

    /** Expects that the next request is refused, as {@link #refuses()} does. */
    public RejectionAssert thenRefuses() {
        return refuses();
    }

    /** Expects that the next request is refused by the strategy of a name. */
    public RejectionAssert refusesBy(String strategy) {
        return refused("refuses by '" + strategy + "'", strategy);
    }

    /** Expects that the next request is refused, as {@link #refusesBy} does. */
    public RejectionAssert thenRefusesBy(String strategy) {
        return refusesBy(strategy);
    }

    /**
     * Expects that the next request passes after it has waited for just so long. It is not made,
     * and keeps its place in the line for as long as one that is.
     */
    public GuardAssert queues(Duration wait) {
        begin("queues the next request for " + wait);
        long token = guard.acquire();
        if (Guard.isRefused(token)) {
            throw failure("it was refused: " + guard.rejection(token));
        }
        Duration actual = Duration.ofNanos(guard.waitNanos(token));
        if (!actual.equals(wait)) {
            if (!Guard.isWaiting(token)) {
                guard.release(token, Outcome.SUCCESS);
            }
            throw failure(actual.isZero() ? "it was admitted at once" : "it has to wait " + actual);
        }
        return this;
    }

    /** Expects that the next request has to wait, as {@link #queues} does. */
    public GuardAssert thenQueues(Duration wait) {
        return queues(wait);
    }

    /** Expects that the next request passes, and that a strategy in shadow mode would refuse it. */
    public GuardAssert wouldRefuseBy(String strategy) {
        begin("would refuse by the shadow '" + strategy + "'");
        long before = shadowRefusals(strategy);
        guard.release(admitted(1), Outcome.SUCCESS);
        if (shadowRefusals(strategy) == before) {
            throw failure("the shadow did not count it");
        }
        return this;
    }

    /** Expects what {@link #wouldRefuseBy} does. */
    public GuardAssert thenWouldRefuseBy(String strategy) {
        return wouldRefuseBy(strategy);
    }

    /** Expects that a circuit breaker is closed. */
    public GuardAssert hasClosedBreaker(String strategy) {
        return hasBreaker(strategy, BreakerState.CLOSED);
    }

    /** Expects that a circuit breaker is open. */
    public GuardAssert hasOpenBreaker(String strategy) {
        return hasBreaker(strategy, BreakerState.OPEN);
    }

    /** Expects that the probe of a circuit breaker is on its way. */
    public GuardAssert hasHalfOpenBreaker(String strategy) {
        return hasBreaker(strategy, BreakerState.HALF_OPEN);
    }

    /**
     * Expects a state of a circuit breaker. One that is open stays so when its recovery timeout is
     * over, until the request comes that is its probe.
     */
    public GuardAssert hasBreaker(String strategy, BreakerState state) {
        begin("has breaker '" + strategy + "' in state " + state);
        BreakerState actual = BreakerOpening.stateOf(guard, strategy);
        if (actual != state) {
            throw failure("it is " + actual);
        }
        return this;
    }

    /** Expects that a rule names the resource, or that a strategy protects the whole process. */
    public GuardAssert isProtected() {
        begin("is protected");
        if (!guard.isProtected()) {
            throw failure("no rule names it");
        }
        return this;
    }

    /** Expects that every request passes, since no rule names the resource. */
    public GuardAssert isUnprotected() {
        begin("is not protected");
        if (guard.isProtected()) {
            throw failure("rules name it");
        }
        return this;
    }

    private long shadowRefusals(String strategy) {
        return guard.stats().strategies().stream()
                .filter(each -> each.strategy().equals(strategy))
                .mapToLong(StrategyStats::shadowRejected)
                .sum();
    }

    private long admitted(int request) {
        long token = guard.acquire();
        if (Guard.isRefused(token)) {
            throw failure("request " + request + " was refused: " + guard.rejection(token));
        }
        if (Guard.isWaiting(token)) {
            Duration wait = Duration.ofNanos(guard.waitNanos(token));
            guard.withdraw(token);
            throw failure("request " + request + " has to wait " + wait);
        }
        return token;
    }

    private RejectionAssert refused(String what, @Nullable String strategy) {
        boolean inFlight = judgedInFlight;
        Rejection rejection = whileInFlight;
        begin(what);
        if (!inFlight) {
            long token = guard.acquire();
            rejection = Guard.isRefused(token) ? guard.rejection(token) : null;
            guard.withdraw(token);
        }
        if (rejection == null) {
            throw failure("one more request was admitted");
        }
        if (strategy != null && !strategy.equals(rejection.strategy())) {
            throw failure("it was refused otherwise: " + rejection);
        }
        return new RejectionAssert(this, rejection);
    }

    private void begin(String words) {
        judgedInFlight = false;
        whileInFlight = null;
        sentence.append(sentence.isEmpty() ? " " : ", then ").append(words);
    }

    AssertionError failure(String found) {
        return new AssertionError(
                "expected that '"
                        + guard.resource()
                        + "'"
                        + sentence
                        + ", but "
                        + found
                        + "\n"
                        + MessageText.indented(guard.explain())
                        + (guard.isProtected() ? "" : "\n  no rule names this resource"));
    }

    void alsoSays(String words) {
        sentence.append(' ').append(words);
    }
}
