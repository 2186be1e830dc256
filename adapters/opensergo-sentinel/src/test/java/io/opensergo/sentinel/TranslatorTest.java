package io.opensergo.sentinel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import io.opensergo.api.Target;
import io.opensergo.governance.PlanProblem;
import io.opensergo.governance.plan.RuleBook;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TranslatorTest {

    private static final Target SHOP = Target.of(Rules.APP);

    @Test
    void aRateLimitPerSecondIsAFlowRule() {
        FlowRule rule = onlyFlowRule(Rules.rate("limit", 120, 1));

        assertThat(rule.getResource()).isEqualTo("r");
        assertThat(rule.getGrade()).isEqualTo(RuleConstant.FLOW_GRADE_QPS);
        assertThat(rule.getCount()).isEqualTo(120);
        assertThat(rule.getControlBehavior()).isEqualTo(RuleConstant.CONTROL_BEHAVIOR_DEFAULT);
        assertThat(rule.getLimitApp()).isEqualTo(RuleConstant.LIMIT_APP_DEFAULT);
        assertThat(rule.isClusterMode()).isFalse();
    }

    @Test
    void aRateLimitOfAnotherWindowIsEnforcedByTheSlot() {
        assertBySlot("its window is 5s, and Sentinel's is 1s", Rules.rate("limit", 10, 5));
    }

    @Test
    void aGlobalRateLimitPerSecondIsAFlowRuleInClusterModeThatFallsBackToTheWholeLimit() {
        FlowRule rule = onlyFlowRule(Rules.rate(Rules.metadata("limit"), LimitMode.GLOBAL, 120, 1));

        assertThat(rule.isClusterMode()).isTrue();
        assertThat(rule.getCount()).isEqualTo(120);
        assertThat(rule.getClusterConfig().getFlowId()).isPositive();
        assertThat(rule.getClusterConfig().isFallbackToLocalWhenFail()).isTrue();
    }

    @Test
    void aGlobalRateLimitWithoutATokenServerIsReported() {
        Contribution contribution =
                translate(
                        Rules.on(
                                "r",
                                Rules.rate(Rules.metadata("limit"), LimitMode.GLOBAL, 120, 1)));

        assertThat(contribution.problems())
                .extracting(PlanProblem::type)
                .containsExactly(PlanProblem.Type.NOT_SUPPORTED);
        assertThat(contribution.problems().get(0).message())
                .contains("RateLimitStrategy 'limit'", "the whole limit applies to each instance");
        RuleBook book =
                book(Rules.on("r", Rules.rate(Rules.metadata("limit"), LimitMode.GLOBAL, 120, 1)));
        assertThat(Translator.translate(book, SHOP, new Sharing(false, true)).problems()).isEmpty();
    }

    @Test
    void limitsSharedAmongInstancesOtherwiseAreEnforcedByTheSlot() {
        assertBySlot(
                "it is divided by the number of instances",
                Rules.rate(Rules.metadata("limit"), LimitMode.GLOBAL_TO_LOCAL, 120, 1));
        assertBySlot(
                "its window is 2s, and Sentinel's is 1s",
                Rules.rate(Rules.metadata("limit"), LimitMode.GLOBAL, 120, 2));
        assertBySlot(
                "it is divided by the number of instances",
                Rules.concurrency("limit", LimitMode.GLOBAL_TO_LOCAL, 6));
        assertBySlot(
                "Sentinel's flow rules do not count calls in flight across instances",
                Rules.concurrency("limit", LimitMode.GLOBAL, 6));
    }

    @Test
    void aStoreOfGlobalLimitsGoesBeforeATokenServer() {
        var strategy = Rules.rate(Rules.metadata("limit"), LimitMode.GLOBAL, 120, 1);

        Contribution contribution =
                Translator.translate(book(Rules.on("r", strategy)), SHOP, new Sharing(true, true));

        assertThat(contribution.flowRules()).isEmpty();
        assertThat(contribution.slotRules()).contains(strategy);
    }

    @Test
    void aConcurrencyLimitIsAFlowRuleOfThreads() {
        FlowRule rule = onlyFlowRule(Rules.concurrency("limit", LimitMode.LOCAL, 6));

        assertThat(rule.getGrade()).isEqualTo(RuleConstant.FLOW_GRADE_THREAD);
        assertThat(rule.getCount()).isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 7, 25, 300, 333, 999, 1000, 1001, 1999, 2000})
    void aGapOfWholeMillisecondsIsWhatSentinelComputes(long gap) {
        FlowRule rule = onlyFlowRule(Rules.throttling("pace", gap, 750));

        assertThat(rule.getControlBehavior()).isEqualTo(RuleConstant.CONTROL_BEHAVIOR_RATE_LIMITER);
        assertThat(rule.getMaxQueueingTimeMs()).isEqualTo(750);
        assertThat(Math.round(1.0 * 1000 / rule.getCount())).isEqualTo(gap);
        assertThat(Math.round(1.0 * 1_000_000 * 1000 / rule.getCount())).isEqualTo(gap * 1_000_000);
    }

    @Test
    void aGapSentinelWouldDivideByZeroForIsEnforcedByTheSlot() {
        assertBySlot(
                "a gap of 2001ms is less than one request in 2s, which Sentinel cannot pace",
                Rules.throttling("pace", 2001, 750));
    }

    @Test
    void aQueueTimeoutBeyondSentinelsRangeIsEnforcedByTheSlot() {
        assertBySlot(
                "its queueTimeout is more milliseconds than Sentinel can be told",
                Rules.throttling("pace", 10, Integer.MAX_VALUE + 1L));
    }

    @Test
    void noGapIsEnforcedByNobody() {
        Contribution contribution = translate(Rules.on("r", Rules.throttling("pace", 0, 750)));

        assertThat(contribution.enforcements())
                .extracting(Enforcement::by)
                .containsExactly(Enforcement.Engine.NOBODY);
        assertThat(contribution.flowRules()).isEmpty();
        assertThat(contribution.slotRules()).isEmpty();
    }

    @Test
    void throttlingBesideOtherStrategiesIsEnforcedByTheSlotWithThem() {
        Contribution contribution =
                translate(Rules.on("r", Rules.throttling("pace", 10, 750), Rules.rate("l", 9, 1)));

        assertThat(contribution.flowRules()).isEmpty();
        assertThat(contribution.enforcements())
                .hasSize(2)
                .allMatch(it -> it.by() == Enforcement.Engine.SLOT);
    }

    @Test
    void throttlingThatIsAShadowDoesNotMoveOtherStrategies() {
        var shadow =
                ThrottlingStrategy.builder(Rules.shadow("pace"))
                        .minIntervalOfRequests(Duration.ofMillis(10))
                        .queueTimeout(Duration.ofMillis(750))
                        .build();
        Contribution contribution = translate(Rules.on("r", shadow, Rules.rate("l", 9, 1)));

        assertThat(contribution.flowRules()).hasSize(1);
        assertThat(contribution.enforcements())
                .filteredOn(it -> it.by() == Enforcement.Engine.SLOT)
                .hasSize(1);
    }

    @Test
    void throttlingWithoutAGapDoesNotMoveOtherStrategies() {
        Contribution contribution =
                translate(Rules.on("r", Rules.throttling("pace", 0, 750), Rules.rate("l", 9, 1)));

        assertThat(contribution.flowRules()).hasSize(1);
    }

    @Test
    void anErrorBreakerIsACircuitBreakerRuleThatTripsAtItsRatio() {
        DegradeRule rule =
                onlyDegradeRule(Rules.errorBreaker("breaker", 0.45, 12, Duration.ofSeconds(4)));

        assertThat(rule.getGrade()).isEqualTo(RuleConstant.DEGRADE_GRADE_EXCEPTION_RATIO);
        assertThat(rule.getTimeWindow()).isEqualTo(4);
        assertThat(rule.getMinRequestAmount()).isEqualTo(12);
        assertThat(rule.getStatIntervalMs()).isEqualTo(Duration.ofDays(20).toMillis());
        assertThat(9 * 1.0 / 20).isGreaterThan(rule.getCount());
        assertThat(44 * 1.0 / 100).isLessThan(rule.getCount());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 29, 33, 45, 57, 58, 99, 100})
    void everyPercentageTripsAtIt(int percent) {
        double count =
                onlyDegradeRule(
                                Rules.errorBreaker(
                                        "breaker", percent / 100.0, 1, Duration.ofSeconds(4)))
                        .getCount();

        assertThat(percent * 1.0 / 100).isGreaterThan(count);
        assertThat((percent * 1e7 - 1) / 1e9).isLessThan(count);
    }

    @Test
    void aSlowBreakerIsACircuitBreakerRule() {
        DegradeRule rule =
                onlyDegradeRule(Rules.slowBreaker("breaker", 1, 12, Duration.ofMillis(300)));

        assertThat(rule.getGrade()).isEqualTo(RuleConstant.DEGRADE_GRADE_RT);
        assertThat(rule.getCount()).isEqualTo(300);
        assertThat(rule.getSlowRatioThreshold()).isEqualTo(Math.nextDown(1.0));
    }

    @Test
    void whatABreakerOfSentinelsCannotSayIsEnforcedByTheSlot() {
        Duration second = Duration.ofSeconds(1);
        assertBySlot(
                "its recoveryTimeout is 500ms, and Sentinel is told whole seconds",
                Rules.errorBreaker("breaker", 0.5, 1, Duration.ofMillis(500)));
        assertBySlot(
                "it trips at 0%, and Sentinel only above a ratio",
                Rules.errorBreaker("breaker", 0, 1, second));
        assertBySlot(
                "it has errorConditions, and Sentinel counts every exception",
                Rules.errorBreaker("breaker", 0.5, 1, second, "java.io.IOException"));
        assertBySlot(
                "its times are longer than Sentinel can be told",
                Rules.errorBreaker("breaker", 0.5, 1, Duration.ofDays(30_000)));
    }

    @Test
    void rejectingAboveACpuUsageIsASystemRule() {
        assumeThat(Overloads.SYSTEM_RULES_REFUSE).isTrue();

        Contribution contribution =
                translate(List.of(Rules.cpu("cpu", 0.82, AdaptiveStrategy.NONE)));

        assertThat(contribution.systemRules()).hasSize(1);
        assertThat(contribution.systemRules().get(0).getHighestCpuUsage()).isEqualTo(0.82);
        assertThat(contribution.systemRules().get(0).getHighestSystemLoad()).isNegative();
        assertThat(contribution.slotRules()).isEmpty();
    }

    @Test
    void otherProtectionFromOverloadIsEnforcedByTheSlot() {
        Rule load = Rules.load("load", 4.5);
        Rule bbr = Rules.cpu("cpu", 0.82, AdaptiveStrategy.BBR);

        Contribution contribution = translate(List.of(load, bbr));

        assertThat(contribution.systemRules()).isEmpty();
        assertThat(contribution.slotRules()).containsExactlyInAnyOrder(load, bbr);
        assertBySlot(
                "it protects one resource, and Sentinel's system rules the whole process",
                Rules.cpu("cpu", 0.82, AdaptiveStrategy.NONE));
    }

    @Test
    void shadowsAreEnforcedByTheSlot() {
        assertBySlot(
                "it is a shadow, which Sentinel does not know",
                Rules.rate(Rules.shadow("limit"), LimitMode.LOCAL, 120, 1));
        var strategy = Rules.rate("limit", 120, 1);
        Contribution contribution =
                translate(
                        List.of(
                                strategy,
                                Rules.rule(Rules.shadow("rule"), List.of("r"), null, strategy)));
        assertThat(contribution.flowRules()).isEmpty();
    }

    @Test
    void theSlotGetsOnlyThePartOfARuleThatSentinelDoesNotEnforce() {
        var perSecond = Rules.rate("per-second", 9, 1);
        var perMinute = Rules.rate("per-minute", 90, 60);

        Contribution contribution = translate(Rules.on("r", perSecond, perMinute));

        assertThat(contribution.flowRules()).hasSize(1);
        assertThat(contribution.slotRules())
                .containsExactlyInAnyOrder(
                        perMinute, Rules.rule("protect-r", List.of("r"), perMinute));
    }

    @Test
    void theFirstRuleToBringAStrategyToAResourceCounts() {
        var strategy = Rules.rate("limit", 9, 1);

        Contribution contribution =
                translate(
                        List.of(
                                strategy,
                                Rules.rule(Rules.shadow("tried"), List.of("r"), null, strategy),
                                Rules.rule("first", List.of("r"), strategy),
                                Rules.rule("second", List.of("r"), strategy)));

        assertThat(contribution.enforcements()).hasSize(1);
        assertThat(contribution.enforcements().get(0).origin().rule().name()).isEqualTo("first");
    }

    @Test
    void idsAreTheSameInEveryProcessAndDifferByResource() {
        var origin = new RuleOrigin(SHOP, null, Rules.rate("limit", 9, 1).id());

        assertThat(StableId.of(origin, "r")).isEqualTo(4_984_705_355_398_377_735L);
        assertThat(StableId.of(origin, "s")).isNotEqualTo(StableId.of(origin, "r"));
    }

    private static FlowRule onlyFlowRule(Strategy strategy) {
        Contribution contribution = translate(Rules.on("r", strategy));
        assertThat(contribution.slotRules()).isEmpty();
        assertThat(contribution.flowRules()).hasSize(1);
        return contribution.flowRules().get(0);
    }

    private static DegradeRule onlyDegradeRule(Strategy strategy) {
        Contribution contribution = translate(Rules.on("r", strategy));
        assertThat(contribution.slotRules()).isEmpty();
        assertThat(contribution.degradeRules()).hasSize(1);
        return contribution.degradeRules().get(0);
    }

    private static void assertBySlot(String reason, Strategy strategy) {
        Contribution contribution = translate(Rules.on("r", strategy));
        assertThat(contribution.enforcements()).hasSize(1);
        Enforcement enforcement = contribution.enforcements().get(0);
        assertThat(enforcement.by()).isEqualTo(Enforcement.Engine.SLOT);
        assertThat(enforcement.reason()).isEqualTo(reason);
        assertThat(contribution.flowRules()).isEmpty();
        assertThat(contribution.degradeRules()).isEmpty();
        assertThat(contribution.systemRules()).isEmpty();
        assertThat(contribution.slotRules()).contains(strategy);
        assertThat(contribution.slotRules())
                .filteredOn(FaultToleranceRule.class::isInstance)
                .hasSize(1);
    }

    private static Contribution translate(Collection<? extends Rule> rules) {
        return Translator.translate(book(rules), SHOP, new Sharing(false, false));
    }

    private static RuleBook book(Collection<? extends Rule> rules) {
        Map<RuleKind<?>, List<Rule>> byKind =
                rules.stream().collect(Collectors.groupingBy(Rule::kind));
        RuleBook book = RuleBook.unknown(RuleBook.PROTECTION);
        for (RuleKind<?> kind : RuleBook.PROTECTION) {
            book = book.withAnswered(kind);
        }
        for (Map.Entry<RuleKind<?>, List<Rule>> kind : byKind.entrySet()) {
            book = book.with(kind.getKey(), kind.getValue(), 1);
        }
        assertThat(byKind.keySet()).isSubsetOf(RuleBook.PROTECTION);
        return book;
    }

    @Test
    void rulesWaitForWhatTheyReferToInAnyOrder() {
        var strategy = Rules.rate("limit", 9, 1);
        FaultToleranceRule rule = Rules.rule("rule", List.of("r"), strategy);
        Contribution early = translate(List.of(rule));
        Contribution complete = translate(Arrays.asList(rule, strategy));

        assertThat(early.problems())
                .extracting(PlanProblem::type)
                .containsExactly(PlanProblem.Type.DANGLING_STRATEGY);
        assertThat(early.problems().get(0).message()).contains("'rule'", "'limit'");
        assertThat(complete.problems()).isEmpty();
        assertThat(complete.flowRules()).hasSize(1);
    }
}
