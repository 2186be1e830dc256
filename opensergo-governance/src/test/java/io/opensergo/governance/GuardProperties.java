package io.opensergo.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What holds for each decision, whatever the rules, the requests and the times. */
class GuardProperties extends GuardTraces {

    @Property(tries = 200, seed = "1661", edgeCases = EdgeCasesMode.NONE)
    void explainEqualsTheNextDecisionAndChangesNothing(@ForAll("traces") Trace trace) {
        try (var run = new Run(trace)) {
            for (Step step : trace.steps()) {
                run.prepare(step);
                if (step.action() != Action.REQUEST) {
                    continue;
                }
                GuardExplanation explained = run.guard.explain();
                ResourceStats stats = run.guard.stats();
                assertThat(run.guard.explain()).isEqualTo(explained);
                assertThat(run.guard.stats()).isEqualTo(stats);

                long token = run.guard.acquire();

                assertThat(Guard.isRefused(token)).isEqualTo(!explained.admitted());
                if (Guard.isRefused(token)) {
                    assertThat(run.guard.rejection(token).strategy())
                            .isEqualTo(explained.rejectedBy());
                } else {
                    long wait = explained.waitTime().toNanos();
                    assertThat(run.guard.waitNanos(token))
                            .isBetween(wait, wait == 0 ? 0 : wait + ROUNDING);
                    run.tokens.add(token);
                }
            }
        }
    }

    @Property(tries = 200, seed = "1662", edgeCases = EdgeCasesMode.NONE)
    void aRefusedRequestTakesNothing(@ForAll("traces") Trace trace) {
        try (var run = new Run(trace)) {
            for (Step step : trace.steps()) {
                run.prepare(step);
                if (step.action() != Action.REQUEST) {
                    continue;
                }
                GuardExplanation before = run.guard.explain();
                ResourceStats stats = run.guard.stats();

                long token = run.guard.acquire();

                if (Guard.isRefused(token)) {
                    assertThat(run.guard.explain()).isEqualTo(before);
                    assertThat(run.guard.stats().passed()).isEqualTo(stats.passed());
                    assertThat(run.guard.stats().inFlight()).isEqualTo(stats.inFlight());
                    assertThat(run.guard.stats().waited()).isEqualTo(stats.waited());
                    assertThat(run.guard.stats().rejected()).isEqualTo(stats.rejected() + 1);
                } else {
                    assertThat(run.guard.stats().passed()).isEqualTo(stats.passed() + 1);
                    assertThat(run.guard.stats().rejected()).isEqualTo(stats.rejected());
                    run.tokens.add(token);
                }
            }
        }
    }

    @Property(tries = 200, seed = "1665", edgeCases = EdgeCasesMode.NONE)
    void aRequestThatIsWithdrawnAtOnceHasTakenNothing(@ForAll("enforcedTraces") Trace trace) {
        try (var run = new Run(trace)) {
            for (Step step : trace.steps()) {
                run.prepare(step);
                if (step.action() != Action.REQUEST) {
                    continue;
                }
                GuardExplanation before = run.guard.explain();
                ResourceStats stats = run.guard.stats();

                long token = run.guard.acquire();
                if (step.last()) {
                    run.guard.withdraw(token);
                    assertThat(run.guard.explain().admitted()).isEqualTo(before.admitted());
                    assertThat(run.guard.explain().waitTime()).isEqualTo(before.waitTime());
                    if (!Guard.isRefused(token)) {
                        assertThat(run.guard.stats().passed()).isEqualTo(stats.passed());
                        assertThat(run.guard.stats().inFlight()).isEqualTo(stats.inFlight());
                        assertThat(run.guard.stats().waited()).isEqualTo(stats.waited());
                    }
                } else if (!Guard.isRefused(token)) {
                    run.tokens.add(token);
                }
            }
        }
    }

    @Property(tries = 200, seed = "1666", edgeCases = EdgeCasesMode.NONE)
    void whoeverProceedsOrIsRefusedAtItsTurnLeavesNothingBehind(@ForAll("traces") Trace trace) {
        // A permit of a window that has passed, or of a clock that was set back, counts no more.
        long mayStay =
                trace.strategies().stream().anyMatch(RateLimitStrategy.class::isInstance) ? 1 : 0;
        try (var run = new Run(trace)) {
            for (Step step : trace.steps()) {
                run.prepare(step);
                long token = run.guard.acquire();
                if (!Guard.isWaiting(token)) {
                    run.guard.withdraw(token);
                    continue;
                }
                long passed = run.guard.stats().passed();
                assertThat(run.guard.stats().inFlight()).isZero();
                long next = run.guard.proceed(token);
                if (Guard.isRefused(next)) {
                    assertThat(run.guard.stats().passed())
                            .isBetween(passed - 1, passed - 1 + mayStay);
                } else if (step.last()) {
                    run.guard.withdraw(next);
                    run.guard.withdraw(token);
                    assertThat(run.guard.stats().passed())
                            .isBetween(passed - 1, passed - 1 + mayStay);
                } else {
                    run.guard.release(next, step.outcome());
                    assertThat(run.guard.stats().passed()).isEqualTo(passed);
                }
                assertThat(run.guard.stats().inFlight()).isZero();
                assertThat(run.governor.engine().load().inFlight().count()).isZero();
            }
        }
    }

    @Property(tries = 200, seed = "1663", edgeCases = EdgeCasesMode.NONE)
    void nothingIsInFlightWhenAllIsReleasedWhateverRulesCameMeanwhile(
            @ForAll("traces") Trace trace, @ForAll("strategies") List<Strategy> others) {
        try (var run = new Run(trace)) {
            for (int i = 0; i < trace.steps().size(); i++) {
                Step step = trace.steps().get(i);
                run.prepare(step);
                if (step.action() == Action.REQUEST) {
                    long token = run.guard.acquire();
                    if (!Guard.isRefused(token)) {
                        run.tokens.add(token);
                    }
                }
                if (i % 8 == 7) {
                    run.replaceRules(i % 16 == 7 ? others : trace.strategies());
                }
                if (i % 40 == 39) {
                    run.replaceRules(List.of());
                }
            }
            run.tokens.forEach(token -> run.end(token, Outcome.SUCCESS));

            assertThat(run.guard.stats().inFlight()).isZero();
            assertThat(run.governor.engine().load().inFlight().count()).isZero();
            run.replaceRules(trace.strategies());
            assertThat(run.guard.stats().inFlight()).isZero();
        }
    }

    @Property(tries = 200, seed = "1664", edgeCases = EdgeCasesMode.NONE)
    void shadowsDoNotChangeWhatTheOthersDecide(@ForAll("traces") Trace trace) {
        List<Strategy> enforced =
                trace.strategies().stream().filter(one -> !one.metadata().isShadow()).toList();
        try (var run = new Run(trace);
                var without = new Run(new Trace(trace.start(), enforced, trace.steps()))) {
            for (Step step : trace.steps()) {
                run.prepare(step);
                without.prepare(step);
                if (step.action() != Action.REQUEST) {
                    continue;
                }
                long token = run.guard.acquire();
                long other = without.guard.acquire();
                assertThat(Guard.isRefused(token)).isEqualTo(Guard.isRefused(other));
                if (Guard.isRefused(token)) {
                    assertThat(run.guard.rejection(token))
                            .isEqualTo(without.guard.rejection(other));
                } else {
                    assertThat(run.guard.waitNanos(token))
                            .isEqualTo(without.guard.waitNanos(other));
                    run.tokens.add(token);
                    without.tokens.add(other);
                }
            }
        }
    }
}
