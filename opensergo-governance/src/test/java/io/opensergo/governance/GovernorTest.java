package io.opensergo.governance;

import static io.opensergo.governance.Requests.admitted;
import static io.opensergo.governance.Rules.breaker;
import static io.opensergo.governance.Rules.concurrency;
import static io.opensergo.governance.Rules.metadata;
import static io.opensergo.governance.Rules.on;
import static io.opensergo.governance.Rules.rate;
import static io.opensergo.governance.Rules.rule;
import static io.opensergo.governance.Rules.throttling;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.database.DistributedTransaction;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.TriggerType;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.testsupport.LogCapture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a governor makes of rules that it is given, and of edits of them. */
class GovernorTest extends TickedGovernor {

    @Nested
    class Edits {

        @Test
        void appliesNewRulesToGuardsThatExist() {
            Governor governor = governor(List.of());
            Guard guard = governor.guard("a");
            assertThat(admitted(guard, 10)).isEqualTo(10);

            governor.replaceRules(on("a", rate("limit", 3, SECOND)));
            assertThat(admitted(guard, 10)).isEqualTo(3);

            governor.replaceRules(List.of());
            assertThat(admitted(guard, 10)).isEqualTo(10);
        }

        @Test
        void keepsTheWindowOfARateLimitWhoseThresholdIsEdited() {
            Governor governor = governor(on("a", rate("limit", 5, SECOND)));
            Guard guard = governor.guard("a");
            assertThat(admitted(guard, 10)).isEqualTo(5);

            governor.replaceRules(on("a", rate("limit", 8, SECOND)));
            assertThat(admitted(guard, 10)).isEqualTo(3);

            governor.replaceRules(on("a", rate("limit", 2, SECOND)));
            assertThat(admitted(guard, 10)).isZero();
        }

        @Test
        void keepsTheWindowOfARateLimitWhenAnotherRuleChanges() {
            var limit = rate("limit", 5, SECOND);
            Governor governor = governor(on("a", limit));
            Guard guard = governor.guard("a");
            assertThat(admitted(guard, 10)).isEqualTo(5);

            List<Rule> more = new ArrayList<>(on("a", limit));
            more.addAll(on("b", rate("other", 1, SECOND)));
            governor.replaceRules(more);

            assertThat(admitted(guard, 10)).isZero();
            assertThat(governor.guard("a").stats().passed()).isEqualTo(5);
        }

        @Test
        void countOfRefusedRequestsNeverFalls() {
            Governor governor = governor(on("a", rate("first", 1, SECOND)));
            Guard guard = governor.guard("a");
            admitted(guard, 10);
            assertThat(guard.stats().rejected()).isEqualTo(9);

            for (int i = 0; i < 200; i++) {
                governor.replaceRules(on("a", rate("limit" + i, 1, SECOND)));
                admitted(guard, 2);
            }
            assertThat(guard.stats().rejected()).isEqualTo(209);
        }

        @Test
        void forgetsADayWhenTheWindowIsEditedToASecond() {
            Governor governor = governor(on("a", rate("limit", 5, Duration.ofDays(1))));
            Guard guard = governor.guard("a");
            assertThat(admitted(guard, 10)).isEqualTo(5);

            governor.replaceRules(on("a", rate("limit", 5, SECOND)));
            ticker.advance(Duration.ofMillis(1_010));

            assertThat(admitted(guard, 10)).isEqualTo(5);
        }

        @Test
        void keepsAnOpenBreakerOpenUntilItsDeadlineThroughAnEdit() {
            Governor governor = governor(on("a", breaker("breaker")));
            Guard guard = governor.guard("a");
            open(guard);
            ticker.advance(Duration.ofSeconds(3));

            var edited =
                    CircuitBreakerStrategy.builder(metadata("breaker"))
                            .strategy(TriggerType.ERROR_REQUEST_RATIO)
                            .triggerRatio(0.9)
                            .statDuration(Duration.ofSeconds(20))
                            .recoveryTimeout(Duration.ofHours(1))
                            .minRequestAmount(50)
                            .build();
            governor.replaceRules(on("a", edited));

            assertThat(Guard.isRefused(guard.acquire())).isTrue();
            ticker.advance(Duration.ofMillis(1_999));
            assertThat(Guard.isRefused(guard.acquire())).isTrue();
            ticker.advance(Duration.ofMillis(1));
            assertThat(Guard.isRefused(guard.acquire())).isFalse();
        }

        @Test
        void keepsTheLineOfAThrottlingThroughAnEdit() {
            Governor governor =
                    governor(on("a", throttling("pace", SECOND, Duration.ofSeconds(10))));
            Guard guard = governor.guard("a");
            for (int i = 0; i < 3; i++) {
                guard.acquire();
            }

            governor.replaceRules(
                    on("a", throttling("pace", Duration.ofMillis(100), Duration.ofSeconds(10))));

            assertThat(Duration.ofNanos(guard.waitNanos(guard.acquire())))
                    .isEqualTo(Duration.ofMillis(2_100));
        }

        @Test
        void keepsRequestsInFlightThroughAnEditOfTheBound() {
            Governor governor = governor(on("a", concurrency("slots", 3)));
            Guard guard = governor.guard("a");
            long token = guard.acquire();
            guard.acquire();

            governor.replaceRules(on("a", concurrency("slots", 2)));
            assertThat(Guard.isRefused(guard.acquire())).isTrue();

            guard.release(token, Outcome.SUCCESS);
            assertThat(Guard.isRefused(guard.acquire())).isFalse();
        }
    }

    @Nested
    class RulesThatAreMadeAgain {

        @Test
        void isNotMisledByARequestFromBeforeARuleWasDeletedAndMadeAgain() {
            Governor governor = governor(on("a", concurrency("slots", 1)));
            Guard guard = governor.guard("a");
            long old = guard.acquire();

            governor.replaceRules(List.of());
            governor.replaceRules(on("a", concurrency("slots", 1)));
            assertThat(Guard.isRefused(guard.acquire())).isFalse();
            guard.release(old, Outcome.SUCCESS);

            assertThat(guard.stats().inFlight()).isEqualTo(1);
            assertThat(Guard.isRefused(guard.acquire())).isTrue();
        }

        @Test
        void isNotMisledByItHoweverManyRulesAreDeletedAndMadeAgainWithIt() {
            List<String> resources = new ArrayList<>(List.of("a"));
            for (int i = 1; i < 1_024; i++) {
                resources.add("other " + i);
            }
            var limit = concurrency("slots", 1);
            List<Rule> rules = List.of(limit, rule(metadata("protect"), resources, limit));
            Governor governor = governor(rules);
            Guard guard = governor.guard("a");
            long old = guard.acquire();

            for (int i = 0; i < 8; i++) {
                governor.replaceRules(List.of());
                governor.replaceRules(rules);
                long token = guard.acquire();
                assertThat(Guard.isRefused(token)).isFalse();
                guard.release(old, Outcome.SUCCESS);
                assertThat(guard.stats().inFlight()).isEqualTo(1);
                guard.release(token, Outcome.SUCCESS);
            }
        }

        @Test
        void startsAnewWhenARuleWasDeletedAndMadeAgain() {
            Governor governor = governor(on("a", breaker("breaker")));
            Guard guard = governor.guard("a");
            open(guard);

            governor.replaceRules(List.of());
            governor.replaceRules(on("a", breaker("breaker")));

            assertThat(admitted(guard, 1)).isEqualTo(1);
        }

        @Test
        void knowsWhoRefusedEvenIfTheRuleHasJustChanged() {
            Governor governor = governor(on("a", rate("limit", 0, SECOND)));
            Guard guard = governor.guard("a");
            long refused = guard.acquire();

            governor.replaceRules(List.of());
            guard.acquire();

            assertThat(guard.rejection(refused).strategy()).isEqualTo("limit");
        }

        @Test
        void saysOfARefusalByARuleLongGoneThatItWasReplaced() {
            Governor governor = governor(on("a", rate("limit", 0, SECOND)));
            Guard guard = governor.guard("a");
            long refused = guard.acquire();
            for (int i = 1; i < 4; i++) {
                governor.replaceRules(on("a", rate("limit", i, SECOND)));
                guard.acquire();
            }

            Rejection rejection = guard.rejection(refused);

            assertThat(rejection.strategy()).isNull();
            assertThat(rejection).hasToString("'a' was refused: a rule that was replaced since");
        }
    }

    @Nested
    class Problems {

        @Test
        void reportsADanglingReferenceAndAppliesTheRest() {
            var limit = rate("limit", 2, SECOND);
            Governor governor =
                    governor(List.of(limit, rule("protect", "a", breaker("nowhere"), limit)));

            assertThat(admitted(governor.guard("a"), 5)).isEqualTo(2);
            assertThat(governor.plan().problems())
                    .singleElement()
                    .satisfies(
                            problem -> {
                                assertThat(problem.type())
                                        .isEqualTo(PlanProblem.Type.DANGLING_STRATEGY);
                                assertThat(problem.rule()).isEqualTo("protect");
                                assertThat(problem.message())
                                        .isEqualTo(
                                                "FaultToleranceRule 'protect' refers to"
                                                        + " CircuitBreakerStrategy 'nowhere', which does"
                                                        + " not exist in namespace 'default'; the rest"
                                                        + " of the rule applies");
                            });
        }

        @Test
        void reportsAReferenceThatTwoStrategiesAnswer() {
            var rule =
                    FaultToleranceRule.builder(metadata("protect"))
                            .targets(List.of(ResourceRef.of("a")))
                            .strategies(List.of(StrategyRef.of("same")))
                            .build();
            Governor governor = governor(List.of(rate("same", 0, SECOND), breaker("same"), rule));

            assertThat(admitted(governor.guard("a"), 5)).isEqualTo(5);
            assertThat(governor.plan().problems())
                    .singleElement()
                    .hasToString(
                            "FaultToleranceRule 'protect' refers to 'same' without a kind, which does"
                                    + " not name exactly one strategy of namespace 'default'; add the"
                                    + " kind");
        }

        @Test
        void reportsADanglingFallbackAction() {
            var limit = rate("limit", 0, SECOND);
            var rule =
                    FaultToleranceRule.builder(metadata("protect"))
                            .targets(List.of(ResourceRef.of("a")))
                            .strategies(List.of(StrategyRef.to(limit)))
                            .fallbackAction("nowhere")
                            .build();
            Governor governor = governor(List.of(limit, rule));

            assertThat(governor.plan().problems())
                    .extracting(PlanProblem::type)
                    .containsExactly(PlanProblem.Type.DANGLING_FALLBACK_ACTION);
        }

        @Test
        void reportsAProblemOnceForAllPartsOfARule() {
            var limit = rate(metadata("limit"), LimitMode.LOCAL, 1, SECOND);
            Metadata ofRule = metadata("rule");
            List<StrategyRef> strategies = List.of(StrategyRef.to(limit));
            Governor governor =
                    governor(
                            List.of(
                                    limit,
                                    FaultToleranceRule.builder(ofRule)
                                            .targets(List.of(ResourceRef.of("a")))
                                            .strategies(strategies)
                                            .fallbackAction("page")
                                            .build(),
                                    FaultToleranceRule.builder(ofRule)
                                            .targets(List.of(ResourceRef.of("b")))
                                            .strategies(strategies)
                                            .fallbackAction("page")
                                            .build()));

            assertThat(governor.plan().problems())
                    .extracting(PlanProblem::type)
                    .containsExactly(PlanProblem.Type.DANGLING_FALLBACK_ACTION);
        }

        @Test
        void refusesARuleThatNoDecisionNeeds() {
            var transaction =
                    DistributedTransaction.builder(metadata("t"))
                            .transaction(
                                    DistributedTransaction.Transaction.builder()
                                            .defaultType(DistributedTransaction.TransactionType.XA)
                                            .build())
                            .build();

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Governor.of(transaction))
                    .withMessageContaining("DistributedTransaction");
        }

        @Test
        void aPreviewSaysInItsPlanWhatIsWrongAndLogsNothing() {
            var limit = rate("limit", 2, SECOND);
            Rule dangling = rule("protect", "a", limit);
            Rule noDecision =
                    DistributedTransaction.builder(metadata("t"))
                            .transaction(
                                    DistributedTransaction.Transaction.builder()
                                            .defaultType(DistributedTransaction.TransactionType.XA)
                                            .build())
                            .build();
            try (LogCapture log = LogCapture.open();
                    Governor governor =
                            Governor.builder()
                                    .rules(List.of(dangling, noDecision))
                                    .preview()
                                    .build()) {
                assertThat(governor.plan().problems()).hasSize(1);
                assertThat(log.linesOf(Governor.class)).isEmpty();
            }
        }
    }

    @Nested
    class DividedLimits {

        @Test
        void dividesALimitAmongTheInstancesRoundedUp() {
            var limit = rate(metadata("limit"), LimitMode.GLOBAL_TO_LOCAL, 10, SECOND);
            Governor governor =
                    Governor.builder()
                            .rules(on("a", limit))
                            .ticker(ticker)
                            .instances(() -> 3)
                            .build();

            assertThat(admitted(governor.guard("a"), 20)).isEqualTo(4);
            assertThat(governor.plan().problems()).isEmpty();
            governor.close();
        }

        @Test
        void dividesAnewWhenTheNumberOfInstancesChanges() {
            var instances = new AtomicInteger(1);
            var limit = rate(metadata("limit"), LimitMode.GLOBAL_TO_LOCAL, 10, SECOND);
            try (Governor governor =
                    Governor.builder()
                            .rules(on("a", limit))
                            .ticker(ticker)
                            .instances(instances::get)
                            .build()) {
                Guard guard = governor.guard("a");
                assertThat(admitted(guard, 4)).isEqualTo(4);

                instances.set(2);

                await().atMost(PATIENCE).until(() -> governor.plan().number() == 2);
                assertThat(admitted(guard, 10)).isEqualTo(1);
            }
        }

        @Test
        void reportsADividedLimitWithoutANumberOfInstances() {
            var limit = rate(metadata("limit"), LimitMode.GLOBAL_TO_LOCAL, 10, SECOND);
            Governor governor = governor(on("a", limit));

            assertThat(admitted(governor.guard("a"), 20)).isEqualTo(10);
            assertThat(governor.plan().problems())
                    .extracting(PlanProblem::type)
                    .containsExactly(PlanProblem.Type.NOT_SUPPORTED);
        }
    }
}
