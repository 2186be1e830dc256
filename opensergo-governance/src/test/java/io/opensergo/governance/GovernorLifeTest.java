package io.opensergo.governance;

import static io.opensergo.governance.Requests.admitted;
import static io.opensergo.governance.Rules.breaker;
import static io.opensergo.governance.Rules.concurrency;
import static io.opensergo.governance.Rules.cpu;
import static io.opensergo.governance.Rules.metadata;
import static io.opensergo.governance.Rules.on;
import static io.opensergo.governance.Rules.rate;
import static io.opensergo.governance.Rules.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.RuleKey;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.api.Target;
import io.opensergo.governance.plan.RuleBook;
import io.opensergo.governance.quota.InMemoryGlobalQuota;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.LogCapture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** How a governor follows the rules of a client, what it signals, and how it ends. */
class GovernorLifeTest extends TickedGovernor {

    private static final Target SHOP = Target.of("shop");

    private record FixedLoad(double cpu) implements LoadMetrics {

        @Override
        public double loadAverage() {
            return -1;
        }
    }

    @Nested
    class SignalsAndCounts {

        @Test
        void signalsThePlanInForceAndEachThatReplacesIt() {
            Governor governor = governor(List.of());

            StepVerifier.create(governor.plans().map(Plan::resources))
                    .expectNext(Set.of())
                    .then(() -> governor.replaceRules(on("a", rate("limit", 1, SECOND))))
                    .expectNext(Set.of("a"))
                    .then(governor::close)
                    .verifyComplete();
        }

        @Test
        void signalsTheTransitionsOfBreakers() {
            Governor governor = governor(on("a", breaker("breaker")));
            List<BreakerTransition> seen = new CopyOnWriteArrayList<>();
            governor.breakerTransitions().subscribe(seen::add);
            Guard guard = governor.guard("a");
            open(guard);
            ticker.advance(Duration.ofSeconds(5));
            guard.release(guard.acquire(), Outcome.SUCCESS);

            await().atMost(PATIENCE).until(() -> seen.size() == 3);
            assertThat(seen)
                    .extracting(BreakerTransition::to)
                    .containsExactly(
                            BreakerState.OPEN, BreakerState.HALF_OPEN, BreakerState.CLOSED);
            assertThat(seen).allMatch(one -> one.resource().equals("a"));
            assertThat(seen).allMatch(one -> one.strategy().equals("breaker"));
        }

        @Test
        void signalsTheTotalsOfDecisionsOncePerInterval() {
            Governor governor = governor(on("a", rate("limit", 1, SECOND)));

            StepVerifier.withVirtualTime(() -> governor.stats(Duration.ofSeconds(1)))
                    .then(() -> admitted(governor.guard("a"), 3))
                    .thenAwait(Duration.ofSeconds(1))
                    .assertNext(
                            stats -> {
                                assertThat(stats).hasSize(1);
                                assertThat(stats.get(0).passed()).isEqualTo(1);
                                assertThat(stats.get(0).rejected()).isEqualTo(2);
                            })
                    .thenCancel()
                    .verify();
        }

        @Test
        void goesOnCountingPassedRequestsWhenAStrategyIsAddedOrTakenAway() {
            Governor governor = governor(on("a", concurrency("slots", 10)));
            Guard guard = governor.guard("a");
            admitted(guard, 3);
            governor.replaceRules(on("a", concurrency("slots", 10), rate("limit", 5, SECOND)));
            admitted(guard, 4);
            governor.replaceRules(on("a", concurrency("slots", 10)));
            admitted(guard, 5);

            assertThat(guard.stats().passed()).isEqualTo(12);
        }

        @Test
        void holdsNothingForResourcesWithoutARule() {
            Governor governor = governor(on("a", rate("limit", 1, SECOND)));
            for (int i = 0; i < 1_000_000; i++) {
                admitted(governor.guard("resource-" + i), 1);
            }

            assertThat(governor.stats()).hasSize(1);
        }

        @Test
        void holdsNothingForResourcesWhoseRulesAreGone() {
            Governor governor = governor(List.of());
            for (int i = 0; i < 100; i++) {
                governor.replaceRules(on("resource-" + i, rate("limit", 1, SECOND)));
                admitted(governor.guard("resource-" + i), 1);
            }

            assertThat(governor.stats()).hasSize(1);
        }

        @Test
        void countsUnderOneNameWhatAProcessWideStrategyRefusesElsewhere() {
            Governor governor =
                    Governor.builder()
                            .rules(List.of(Rules.cpu("node", 0.5, AdaptiveStrategy.NONE)))
                            .loadMetrics(new FixedLoad(0.9))
                            .build();
            governor.guard("a").acquire();
            governor.guard("b").acquire();

            assertThat(governor.stats())
                    .singleElement()
                    .satisfies(
                            stats -> {
                                assertThat(stats.resource()).isEqualTo(Governor.OTHER_RESOURCES);
                                assertThat(stats.rejected()).isEqualTo(2);
                            });
            governor.close();
        }
    }

    @Nested
    class RulesOfAClient {

        @Test
        void joinsRulesOfAClientInWhateverOrderTheyArrive() {
            var client = new FakeClient();
            var limit = rate("limit", 2, SECOND);
            var protect = rule("protect", "a", limit);
            try (Governor governor = Governor.of(client, SHOP)) {
                client.publish(FaultToleranceRule.KIND, 7, protect);
                assertThat(governor.plan().problems()).hasSize(1);
                assertThat(admitted(governor.guard("a"), 5)).isEqualTo(5);

                client.publish(RateLimitStrategy.KIND, 3, limit);

                assertThat(governor.plan().problems()).isEmpty();
                assertThat(governor.plan().versions())
                        .isEqualTo(Map.of("FaultToleranceRule", 7L, "RateLimitStrategy", 3L));
                assertThat(admitted(governor.guard("a"), 5)).isEqualTo(2);
            }
        }

        @Test
        void overloadProtectionIsTheProcesssOnlyOnceTheRulesThatMayNameItAreThere() {
            var client = new FakeClient();
            var overload = cpu("overload", 0.5, AdaptiveStrategy.NONE);
            try (Governor governor = Governor.of(client, SHOP)) {
                client.publish(AdaptiveOverloadProtectionStrategy.KIND, 1, overload);
                assertThat(governor.guard("b").isProtected()).isFalse();

                client.publish(FaultToleranceRule.KIND, 1, rule("protect", "a", overload));
                assertThat(governor.guard("a").isProtected()).isTrue();
                assertThat(governor.guard("b").isProtected()).isFalse();

                client.publish(FaultToleranceRule.KIND, 2);
                assertThat(governor.guard("b").isProtected()).isTrue();
            }
        }

        @Test
        void isReadyWhenEachKindHasBeenAnsweredOrRefused() {
            var client = new FakeClient();
            try (Governor governor = Governor.of(client, SHOP)) {
                StepVerifier.create(governor.ready())
                        .expectSubscription()
                        .then(
                                () ->
                                        RuleBook.DECISIONS.stream()
                                                .skip(1)
                                                .filter(
                                                        kind ->
                                                                !kind.equals(
                                                                        AdaptiveOverloadProtectionStrategy
                                                                                .KIND))
                                                .forEach(kind -> client.publish(kind, 1)))
                        .then(
                                () ->
                                        client.fail(
                                                AdaptiveOverloadProtectionStrategy.KIND,
                                                new SubscriptionRefusedException(
                                                        new RuleKey(
                                                                SHOP,
                                                                AdaptiveOverloadProtectionStrategy
                                                                        .KIND),
                                                        500,
                                                        "unknown kind")))
                        .expectNoEvent(Duration.ofMillis(50))
                        .then(() -> client.publish(RuleBook.DECISIONS.get(0), 1))
                        .verifyComplete();
            }
        }

        @Test
        void saysOnceThatItFollowsRulesAndOnceThatTheyAreInForce() {
            var client = new FakeClient();
            try (LogCapture log = LogCapture.open();
                    Governor governor = Governor.of(client, SHOP)) {
                assertThat(log.linesOf(Governor.class))
                        .singleElement()
                        .asString()
                        .contains("Following the rules of default/shop; requests are not governed");

                RuleBook.DECISIONS.forEach(kind -> client.publish(kind, 1));
                RuleBook.DECISIONS.forEach(kind -> client.publish(kind, 2));

                assertThat(log.linesOf(Governor.class))
                        .hasSize(2)
                        .last()
                        .asString()
                        .contains("Governed by the rules of default/shop");
                assertThat(governor.plan().versions()).containsEntry("RateLimitStrategy", 2L);
            }
        }

        @Test
        void warnsOfAnEditOnlyOnceItsKindsHaveHadTimeToCome() {
            VirtualTimeScheduler time = VirtualTimeScheduler.getOrSet();
            var client = new FakeClient();
            var limit = rate("limit", 2, SECOND);
            try (LogCapture log = LogCapture.open();
                    Governor governor = Governor.of(client, SHOP)) {
                RuleBook.DECISIONS.forEach(kind -> client.publish(kind, 1));

                client.publish(FaultToleranceRule.KIND, 2, rule("protect", "a", limit));
                assertThat(governor.plan().problems()).hasSize(1);
                client.publish(RateLimitStrategy.KIND, 2, limit);
                time.advanceTimeBy(Duration.ofSeconds(3));
                assertThat(log.text()).doesNotContain("WARN");

                client.publish(RateLimitStrategy.KIND, 3);
                assertThat(log.text()).doesNotContain("WARN");
                time.advanceTimeBy(Duration.ofSeconds(3));
                assertThat(log.text()).containsOnlyOnce("WARN").contains("'limit'");
            } finally {
                VirtualTimeScheduler.reset();
            }
        }

        @Test
        void kindThatWasRefusedIsFollowedAgainAfterAWhile() {
            VirtualTimeScheduler time = VirtualTimeScheduler.getOrSet();
            var client = new FakeClient();
            var refusal =
                    new SubscriptionRefusedException(
                            new RuleKey(SHOP, RateLimitStrategy.KIND), 4002, "not now");
            try (Governor governor = Governor.of(client, SHOP)) {
                int all = client.subscribers();
                client.fail(RateLimitStrategy.KIND, refusal);
                assertThat(client.subscribers()).isEqualTo(all - 1);

                time.advanceTimeBy(Duration.ofMinutes(2));

                assertThat(client.subscribers()).isEqualTo(all);
                client.publish(RateLimitStrategy.KIND, 3, rate("limit", 2, SECOND));
                assertThat(governor.plan().versions()).containsEntry("RateLimitStrategy", 3L);
            } finally {
                VirtualTimeScheduler.reset();
            }
        }

        @Test
        void isNotReadyBeforeThePlanHasWhatCameLast() {
            var client = new FakeClient();
            var limit = rate("limit", 2, SECOND);
            RuleBook.DECISIONS.stream()
                    .filter(kind -> !kind.equals(FaultToleranceRule.KIND))
                    .filter(kind -> !kind.equals(RateLimitStrategy.KIND))
                    .forEach(kind -> client.publish(kind, 1));
            try (Governor governor = Governor.of(client, SHOP)) {
                List<Boolean> protectedWhenReady = new ArrayList<>();
                governor.ready()
                        .doOnTerminate(
                                () -> protectedWhenReady.add(governor.guard("a").isProtected()))
                        .subscribe();
                // The last kind comes while the plan of the one before it is being published.
                governor.plans()
                        .filter(plan -> plan.versions().containsKey("RateLimitStrategy"))
                        .take(1)
                        .subscribe(
                                plan ->
                                        client.publish(
                                                FaultToleranceRule.KIND,
                                                1,
                                                rule("protect", "a", limit)));
                client.publish(RateLimitStrategy.KIND, 1, limit);

                assertThat(protectedWhenReady).containsExactly(true);
            }
        }

        @Test
        void takesLaterRulesAfterSomeThatCannotBeCompiled() {
            var broken = new AtomicBoolean();
            Governor governor =
                    Governor.builder()
                            .ticker(
                                    () -> {
                                        if (broken.get()) {
                                            throw new IllegalStateException("no time");
                                        }
                                        return 0;
                                    })
                            .globalQuota(new InMemoryGlobalQuota(ticker))
                            .build();
            broken.set(true);
            governor.replaceRules(on("a", rate(metadata("limit"), LimitMode.GLOBAL, 1, SECOND)));
            assertThat(governor.plan().resources()).isEmpty();

            broken.set(false);
            governor.replaceRules(on("a", rate("limit", 2, SECOND)));

            assertThat(admitted(governor.guard("a"), 5)).isEqualTo(2);
        }

        @Test
        void doesNotTakeRulesBesideItsClient() {
            try (Governor governor = Governor.of(new FakeClient(), SHOP)) {
                assertThatIllegalStateException()
                        .isThrownBy(() -> governor.replaceRules(List.of()));
            }
            assertThatIllegalStateException()
                    .isThrownBy(
                            () ->
                                    Governor.builder()
                                            .client(new FakeClient(), SHOP)
                                            .rules(List.of(rate("limit", 1, SECOND)))
                                            .build());
        }
    }

    @Nested
    class Closing {

        @Test
        void takesNoRulesOnceClosed() {
            Governor governor = governor(on("a", rate("limit", 1, SECOND)));
            governor.close();

            assertThatIllegalStateException()
                    .isThrownBy(() -> governor.replaceRules(List.of()))
                    .withMessageContaining("closed");
        }

        @Test
        void unsubscribesWhenClosedAndGoesOnByItsLastPlan() {
            var client = new FakeClient();
            Governor governor = Governor.of(client, SHOP);
            var limit = rate("limit", 2, SECOND);
            client.publish(RateLimitStrategy.KIND, 1, limit);
            client.publish(FaultToleranceRule.KIND, 1, rule("protect", "a", limit));
            assertThat(client.subscribers()).isEqualTo(RuleBook.DECISIONS.size());

            governor.close();
            governor.close();

            assertThat(client.subscribers()).isZero();
            assertThat(admitted(governor.guard("a"), 5)).isEqualTo(2);
        }
    }
}
