package io.opensergo.sentinel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.alibaba.csp.sentinel.property.DynamicSentinelProperty;
import com.alibaba.csp.sentinel.property.PropertyListener;
import com.alibaba.csp.sentinel.property.SentinelProperty;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRuleManager;
import com.alibaba.csp.sentinel.slots.system.SystemRule;
import com.alibaba.csp.sentinel.slots.system.SystemRuleManager;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Data sources of users that come in the very instant in which our rules come or go. */
@Tag("one-version")
class DataSourceRaceTest {

    private static final int ROUNDS = 1_000;
    private static final Duration FIRST_LOOK = MergedProperty.PAUSES.get(0);

    private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();
    private final ExecutorService user = Executors.newSingleThreadExecutor();

    @BeforeEach
    @AfterEach
    void reset() {
        Rig.resetSentinel();
    }

    @AfterEach
    void stop() {
        user.shutdownNow();
        scheduler.dispose();
    }

    @Test
    void aDataSourceThatComesWhileOurRulesComeIsHeard() throws Exception {
        var merged = new MergedProperty<>(RuleManagerPort.FLOW);
        for (int round = 0; round < ROUNDS; round++) {
            FlowRule ours = rule("ours");
            FlowRule theirs = rule("theirs-" + round);
            var dataSource = new DynamicSentinelProperty<List<FlowRule>>(List.of());

            race(
                    () -> merged.setOurs(List.of(ours)),
                    () -> FlowRuleManager.register2Property(dataSource));
            dataSource.updateValue(List.of(theirs));

            awaitRules(ours, theirs);
            merged.detach();
            awaitRules(theirs);
            assertThat(RuleManagerPort.FLOW.currentProperty()).containsSame(dataSource);
        }
    }

    @Test
    void aDataSourceThatComesWhileOurRulesGoIsHeard() throws Exception {
        var merged = new MergedProperty<>(RuleManagerPort.FLOW);
        for (int round = 0; round < ROUNDS; round++) {
            FlowRule theirs = rule("theirs-" + round);
            var dataSource = new DynamicSentinelProperty<List<FlowRule>>(List.of());
            merged.setOurs(List.of(rule("ours")));

            race(merged::detach, () -> FlowRuleManager.register2Property(dataSource));
            dataSource.updateValue(List.of(theirs));

            awaitRules(theirs);
            assertThat(RuleManagerPort.FLOW.currentProperty()).containsSame(dataSource);
        }
    }

    @Test
    void anUpdateThatComesWhileOurRulesComeIsHeard() throws Exception {
        var merged = new MergedProperty<>(RuleManagerPort.FLOW);
        for (int round = 0; round < ROUNDS; round++) {
            FlowRule ours = rule("ours");
            FlowRule theirs = rule("theirs-" + round);
            var dataSource = new DynamicSentinelProperty<List<FlowRule>>(List.of());
            FlowRuleManager.register2Property(dataSource);

            race(
                    () -> merged.setOurs(List.of(ours)),
                    () -> dataSource.updateValue(List.of(theirs)));

            awaitRules(ours, theirs);
            merged.detach();
            awaitRules(theirs);
        }
    }

    @Test
    void anUpdateThatOvertookOurRulesDoesNotKeepThemOut() {
        var merged = new MergedProperty<>(RuleManagerPort.FLOW, scheduler);
        var dataSource = new ListenerKeeping<FlowRule>();
        FlowRuleManager.register2Property(dataSource);
        FlowRule ours = rule("ours");
        FlowRule theirs = rule("theirs");
        merged.setOurs(List.of(ours));

        dataSource.tellTheManager(List.of(theirs)); // as a thread does that was about to
        assertThat(FlowRuleManager.getRules()).containsExactly(theirs);
        scheduler.advanceTimeBy(FIRST_LOOK);

        assertThat(FlowRuleManager.getRules()).contains(ours);
        merged.detach();
    }

    @Test
    void anUpdateThatIsLateDoesNotKeepOurRulesOut() {
        var merged = new MergedProperty<>(RuleManagerPort.FLOW, scheduler);
        var dataSource = new ListenerKeeping<FlowRule>();
        FlowRuleManager.register2Property(dataSource);
        FlowRule ours = rule("ours");
        merged.setOurs(List.of(ours));

        scheduler.advanceTimeBy(Duration.ofMillis(900));
        dataSource.tellTheManager(List.of(rule("late")));
        scheduler.advanceTimeBy(Duration.ofMillis(100));
        assertThat(FlowRuleManager.getRules()).contains(ours);

        scheduler.advanceTimeBy(Duration.ofMillis(3_900));
        dataSource.tellTheManager(List.of(rule("later")));
        scheduler.advanceTimeBy(Duration.ofMillis(100));
        assertThat(FlowRuleManager.getRules()).contains(ours);
        merged.detach();
    }

    @Test
    void anUpdateThatOvertookOurSystemRulesDoesNotKeepThemOut() {
        var merged = new MergedProperty<>(RuleManagerPort.SYSTEM, scheduler);
        var dataSource = new ListenerKeeping<SystemRule>();
        SystemRuleManager.register2Property(dataSource);
        var ours = new SystemRule();
        ours.setHighestCpuUsage(0.9);
        merged.setOurs(List.of(ours));

        dataSource.tellTheManager(List.of(new SystemRule()));
        assertThat(SystemRuleManager.getCpuUsageThreshold()).isGreaterThan(0.9);
        scheduler.advanceTimeBy(FIRST_LOOK);

        assertThat(SystemRuleManager.getCpuUsageThreshold()).isEqualTo(0.9);
        merged.detach();
    }

    @Test
    void rulesThatAreInForceAreNotLoadedAgain() {
        var merged = new MergedProperty<>(RuleManagerPort.FLOW, scheduler);
        merged.setOurs(List.of(rule("ours")));
        var told = new AtomicInteger();
        PropertyListener<List<FlowRule>> counting =
                new PropertyListener<>() {
                    @Override
                    public void configUpdate(List<FlowRule> value) {
                        told.incrementAndGet();
                    }

                    @Override
                    public void configLoad(List<FlowRule> value) {}
                };
        merged.addListener(counting);

        MergedProperty.PAUSES.forEach(scheduler::advanceTimeBy);

        assertThat(told).hasValue(0);
        merged.setOurs(List.of(rule("others")));
        assertThat(told).hasValue(1);
        merged.removeListener(counting);
        merged.detach();
    }

    @Test
    void theManagerGoesOnHearingAPropertyThatNobodyElseMayListenTo() {
        var merged = new MergedProperty<>(RuleManagerPort.FLOW);
        var dataSource = new Exclusive();
        FlowRuleManager.register2Property(dataSource);
        FlowRule ours = rule("ours");
        FlowRule theirs = rule("theirs");
        merged.setOurs(List.of(rule("in vain")));

        dataSource.updateValue(List.of(theirs));
        awaitRules(theirs);

        dataSource.exclusive = false;
        merged.setOurs(List.of(ours));
        awaitRules(theirs, ours);
        merged.detach();
        awaitRules(theirs);
    }

    /** A property of a user's that fails for everybody but the manager. */
    private static final class Exclusive extends DynamicSentinelProperty<List<FlowRule>> {

        private PropertyListener<List<FlowRule>> manager;
        private boolean exclusive = true;

        @Override
        public void addListener(PropertyListener<List<FlowRule>> listener) {
            if (manager == null) {
                manager = listener;
            }
            if (exclusive && !listener.equals(manager)) {
                throw new IllegalStateException("a fault of the user's");
            }
            super.addListener(listener);
        }
    }

    @Test
    void whatAPropertyHadAtFirstDoesNotReplaceItsUpdate() {
        var merged = new MergedProperty<>(RuleManagerPort.FLOW);
        FlowRule newer = rule("newer");
        FlowRuleManager.register2Property(
                new ListenerKeeping<FlowRule>() {
                    @Override
                    public void addListener(PropertyListener<List<FlowRule>> listener) {
                        listener.configUpdate(List.of(newer));
                        listener.configLoad(List.of(rule("older")));
                    }
                });
        FlowRule ours = rule("ours");

        merged.setOurs(List.of(ours));

        awaitRules(ours, newer);
        merged.detach();
    }

    @Test
    void ourRulesGoInToAPropertyThatSomebodyElseStandsBefore() {
        var merged = new MergedProperty<>(RuleManagerPort.FLOW);
        var other = new MergedProperty<>(RuleManagerPort.FLOW);
        for (int round = 0; round < ROUNDS / 5; round++) {
            FlowRule ours = rule("ours-" + round);
            FlowRule others = rule("others-" + round);
            merged.setOurs(List.of(ours));
            other.setOurs(List.of(others));
            awaitRules(ours, others);
            merged.detach();
            awaitRules(others);

            merged.setOurs(List.of(ours));

            awaitRules(ours, others);
            other.detach();
            awaitRules(ours);
            merged.detach();
            awaitRules();
        }
    }

    private void race(Runnable ours, Runnable theirs) throws Exception {
        var start = new CyclicBarrier(2);
        Future<?> registered =
                user.submit(
                        () -> {
                            start.await(60, TimeUnit.SECONDS);
                            theirs.run();
                            return null;
                        });
        start.await(60, TimeUnit.SECONDS);
        ours.run();
        registered.get(60, TimeUnit.SECONDS);
    }

    private static void awaitRules(FlowRule... rules) {
        await().atMost(Rig.PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .untilAsserted(
                        () ->
                                assertThat(FlowRuleManager.getRules())
                                        .containsExactlyInAnyOrder(rules));
    }

    private static FlowRule rule(String resource) {
        return new FlowRule(resource).setCount(1_000);
    }

    /** A property without rules that can tell the manager something after it was left. */
    private static class ListenerKeeping<R> implements SentinelProperty<List<R>> {

        private PropertyListener<List<R>> first;

        void tellTheManager(List<R> rules) {
            first.configUpdate(rules);
        }

        @Override
        public void addListener(PropertyListener<List<R>> listener) {
            if (first == null) {
                first = listener;
            }
            listener.configLoad(List.of());
        }

        @Override
        public void removeListener(PropertyListener<List<R>> listener) {}

        @Override
        public boolean updateValue(List<R> rules) {
            return false;
        }
    }
}
