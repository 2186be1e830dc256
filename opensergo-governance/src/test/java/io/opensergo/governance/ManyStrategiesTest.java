package io.opensergo.governance;

import static io.opensergo.governance.Rules.cpu;
import static io.opensergo.governance.Rules.on;
import static io.opensergo.governance.Rules.rate;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A resource has a limited number of strategies, each of which a refusal can name. */
class ManyStrategiesTest {

    private static final int MOST = 1_024;

    @Test
    void theLastOfThemIsNamedInARefusal() {
        try (Governor governor = Governor.of(strategies(MOST))) {
            Guard guard = governor.guard("a");

            assertThat(governor.plan().problems()).isEmpty();
            assertThat(guard.rejection(guard.acquire()).strategy()).isEqualTo("s1023");
        }
    }

    @Test
    void whatIsBeyondTheLimitDoesNotApplyAndIsReported() {
        try (Governor governor = Governor.of(strategies(MOST + 2))) {
            Guard guard = governor.guard("a");

            assertThat(Guard.isRefused(guard.acquire())).isFalse();
            assertThat(guard.stats().strategies()).hasSize(MOST);
            assertThat(governor.plan().problems())
                    .extracting(PlanProblem::type)
                    .containsExactly(PlanProblem.Type.TOO_MANY_STRATEGIES);
            assertThat(governor.plan().problems())
                    .extracting(PlanProblem::message)
                    .containsExactly(
                            "FaultToleranceRule 'protect a' brings 'a' beyond the 1024 strategies"
                                    + " that a resource may have; these do not apply: s1024,"
                                    + " s1025");
            assertThat(governor.plan().problems())
                    .extracting(PlanProblem::rule)
                    .containsExactly("protect a");
        }
    }

    @Test
    void namesTheFirstOfManyThatDoNotApply() {
        try (Governor governor = Governor.of(strategies(MOST + 100))) {
            assertThat(governor.plan().problems())
                    .extracting(PlanProblem::message)
                    .singleElement()
                    .asString()
                    .endsWith("s1024, s1025, s1026 and 97 more");
        }
    }

    @Test
    void whatProtectsTheWholeProcessCountsToo() {
        List<Rule> rules = new ArrayList<>(strategies(MOST));
        rules.add(cpu("node-guard", 0.8, AdaptiveStrategy.BBR));

        try (Governor governor = Governor.of(rules)) {
            assertThat(governor.plan().problems())
                    .extracting(PlanProblem::message)
                    .singleElement()
                    .asString()
                    .endsWith("s1023");
        }
    }

    /** Returns rate limits on one resource, of which the last refuses everything. */
    private static List<Rule> strategies(int count) {
        Strategy[] strategies = new Strategy[count];
        for (int i = 0; i < count; i++) {
            strategies[i] = rate("s" + i, i == count - 1 ? 0 : 1_000, Duration.ofSeconds(1));
        }
        return on("a", strategies);
    }
}
