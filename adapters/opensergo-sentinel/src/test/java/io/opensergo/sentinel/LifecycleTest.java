package io.opensergo.sentinel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.alibaba.csp.sentinel.property.PropertyListener;
import com.alibaba.csp.sentinel.property.SentinelProperty;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.DirectoryRuleSource;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.governance.PlanProblem;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.LimitMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules that come, change and go, and control planes that do. */
@Tag("one-version")
class LifecycleTest {

    @AfterEach
    void reset() {
        Rig.resetSentinel();
    }

    @Test
    void anEditTakesEffectAndLeavesWhatDidNotChangeAsItIs() throws IOException {
        try (Rig rig = Rig.start()) {
            rig.put(
                    "edited-breaker",
                    1,
                    Rules.on(
                            "edited-breaker",
                            Rules.errorBreaker("breaker", 1, 1, Duration.ofSeconds(60))));
            rig.put("edited", 1, Rules.on("edited", Rules.rate("limit", 5, 1)));
            rig.put("edited-slot", 1, Rules.on("edited-slot", Rules.rate("minute", 5, 60)));
            Calls.fail("edited-breaker", new IOException("down"));
            assertThat(Calls.passed("edited-slot", 3)).isEqualTo(3);

            rig.source.put(Rules.rate("limit", 0, 1));
            Rig.eventually(() -> Rig.flowRules("edited").get(0).getCount() == 0);

            assertThat(Calls.passes("edited")).isFalse();
            assertThat(Calls.passes("edited-breaker")).isFalse();
            assertThat(Calls.passed("edited-slot", 10)).isEqualTo(2);
        }
    }

    @Test
    void anUnchangedRuleStaysTheSameObject() throws IOException {
        try (Rig rig = Rig.start()) {
            rig.put("same", 1, Rules.on("same", Rules.rate("limit", 5, 1)));
            FlowRule before = Rig.flowRules("same").get(0);

            rig.put("another", 1, Rules.on("another", Rules.rate("another", 5, 1)));

            assertThat(Rig.flowRules("same")).singleElement().isSameAs(before);
        }
    }

    @Test
    void aBreakerOpenInTheSlotStaysOpenOverAnEdit() throws IOException {
        try (Rig rig = Rig.start()) {
            rig.put(
                    "slot-breaker",
                    1,
                    Rules.on(
                            "slot-breaker",
                            Rules.errorBreaker("b", 1, 1, Duration.ofMillis(60_500))));
            Calls.fail("slot-breaker", new IOException("down"));

            rig.put("slot-other", 1, Rules.on("slot-other", Rules.rate("minute", 5, 60)));

            assertThat(Calls.passes("slot-breaker")).isFalse();
        }
    }

    @Test
    void aDeletedRuleIsFreeAgain() throws IOException {
        try (Rig rig = Rig.start()) {
            rig.put("deleted", 1, Rules.on("deleted", Rules.rate("limit", 0, 1)));
            rig.put("deleted-slot", 1, Rules.on("deleted-slot", Rules.rate("minute", 0, 60)));
            assertThat(Calls.passes("deleted")).isFalse();
            assertThat(Calls.passes("deleted-slot")).isFalse();

            rig.source.replaceAll(List.of());

            Rig.eventually(() -> Calls.passes("deleted") && Calls.passes("deleted-slot"));
            assertThat(Rig.flowRules("deleted")).isEmpty();
            assertThat(rig.sentinel.enforcements()).isEmpty();
        }
    }

    @Test
    void aDanglingReferenceIsReportedAndTheRestOfTheRuleApplies() throws IOException {
        try (Rig rig = Rig.start()) {
            var there = Rules.rate("there", 0, 1);
            var missing = Rules.rate("missing", 0, 60);
            rig.source.put(there, Rules.rule("rule", List.of("dangling"), there, missing));
            rig.awaitStrategies("dangling", 1);

            assertThat(rig.sentinel.problems())
                    .extracting(PlanProblem::type, PlanProblem::rule)
                    .containsExactly(tuple(PlanProblem.Type.DANGLING_STRATEGY, "rule"));
            assertThat(Calls.passes("dangling")).isFalse();

            rig.source.put(missing);
            rig.awaitStrategies("dangling", 2);
            assertThat(rig.sentinel.problems()).isEmpty();
        }
    }

    @Test
    void aMissingFallbackIsReportedOnceAndTheRuleApplies() throws IOException {
        try (Rig rig = Rig.start()) {
            var strategy = Rules.rate("limit", 0, 60);
            rig.put(
                    "no-page",
                    1,
                    List.of(
                            strategy,
                            Rules.rule(
                                    Rules.metadata("rule"), List.of("no-page"), "page", strategy)));

            assertThat(Calls.passes("no-page")).isFalse();
            assertThat(rig.sentinel.problems())
                    .extracting(PlanProblem::type)
                    .containsExactly(PlanProblem.Type.DANGLING_FALLBACK_ACTION);
        }
    }

    @Test
    void aLimitThatCannotBeSharedIsReported() throws IOException {
        try (Rig rig = Rig.start()) {
            rig.put(
                    "shared",
                    1,
                    Rules.on("shared", Rules.concurrency("limit", LimitMode.GLOBAL, 6)));

            assertThat(rig.sentinel.problems())
                    .extracting(PlanProblem::type)
                    .containsExactly(PlanProblem.Type.NOT_SUPPORTED);
        }
    }

    @Test
    void aRuleForAResourceThatNobodyCallsIsHarmless() throws IOException {
        try (Rig rig = Rig.start()) {
            rig.put(
                    "never-called",
                    2,
                    Rules.on("never-called", Rules.rate("a", 0, 1), Rules.rate("b", 0, 60)));

            assertThat(Calls.passed("called", 10)).isEqualTo(10);
        }
    }

    @Test
    void anInvalidRuleAmongGoodOnesLeavesThemInForce(@TempDir Path directory) throws Exception {
        Files.writeString(
                directory.resolve("rules.yaml"),
                """
                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                kind: RateLimitStrategy
                metadata: {name: bad, labels: {app: shop}}
                spec: {metricType: RequestAmount, limitMode: Local, threshold: -1, statDurationSeconds: 1}
                ---
                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                kind: RateLimitStrategy
                metadata: {name: good, labels: {app: shop}}
                spec: {metricType: RequestAmount, limitMode: Local, threshold: 0, statDurationSeconds: 1}
                ---
                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                kind: FaultToleranceRule
                metadata: {name: rule, labels: {app: shop}}
                spec:
                  targets: [{targetResourceName: 'mixed'}]
                  strategies: [{name: bad, kind: RateLimitStrategy}, {name: good, kind: RateLimitStrategy}]
                """);
        try (Rig rig =
                Rig.start(
                        DirectoryRuleSource.of(directory)
                                .withPollInterval(Duration.ofMillis(50)))) {
            rig.awaitStrategies("mixed", 1);

            assertThat(Calls.passes("mixed")).isFalse();
            assertThat(rig.sentinel.problems())
                    .extracting(PlanProblem::type)
                    .containsExactly(PlanProblem.Type.DANGLING_STRATEGY);
        }
    }

    @Test
    void withoutAControlPlaneNothingIsRefusedUntilItComes() throws IOException {
        int port = FreePort.find();
        try (OpenSergoClient client = Rig.client(port);
                OpenSergoSentinel sentinel = OpenSergoSentinel.start(client)) {
            assertThat(Calls.passed("early", 10)).isEqualTo(10);
            assertThat(sentinel.enforcements()).isEmpty();

            var source = new InMemoryRuleSource();
            source.put(Rules.on("early", Rules.rate("limit", 0, 1)));
            try (ControlPlane late = ControlPlane.builder().port(port).source(source).start()) {
                assertThat(late.port()).isEqualTo(port);
                sentinel.ready().block(Rig.PATIENCE);
                Rig.eventually(() -> !Calls.passes("early"));
            }
        }
    }

    @Test
    void whoWaitsForRulesIsLetGoWhenItIsClosed() {
        try (OpenSergoClient client = Rig.client(1)) {
            OpenSergoSentinel sentinel = OpenSergoSentinel.start(client);
            var ready = sentinel.ready().toFuture();
            assertThat(ready).isNotDone();

            sentinel.close();

            assertThat(ready).isDone();
        }
    }

    @Test
    void rulesStayWhenTheControlPlaneIsKilled() throws IOException {
        try (Rig rig = Rig.start()) {
            rig.put("kept", 1, Rules.on("kept", Rules.rate("limit", 0, 1)));
            rig.put("kept-slot", 1, Rules.on("kept-slot", Rules.rate("minute", 0, 60)));

            rig.controlPlane.close();
            Rig.eventually(() -> !rig.client.state().phase().isConnected());

            assertThat(Calls.passes("kept")).isFalse();
            assertThat(Calls.passes("kept-slot")).isFalse();
        }
    }

    @Test
    void twoApplicationsInOneProcessStandBesideEachOther() throws IOException {
        try (Rig rig = Rig.start()) {
            OpenSergoSentinel other = OpenSergoSentinel.start(rig.client, Target.of("warehouse"));
            Metadata limit = Metadata.of("default", "warehouse", "limit");
            var strategy = Rules.rate(limit, LimitMode.LOCAL, 0, 1);
            var slotStrategy =
                    Rules.rate(
                            Metadata.of("default", "warehouse", "minute"), LimitMode.LOCAL, 3, 60);
            rig.put("of-shop", 1, Rules.on("of-shop", Rules.rate("shop-limit", 0, 1)));
            rig.put("of-both", 1, Rules.on("of-both", Rules.rate("shop-minute", 5, 60)));
            FaultToleranceRule rule =
                    Rules.rule(
                            Metadata.of("default", "warehouse", "rule"),
                            List.of("of-warehouse"),
                            null,
                            strategy);
            FaultToleranceRule slotRule =
                    Rules.rule(
                            Metadata.of("default", "warehouse", "slot-rule"),
                            List.of("of-both"),
                            null,
                            slotStrategy);
            rig.source.put(strategy, slotStrategy, rule, slotRule);
            Rig.eventually(() -> other.enforcements().size() == 2);

            assertThat(Calls.passes("of-shop")).isFalse();
            assertThat(Calls.passes("of-warehouse")).isFalse();
            assertThat(Calls.passed("of-both", 20)).isEqualTo(3);
            assertThat(
                            Calls.refusal("of-warehouse")
                                    .flatMap(it -> OpenSergoSentinel.originOf(it.getRule())))
                    .map(RuleOrigin::target)
                    .hasValue(Target.of("warehouse"));

            other.close();

            assertThat(Calls.passes("of-warehouse")).isTrue();
            assertThat(Calls.passes("of-shop")).isFalse();
            // Its own rule admits 5, of which 3 were made: what the other refused used nothing up.
            assertThat(Calls.passed("of-both", 20)).isEqualTo(2);
        }
    }

    @Test
    void theSameApplicationTwiceCountsEachCallOnce() throws IOException {
        try (Rig rig = Rig.start();
                OpenSergoSentinel again = OpenSergoSentinel.start(rig.client)) {
            rig.put(
                    "twice",
                    1,
                    Rules.on("twice", Rules.errorBreaker("b", 1, 3, Duration.ofSeconds(60))));
            Rig.eventually(() -> again.enforcements().size() == 1);

            Calls.fail("twice", new IOException("1"));
            Calls.fail("twice", new IOException("2"));
            assertThat(again.problems()).isEmpty();
            Calls.fail("twice", new IOException("3"));
            assertThat(Calls.passes("twice")).isFalse();
        }
    }

    @Test
    void nothingIsLeftWhenItIsClosed() throws IOException {
        try (Rig rig = Rig.start()) {
            rig.put("closed", 2, Rules.on("closed", Rules.rate("a", 0, 1), Rules.rate("b", 0, 60)));

            rig.sentinel.close();
            rig.sentinel.close();

            assertThat(Calls.passed("closed", 10)).isEqualTo(10);
            assertThat(Rig.flowRules("closed")).isEmpty();
            assertThat(SlotTable.current()).isSameAs(SlotTable.EMPTY);
        }
    }

    @Test
    void aRuleThatMovesToTheSlotOrBackIsAlwaysEnforced() throws IOException {
        try (Rig rig = Rig.start()) {
            rig.put("stays", 1, Rules.on("stays", Rules.rate("stays", 5, 1)));
            rig.put("moves", 1, Rules.on("moves", Rules.rate("moves", 0, 1)));
            SentinelProperty<List<FlowRule>> property =
                    RuleManagerPort.FLOW.currentProperty().orElseThrow();
            var place = new PlaceOf("moves");
            property.addListener(place); // told right after Sentinel, and before what comes next

            rig.source.put(Rules.rate("moves", 0, 60));
            rig.awaitEngine("moves", Enforcement.Engine.SLOT);
            rig.source.put(Rules.rate("moves", 0, 1));
            rig.awaitEngine("moves", Enforcement.Engine.SENTINEL);
            property.removeListener(place);

            assertThat(place.moves)
                    .containsExactly(
                            "to the slot, which has it", "to Sentinel, and the slot has it");
        }
    }

    /** Notes at each move of a resource's rule whether the slot enforces it at that moment. */
    private static final class PlaceOf implements PropertyListener<List<FlowRule>> {

        private final String resource;
        private final List<String> moves = new CopyOnWriteArrayList<>();
        private boolean inSentinel = true;

        private PlaceOf(String resource) {
            this.resource = resource;
        }

        @Override
        public void configUpdate(List<FlowRule> rules) {
            boolean has = rules.stream().anyMatch(rule -> rule.getResource().equals(resource));
            if (has == inSentinel) {
                return;
            }
            inSentinel = has;
            boolean slot = SlotTable.current().guards(resource) != null;
            moves.add(
                    has
                            ? "to Sentinel, and the slot has it" + (slot ? "" : " not")
                            : "to the slot, which has it" + (slot ? "" : " not"));
        }

        @Override
        public void configLoad(List<FlowRule> rules) {}
    }
}
