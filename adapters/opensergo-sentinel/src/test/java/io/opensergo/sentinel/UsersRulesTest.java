package io.opensergo.sentinel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.alibaba.csp.sentinel.property.DynamicSentinelProperty;
import com.alibaba.csp.sentinel.property.PropertyListener;
import com.alibaba.csp.sentinel.property.SentinelProperty;
import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRule;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRuleManager;
import com.alibaba.csp.sentinel.slots.block.flow.FlowException;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRuleManager;
import com.alibaba.csp.sentinel.slots.system.SystemRule;
import com.alibaba.csp.sentinel.slots.system.SystemRuleManager;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Rules of users, loaded by hand or by a data source of theirs, beside those of the control plane.
 */
class UsersRulesTest {

    private Rig rig;

    @BeforeEach
    void start() throws IOException {
        Rig.resetSentinel();
        rig = Rig.start();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void rulesLoadedByHandBeforeStay() {
        FlowRuleManager.loadRules(List.of(none("theirs")));

        governNone("ours");

        assertThat(Calls.passes("theirs")).isFalse();
        assertThat(Calls.passes("ours")).isFalse();
        assertThat(Calls.refusal("theirs").flatMap(OpenSergoSentinel::rejectionOf)).isEmpty();
    }

    @Test
    void rulesLoadedByHandAfterwardsReplaceThoseOfTheUserOnly() {
        FlowRuleManager.loadRules(List.of(none("theirs")));
        governNone("ours");

        FlowRuleManager.loadRules(List.of(none("theirs-too")));

        assertThat(Calls.passes("theirs")).isTrue();
        assertThat(Calls.passes("theirs-too")).isFalse();
        assertThat(Calls.passes("ours")).isFalse();
    }

    @Test
    void rulesReadFromTheManagerAndLoadedAgainDoNotBecomeTheUsers() {
        governNone("ours");
        List<FlowRule> all = new ArrayList<>(FlowRuleManager.getRules());
        all.add(none("theirs"));

        FlowRuleManager.loadRules(all);

        assertThat(Rig.flowRules("ours")).hasSize(1);
        assertThat(Calls.passes("theirs")).isFalse();
        rig.source.replaceAll(List.of());
        Rig.eventually(() -> Calls.passes("ours"));
        assertThat(Calls.passes("theirs")).isFalse();
    }

    @Test
    void aCopyOfARuleOfOursDoesNotBecomeTheUsers() {
        governNone("ours");
        FlowRule copy = none("ours");
        copy.setId(Rig.flowRules("ours").get(0).getId());
        FlowRule theirs = none("theirs");
        theirs.setId(7L);

        FlowRuleManager.loadRules(List.of(copy, theirs));

        assertThat(Rig.flowRules("ours")).hasSize(1);
        assertThat(Calls.passes("theirs")).isFalse();
    }

    @Test
    void aDataSourceRegisteredBeforeGoesOnWorking() {
        var property = new DynamicSentinelProperty<List<FlowRule>>(List.of(none("theirs")));
        FlowRuleManager.register2Property(property);

        governNone("ours");
        assertThat(Calls.passes("theirs")).isFalse();
        assertThat(Calls.passes("ours")).isFalse();

        property.updateValue(List.of(none("theirs-too")));
        assertThat(Calls.passes("theirs")).isTrue();
        assertThat(Calls.passes("theirs-too")).isFalse();
        assertThat(Calls.passes("ours")).isFalse();
    }

    @Test
    void aDataSourceRegisteredAfterwardsReplacesTheUsersAndOursComeBack() {
        var before = new DynamicSentinelProperty<List<FlowRule>>(List.of(none("theirs")));
        FlowRuleManager.register2Property(before);
        governNone("ours");

        var after = new DynamicSentinelProperty<List<FlowRule>>(List.of(none("theirs-too")));
        FlowRuleManager.register2Property(after);

        assertThat(Calls.passes("theirs-too")).isFalse();
        Rig.eventually(() -> !Calls.passes("ours"));
        assertThat(Calls.passes("theirs")).isTrue();
        assertThat(Calls.passes("theirs-too")).isFalse();
        before.updateValue(List.of(none("gone")));
        after.updateValue(List.of(none("theirs-at-last")));
        assertThat(Calls.passes("gone")).isTrue();
        assertThat(Calls.passes("theirs-at-last")).isFalse();
        assertThat(Calls.passes("ours")).isFalse();
    }

    @Test
    void dataSourcesMayBeRegisteredOverAndOver() {
        governNone("ours");

        for (int i = 0; i < 20; i++) {
            String theirs = "theirs-" + i;
            FlowRuleManager.register2Property(new DynamicSentinelProperty<>(List.of(none(theirs))));
            assertThat(Calls.passes(theirs)).isFalse();
        }

        Rig.eventually(() -> !Calls.passes("ours"));
        assertThat(Calls.passes("theirs-18")).isTrue();
        assertThat(Calls.passes("theirs-19")).isFalse();
    }

    @Test
    void whatIsLoadedByHandReachesTheUsersProperty() {
        var property = new DynamicSentinelProperty<List<FlowRule>>();
        List<List<FlowRule>> seen = new CopyOnWriteArrayList<>();
        property.addListener(remember(seen));
        FlowRuleManager.register2Property(property);
        governNone("ours");

        List<FlowRule> all = new ArrayList<>(FlowRuleManager.getRules());
        FlowRule theirs = none("theirs");
        all.add(theirs);
        FlowRuleManager.loadRules(all);

        assertThat(seen).last().isEqualTo(List.of(theirs));
    }

    @Test
    void theUsersPropertyHasItsPlaceBackWhenOpenSergoLeaves() {
        var property = new DynamicSentinelProperty<List<FlowRule>>(List.of(none("theirs")));
        FlowRuleManager.register2Property(property);
        governNone("ours");

        rig.sentinel.close();

        assertThat(Calls.passes("ours")).isTrue();
        assertThat(Calls.passes("theirs")).isFalse();
        assertThat(RuleManagerPort.FLOW.currentProperty()).containsSame(property);
        property.updateValue(List.of());
        assertThat(Calls.passes("theirs")).isTrue();
    }

    @Test
    void aManagerThatIsNotNeededIsLeftAlone() {
        SentinelProperty<List<DegradeRule>> before =
                RuleManagerPort.DEGRADE.currentProperty().orElseThrow();

        governNone("ours");

        assertThat(RuleManagerPort.DEGRADE.currentProperty()).containsSame(before);
    }

    @Test
    void anotherThatTakesPropertiesPlacesMayStandInFront() {
        governNone("ours");
        var other = new MergedProperty<>(RuleManagerPort.FLOW);

        other.setOurs(List.of(none("others")));

        assertThat(Calls.passes("ours")).isFalse();
        assertThat(Calls.passes("others")).isFalse();
        FlowRuleManager.loadRules(List.of(none("theirs")));
        assertThat(Calls.passes("theirs")).isFalse();
        assertThat(Calls.passes("ours")).isFalse();
        rig.sentinel.close();
        assertThat(Calls.passes("ours")).isTrue();
        assertThat(Calls.passes("others")).isFalse();
        assertThat(Calls.passes("theirs")).isFalse();
        other.detach();
        assertThat(Calls.passes("others")).isTrue();
        assertThat(Calls.passes("theirs")).isFalse();
        try (OpenSergoSentinel again = OpenSergoSentinel.start(rig.client)) {
            again.ready().block(Rig.PATIENCE);
            assertThat(Calls.passes("ours")).isFalse();
            assertThat(Calls.passes("theirs")).isFalse();
        }
        assertThat(Calls.passes("ours")).isTrue();
    }

    @Test
    void breakersOfTheUserStayAndKeepTheirState() {
        DegradeRuleManager.loadRules(List.of(breaker("theirs")));
        Calls.fail("theirs", new IOException("down"));
        assertThat(Calls.passes("theirs")).isFalse();

        rig.put(
                "ours",
                1,
                Rules.on("ours", Rules.errorBreaker("breaker", 1, 1, Duration.ofSeconds(60))));
        assertThat(Calls.passes("theirs")).isFalse();
        Calls.fail("ours", new IOException("down"));
        assertThat(Calls.passes("ours")).isFalse();

        DegradeRuleManager.setRulesForResource("theirs-too", Set.of(breaker("theirs-too")));
        Calls.fail("theirs-too", new IOException("down"));
        assertThat(Calls.passes("theirs-too")).isFalse();
        assertThat(Calls.passes("theirs")).isFalse();
        assertThat(Calls.passes("ours")).isFalse();
    }

    @Test
    void systemRulesOfTheUserStay() {
        assumeThat(Overloads.SYSTEM_RULES_REFUSE).isTrue();
        SystemRule theirs = new SystemRule();
        theirs.setQps(1_000_000);
        SystemRuleManager.loadRules(List.of(theirs));

        rig.put("", 1, List.of(Rules.cpu("cpu", 1, AdaptiveStrategy.NONE)));

        assertThat(SystemRuleManager.getInboundQpsThreshold()).isEqualTo(1_000_000);
        assertThat(SystemRuleManager.getCpuUsageThreshold()).isEqualTo(1);
        rig.source.replaceAll(List.of());
        Rig.eventually(() -> SystemRuleManager.getCpuUsageThreshold() > 1);
        assertThat(SystemRuleManager.getInboundQpsThreshold()).isEqualTo(1_000_000);
    }

    @Test
    void aRefusalOfTheUsersWithoutARuleIsNotOurs() {
        assertThat(OpenSergoSentinel.rejectionOf(new FlowException("theirs"))).isEmpty();
    }

    private void governNone(String resource) {
        rig.put(resource, 1, Rules.on(resource, Rules.rate("none", 0, 1)));
    }

    private static FlowRule none(String resource) {
        return new FlowRule(resource).setCount(0);
    }

    private static DegradeRule breaker(String resource) {
        return new DegradeRule(resource)
                .setGrade(RuleConstant.DEGRADE_GRADE_EXCEPTION_COUNT)
                .setCount(0)
                .setMinRequestAmount(1)
                .setTimeWindow(600)
                .setStatIntervalMs((int) Duration.ofDays(20).toMillis());
    }

    private static PropertyListener<List<FlowRule>> remember(List<List<FlowRule>> seen) {
        return new PropertyListener<>() {
            @Override
            public void configUpdate(List<FlowRule> value) {
                seen.add(value);
            }

            @Override
            public void configLoad(List<FlowRule> value) {}
        };
    }
}
