package io.opensergo.governance;

import static io.opensergo.governance.Rules.metadata;
import static io.opensergo.governance.Rules.rate;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.DecisionReport;
import io.opensergo.api.DecisionReport.Resource;
import io.opensergo.api.Target;
import io.opensergo.api.time.ManualTicker;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a governor lets its control plane see, and what it takes from it. */
class DecisionReportingTest {

    private static final Target SHOP = Target.of("shop");
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final FakeClient client = new FakeClient();
    private final ManualTicker ticker = new ManualTicker();

    private GovernorBuilder builder() {
        return Governor.builder().client(client).ticker(ticker);
    }

    /** Puts a limit of ten on the resource {@code a}. */
    private void limit(LimitMode mode) {
        RateLimitStrategy limit = rate(metadata("limit"), mode, 10, SECOND);
        client.publish(RateLimitStrategy.KIND, 11, limit);
        client.publish(FaultToleranceRule.KIND, 12, Rules.on("a", limit).get(1));
    }

    private static int admitted(Guard guard, int requests) {
        int admitted = 0;
        for (int i = 0; i < requests; i++) {
            long token = guard.acquire();
            if (!Guard.isRefused(token)) {
                guard.release(token, Outcome.SUCCESS);
                admitted++;
            }
        }
        return admitted;
    }

    @Test
    void saysWhatIsCountedAnyway() {
        try (Governor governor = builder().build()) {
            limit(LimitMode.LOCAL);
            governor.honours("Test", Set.of());
            admitted(governor.guard("a"), 13);

            DecisionReport report = client.reporting().get(SHOP).get();

            Resource resource = report.resources().get(0);
            assertThat(resource.name()).isEqualTo("a");
            assertThat(resource.outbound()).isFalse();
            assertThat(resource.passed()).isEqualTo(10);
            assertThat(resource.refused()).isEqualTo(3);
            assertThat(resource.strategies().get(0).kind()).isEqualTo("RateLimitStrategy");
            assertThat(resource.strategies().get(0).refused()).isEqualTo(3);
            assertThat(report.adapters()).containsExactly("Test");
            assertThat(report.plan()).isEqualTo(governor.plan().number());
            assertThat(report.versions())
                    .containsAllEntriesOf(
                            Map.of("RateLimitStrategy", 11L, "FaultToleranceRule", 12L));
        }
    }

    @Test
    void dividesALimitAmongTheInstancesThatItsControlPlaneCounts() {
        try (Governor governor = builder().build()) {
            limit(LimitMode.GLOBAL_TO_LOCAL);
            assertThat(governor.plan().problems())
                    .extracting(PlanProblem::type)
                    .containsOnly(PlanProblem.Type.NOT_SUPPORTED);

            client.tellInstances(3);

            assertThat(admitted(governor.guard("a"), 20)).isEqualTo(4);
            assertThat(governor.plan().problems()).isEmpty();
            client.tellInstances(5);
            ticker.advance(Duration.ofSeconds(10));
            assertThat(admitted(governor.guard("a"), 20)).isEqualTo(2);
        }
    }

    @Test
    void aNumberThatNoRuleNeedsMakesNoNewPlan() {
        try (Governor governor = builder().build()) {
            limit(LimitMode.LOCAL);
            long plan = governor.plan().number();
            client.tellInstances(3);

            assertThat(governor.plan().number()).isEqualTo(plan);
            limit(LimitMode.GLOBAL_TO_LOCAL);
            assertThat(admitted(governor.guard("a"), 20)).isEqualTo(4);
        }
    }

    @Test
    void aSupplierOfTheApplicationGoesBeforeTheControlPlane() {
        try (Governor governor = builder().instances(() -> 2).build()) {
            limit(LimitMode.GLOBAL_TO_LOCAL);
            client.tellInstances(5);

            assertThat(admitted(governor.guard("a"), 20)).isEqualTo(5);
        }
    }

    @Test
    void aGovernorThatIsClosedReportsNoMore() {
        Governor governor = builder().build();
        assertThat(client.reporting()).containsOnlyKeys(SHOP);

        governor.close();

        assertThat(client.reporting()).isEmpty();
    }

    @Test
    void aPreviewReportsNothing() {
        try (Governor governor = builder().preview().build()) {
            assertThat(governor.plan()).isNotNull();
            assertThat(client.reporting()).isEmpty();
        }
    }
}
