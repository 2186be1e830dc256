package io.opensergo.governance;

import static io.opensergo.governance.Rules.cpu;
import static io.opensergo.governance.Rules.rate;
import static io.opensergo.governance.Rules.rule;
import static io.opensergo.governance.Rules.throttling;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.opensergo.api.Edition;
import io.opensergo.api.RejectedRule;
import io.opensergo.api.RuleKey;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.api.Target;
import io.opensergo.governance.plan.RuleBook;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import io.opensergo.testsupport.LogCapture;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.scheduler.VirtualTimeScheduler;

/** An edit that touches several kinds, whose snapshots come one after the other. */
class EditAcrossKindsTest {

    private static final Target SHOP = Target.of("shop");
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final RateLimitStrategy S1 = rate("s1", 0, SECOND);
    private static final RateLimitStrategy S2 = rate("s2", 0, SECOND);

    private final FakeClient client = new FakeClient();
    private VirtualTimeScheduler time;
    private Governor governor;

    @BeforeEach
    void start() {
        time = VirtualTimeScheduler.getOrSet();
        governor = Governor.of(client, SHOP);
    }

    @AfterEach
    void stop() {
        governor.close();
        VirtualTimeScheduler.reset();
    }

    /** All kinds in one edition but those of another. */
    private static Edition edition(long number, RuleKind<?>... changed) {
        Map<RuleKind<?>, Long> kinds = new HashMap<>();
        RuleBook.DECISIONS.forEach(kind -> kinds.put(kind, 1L));
        for (RuleKind<?> kind : changed) {
            kinds.put(kind, number);
        }
        return new Edition(number, kinds);
    }

    private void publishFirst(Edition edition) {
        for (RuleKind<?> kind : RuleBook.DECISIONS) {
            if (kind.equals(FaultToleranceRule.KIND)) {
                client.publish(kind, edition, 1, rule("protect", "a", S1));
            } else if (kind.equals(RateLimitStrategy.KIND)) {
                client.publish(kind, edition, 1, S1);
            } else {
                client.publish(kind, edition, 1);
            }
        }
        assertThat(isProtected("a")).isTrue();
    }

    private boolean isProtected(String resource) {
        return governor.guard(resource).isProtected();
    }

    @Test
    void nothingOfAnEditionTakesEffectBeforeAllOfItIsThere() {
        publishFirst(edition(1));
        Edition next = edition(2, FaultToleranceRule.KIND, RateLimitStrategy.KIND);
        long plan = governor.plan().number();

        client.publish(FaultToleranceRule.KIND, next, 2, rule("protect", "a", S2));
        assertThat(governor.plan().number()).isEqualTo(plan);
        assertThat(isProtected("a")).isTrue();

        client.publish(RateLimitStrategy.KIND, next, 2, S2);
        assertThat(governor.plan().number()).isEqualTo(plan + 1);
        assertThat(isProtected("a")).isTrue();
        assertThat(governor.plan().problems()).isEmpty();
    }

    @Test
    void strategyThatIsDeletedWhileItsRuleNamesItGoesAtOnceByAnEdition() {
        publishFirst(edition(1));

        client.publish(RateLimitStrategy.KIND, edition(2, RateLimitStrategy.KIND), 2, S2);

        assertThat(isProtected("a")).isFalse();
        assertThat(governor.plan().problems())
                .extracting(PlanProblem::type)
                .containsExactly(PlanProblem.Type.DANGLING_STRATEGY);
    }

    @Test
    void editionThatStaysIncompleteTakesEffectAfterTwoSecondsButTakesNoProtectionAway() {
        publishFirst(edition(1));
        Edition next = edition(2, FaultToleranceRule.KIND, RateLimitStrategy.KIND);

        client.publish(
                FaultToleranceRule.KIND,
                next,
                2,
                rule("protect", "a", S2),
                rule("protect b", "b", S1));
        assertThat(isProtected("b")).isFalse();
        time.advanceTimeBy(Duration.ofSeconds(2));

        assertThat(isProtected("b")).isTrue();
        assertThat(isProtected("a")).isTrue();
        time.advanceTimeBy(Duration.ofSeconds(2));
        assertThat(isProtected("a")).isFalse();
        assertThat(governor.plan().problems()).hasSize(1);
    }

    @Test
    void whatAnEditionLacksForGoodHoldsBackNothingThatComesAfterIt() {
        publishFirst(edition(1));
        Edition lacking = edition(2, FaultToleranceRule.KIND, RateLimitStrategy.KIND);
        client.publish(FaultToleranceRule.KIND, lacking, 2, rule("protect", "a", S1));
        time.advanceTimeBy(Duration.ofSeconds(2));

        client.publish(FaultToleranceRule.KIND, Edition.ofOneKind(3), 3, rule("protect", "b", S1));

        assertThat(isProtected("b")).isTrue();
    }

    @Test
    void kindThatIsRefusedMeanwhileIsNotWaitedFor() {
        publishFirst(edition(1));
        Edition next = edition(2, FaultToleranceRule.KIND, ThrottlingStrategy.KIND);
        client.publish(FaultToleranceRule.KIND, next, 2, rule("protect", "b", S1));
        assertThat(isProtected("b")).isFalse();

        client.fail(
                ThrottlingStrategy.KIND,
                new SubscriptionRefusedException(
                        new RuleKey(SHOP, ThrottlingStrategy.KIND), 4002, "not now"));

        assertThat(isProtected("b")).isTrue();
        assertThat(isProtected("a")).isFalse();
    }

    @Test
    void editsWithoutEndMoveThePlanThoughNoneIsEverWhole() {
        publishFirst(edition(1));
        for (int number = 2; number < 500; number++) {
            Edition next = edition(number, FaultToleranceRule.KIND, RateLimitStrategy.KIND);
            RateLimitStrategy renamed = rate("s" + number, 0, SECOND);
            RateLimitStrategy before = rate("s" + (number - 1), 0, SECOND);
            client.publish(FaultToleranceRule.KIND, next, number, rule("protect", "a", renamed));
            client.publish(
                    RateLimitStrategy.KIND,
                    edition(number - 1, FaultToleranceRule.KIND, RateLimitStrategy.KIND),
                    number - 1,
                    before);
            time.advanceTimeBy(Duration.ofMillis(10));
            assertThat(isProtected("a")).isTrue();
        }

        assertThat(governor.plan().versions().get("FaultToleranceRule")).isGreaterThan(250);
    }

    @Test
    void withoutEditionsAResourceKeepsItsBindingWhileTheStrategyThatItsRuleNamesIsOnItsWay() {
        publishFirst(Edition.UNKNOWN);

        client.publish(FaultToleranceRule.KIND, 2, rule("protect", "a", S2));
        assertThat(isProtected("a")).isTrue();
        assertThat(governor.plan().problems()).isEmpty();
        client.publish(RateLimitStrategy.KIND, 2, S2);

        assertThat(isProtected("a")).isTrue();
        assertThat(governor.guard("a").rejection(governor.guard("a").acquire()).strategy())
                .isEqualTo("s2");
    }

    @Test
    void withoutEditionsAStrategyInPlaceOfTheNamedOneKeepsTheBindingToo() {
        publishFirst(Edition.UNKNOWN);

        client.publish(RateLimitStrategy.KIND, 2, S2);
        assertThat(isProtected("a")).isTrue();

        client.publish(FaultToleranceRule.KIND, 2, rule("protect", "a", S2));
        assertThat(isProtected("a")).isTrue();
    }

    @Test
    void nameThatMeansTwoStrategiesForAMomentKeepsItsBinding() {
        var byName =
                FaultToleranceRule.builder(Rules.metadata("protect"))
                        .targets(List.of(ResourceRef.of("a")))
                        .strategies(List.of(StrategyRef.of("s1")))
                        .build();
        client.publish(FaultToleranceRule.KIND, 1, byName);
        client.publish(RateLimitStrategy.KIND, 1, S1);
        assertThat(isProtected("a")).isTrue();

        client.publish(ThrottlingStrategy.KIND, 2, throttling("s1", SECOND, SECOND));

        assertThat(isProtected("a")).isTrue();
    }

    @Test
    void withoutEditionsWhatStaysMissingIsReportedAfterTwoSeconds() {
        publishFirst(Edition.UNKNOWN);
        client.publish(FaultToleranceRule.KIND, 2, rule("protect", "a", S2));

        time.advanceTimeBy(Duration.ofMillis(1999));
        assertThat(isProtected("a")).isTrue();
        time.advanceTimeBy(Duration.ofMillis(1));

        assertThat(isProtected("a")).isFalse();
        assertThat(governor.plan().problems())
                .singleElement()
                .asString()
                .contains("'s2'", "does not exist");
    }

    @Test
    void withoutEditionsWhatIsDeletedGoesAtOnce() {
        publishFirst(Edition.UNKNOWN);
        client.publish(RateLimitStrategy.KIND, 2);
        assertThat(isProtected("a")).isFalse();

        client.publish(RateLimitStrategy.KIND, 3, S1);
        assertThat(isProtected("a")).isTrue();
        client.publish(FaultToleranceRule.KIND, 2);
        assertThat(isProtected("a")).isFalse();
    }

    @Test
    void overloadProtectionOfARuleThatWaitsDoesNotProtectTheWholeProcessMeanwhile() {
        publishFirst(Edition.UNKNOWN);
        var overload = cpu("overload", 0.5, AdaptiveStrategy.NONE);
        client.publish(FaultToleranceRule.KIND, 2, rule("protect", "a", S2, overload));

        client.publish(AdaptiveOverloadProtectionStrategy.KIND, 2, overload);

        assertThat(isProtected("a")).isTrue();
        assertThat(isProtected("b")).isFalse();
    }

    @Test
    void whatTheClientRefusedIsAProblemOfThePlanAndSaidWhereTheRulesAreSaidToBeInForce() {
        try (LogCapture log = LogCapture.open()) {
            for (RuleKind<?> kind : RuleBook.DECISIONS) {
                if (kind.equals(RateLimitStrategy.KIND)) {
                    client.reject(kind, 1, new RejectedRule(null, "it has 9 rules", false));
                } else {
                    client.publish(kind, 1);
                }
            }

            assertThat(governor.plan().problems())
                    .singleElement()
                    .satisfies(
                            problem -> {
                                assertThat(problem.type()).isEqualTo(PlanProblem.Type.REFUSED);
                                assertThat(problem.message())
                                        .contains("RateLimitStrategy", "it has 9 rules");
                            });
            assertThat(log.text())
                    .contains("it has 9 rules")
                    .contains("Governed by the rules of default/shop, but not");
        }
    }

    @Test
    void refusedRuleIsAProblemUntilAPushWithoutIt() {
        publishFirst(Edition.UNKNOWN);
        client.reject(RateLimitStrategy.KIND, 2, new RejectedRule("s1", "no threshold", true), S1);
        assertThat(governor.plan().problems())
                .singleElement()
                .asString()
                .contains("RateLimitStrategy 's1'", "no threshold", "last good version");

        client.publish(RateLimitStrategy.KIND, 3, S1);

        assertThat(governor.plan().problems()).isEmpty();
    }

    @Test
    void governorThatCannotFollowAllKindsLeavesNothingBehind() {
        var asked = new AtomicInteger();
        var broken =
                new FakeClient() {
                    @Override
                    public <R extends Rule> Flux<RuleSnapshot<R>> rules(
                            Target target, RuleKind<R> kind) {
                        if (asked.incrementAndGet() == 4) {
                            throw new IllegalStateException("closed");
                        }
                        return super.rules(target, kind);
                    }
                };
        var counted = new AtomicInteger();

        assertThatIllegalStateException()
                .isThrownBy(
                        () ->
                                Governor.builder()
                                        .client(broken, SHOP)
                                        .instances(counted::incrementAndGet)
                                        .build());

        assertThat(asked).hasValue(4);
        assertThat(broken.subscribers()).isZero();
        int before = counted.get();
        time.advanceTimeBy(Duration.ofMinutes(1));
        assertThat(counted).hasValue(before);
    }
}
