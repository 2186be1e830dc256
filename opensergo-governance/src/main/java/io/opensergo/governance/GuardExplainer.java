package io.opensergo.governance;

import io.opensergo.governance.GuardExplanation.CheckExplanation;
import io.opensergo.governance.internal.limiter.CircuitBreaker;
import io.opensergo.governance.internal.limiter.CircuitBreaker.Admission;
import io.opensergo.governance.internal.limiter.Pacer;
import io.opensergo.governance.plan.StrategyBinding;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks each check of a protection what it would say, in their order, and leaves them as they are.
 */
final class GuardExplainer {

    private final Protection protection;
    private final Plan plan;
    private final Engine engine;
    private final long now;
    private final List<CheckExplanation> explanations = new ArrayList<>();
    private @Nullable Check rejecting;
    private long wait;

    private GuardExplainer(Protection protection, Plan plan, Engine engine) {
        this.protection = protection;
        this.plan = plan;
        this.engine = engine;
        this.now = engine.ticker().nanos();
    }

    static GuardExplanation explain(
            String resource, Protection protection, Plan plan, Engine engine) {
        return new GuardExplainer(protection, plan, engine).explain(resource);
    }

    private GuardExplanation explain(String resource) {
        for (Check check : protection.checks.all()) {
            check.explainTo(this);
        }
        return new GuardExplanation(
                resource,
                plan.number(),
                rejecting == null,
                rejecting == null ? Duration.ofNanos(wait) : Duration.ZERO,
                rejecting == null ? null : rejecting.binding.strategy().name(),
                explanations);
    }

    void explain(Check.Concurrency check) {
        long inFlight = protection.state.inFlight.count();
        verdict(check, inFlight < check.max, inFlight + " in flight of at most " + check.max);
    }

    void explain(Check.Rate check) {
        verdict(
                check,
                check.limiter.wouldAdmit(now),
                check.limiter.used(now) + " admitted; the limit is " + check.limiter.limit());
    }

    void explain(Check.Quota check) {
        boolean admits = check.limiter.peek(now) == 0;
        verdict(
                check,
                admits,
                (check.limiter.isStoreDown() ? "the store is down; " : "")
                        + (admits ? "permits in stock" : "no permits in stock"));
    }

    void explain(Check.Overload check) {
        double measured = check.cpu ? engine.load().cpu() : engine.load().loadAverage();
        String reason =
                "measured %.2f, the threshold is %.2f; %s"
                        .formatted(measured, check.threshold, check.control.state());
        if (check.bbr) {
            reason +=
                    "; %d are, and the measured capacity is %.1f"
                            .formatted(engine.load().inFlight().count(), engine.load().capacity());
        }
        verdict(check, !check.control.wouldRefuse(), reason);
    }

    void explain(Check.Pace check) {
        long waits = check.pacer.peek(now);
        if (waits != Pacer.REFUSED && !check.shadow) {
            wait = Math.max(wait, waits);
        }
        verdict(
                check,
                waits != Pacer.REFUSED,
                waits == Pacer.REFUSED
                        ? "the line is longer than the queue timeout"
                        : "a place in the line after "
                                + Duration.ofNanos(waits).toMillis()
                                + " ms");
    }

    void explain(Check.Break check) {
        CircuitBreaker breaker = check.breaker;
        CircuitBreaker.Window window = breaker.window(now);
        Admission admission = breaker.peek(now);
        verdict(
                check,
                admission != Admission.REFUSE,
                "%s; %d of %d calls are %s"
                        .formatted(
                                admission == Admission.PROBE
                                        ? "the next request is the probe"
                                        : BreakerState.of(breaker.phase()),
                                window.bad(),
                                window.calls(),
                                check.slow ? "slow" : "failed"));
    }

    private void verdict(Check check, boolean admits, String reason) {
        if (!admits && !check.shadow && rejecting == null) {
            rejecting =
                    check instanceof Check.Concurrency
                            ? protection.checks.tightestConcurrency()
                            : check;
        }
        StrategyBinding binding = check.binding;
        explanations.add(
                new CheckExplanation(
                        binding.ruleName(),
                        plan.versions().getOrDefault(FaultToleranceRule.KIND.name(), 0L),
                        binding.kind(),
                        binding.strategy().name(),
                        plan.versions().getOrDefault(binding.kind().documentName(), 0L),
                        check.shadow,
                        admits,
                        reason));
    }
}
