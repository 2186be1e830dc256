package io.opensergo.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Origin;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** The whole way: from a source through a socket into the typed Flux of a real client. */
class EndToEndTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Target SHOP = Target.of("shop");

    private static final String LIMIT =
            """
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: RateLimitStrategy
            metadata:
              name: a
              labels: {app: shop}
              annotations: {opensergo.io/mode: shadow}
            spec: {metricType: RequestAmount, limitMode: GlobalToLocal, threshold: 5, statDurationSeconds: 1}
            """;

    private static List<Rule> read(String text) {
        return RuleReader.strict().read(text, "test").orThrow();
    }

    private static OpenSergoClient client(int port) {
        return OpenSergoClients.builder()
                .endpoints("localhost:" + port)
                .backoff(Duration.ofMillis(5), Duration.ofMillis(50))
                .build();
    }

    /** One rule of each kind, with what public messages cannot say. */
    static List<Rule> oneOfEachKind() {
        return RuleKinds.standard().all().stream().map(EndToEndTest::example).toList();
    }

    private static Rule example(RuleKind<?> kind) {
        String spec =
                switch (kind.name()) {
                    case "FaultToleranceRule" ->
                            "{targets: [{targetResourceName: 'GET:/'}], strategies: [{name: a}], fallbackAction: f}";
                    case "RateLimitStrategy" ->
                            "{metricType: RequestAmount, limitMode: Local, threshold: 5, statDurationSeconds: 1}";
                    case "ThrottlingStrategy" -> "{minIntervalOfRequests: 5ms, queueTimeout: 1s}";
                    case "ConcurrencyLimitStrategy" -> "{limitMode: Local, maxConcurrency: 3}";
                    case "CircuitBreakerStrategy" ->
                            "{strategy: ErrorRequestRatio, triggerRatio: '45%', statDuration: 20s,"
                                    + " recoveryTimeout: 4s, minRequestAmount: 3, errorConditions: {errorType: [a]}}";
                    case "AdaptiveOverloadProtectionStrategy" ->
                            "{metricType: CpuPercentage, triggerThreshold: '82%', adaptiveStrategy: BBR}";
                    case "HttpRequestFallbackAction" ->
                            "{behavior: ReturnProvidedResponse, behaviorDesc: {responseStatusCode: 429}}";
                    case "TrafficRouter" ->
                            "{hosts: [h], http: [{match: [{headers: {x: {exact: a}}, port: 80}], route: [{destination:"
                                    + " {host: h, subset: b, fallback: {host: h, subset: c}}}], timeout: 0.5s}]}";
                    case "TrafficLane" ->
                            "{rules: {lane: {name: beta}, workload: {selector: {tag: beta}}}}";
                    case "VirtualWorkload" -> "{host: h, subsets: [{name: s, labels: {v: '1'}}]}";
                    case "VirtualDatabase" ->
                            "{services: [{name: s, databaseMySQL: {password: p}}]}";
                    case "DatabaseEndpoint" ->
                            "{database: {MySQL: {url: 'jdbc:mysql://h/d', maxPoolSize: 3}}}";
                    case "ReadWriteSplitting" ->
                            "{rules: {staticStrategy: {writeDataSourceName: w, readDataSourceNames: [r]}}}";
                    case "DistributedTransaction" -> "{transaction: {defaultType: xa}}";
                    default -> "{}";
                };
        return read("apiVersion: "
                        + kind.apiVersion()
                        + "\nkind: "
                        + kind.name()
                        + "\nmetadata: {name: n, labels: {app: shop, team: x}, annotations: {k: v}}\nspec: "
                        + spec)
                .get(0);
    }

    @ParameterizedTest
    @MethodSource("oneOfEachKind")
    void ruleOfEachKindArrivesAsItWasPut(Rule rule) {
        var source = new InMemoryRuleSource();
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).source(source).start();
                OpenSergoClient client = client(controlPlane.port())) {
            StepVerifier.create(snapshots(client, rule.kind()))
                    .assertNext(
                            snapshot -> {
                                assertThat(snapshot.rules()).isEmpty();
                                assertThat(snapshot.origin()).isEqualTo(Origin.CONTROL_PLANE);
                            })
                    .then(() -> source.put(rule))
                    .assertNext(
                            snapshot -> {
                                assertThat(snapshot.rejected()).isEmpty();
                                assertThat(List.<Rule>copyOf(snapshot.rules()))
                                        .containsExactly(rule);
                            })
                    .then(() -> source.delete(rule.id()))
                    .assertNext(snapshot -> assertThat(snapshot.rules()).isEmpty())
                    .thenCancel()
                    .verify(PATIENCE);
            assertThat(controlPlane.problems()).isEmpty();
        }
    }

    private static <R extends Rule> Flux<RuleSnapshot<R>> snapshots(
            OpenSergoClient client, RuleKind<R> kind) {
        return client.rules(SHOP, kind);
    }

    @Test
    void restartedControlPlaneIsFollowedAgain() {
        var before = new InMemoryRuleSource();
        before.put(read(LIMIT));
        var after = new InMemoryRuleSource();
        after.put(read(LIMIT.replace("threshold: 5", "threshold: 6")));
        List<RuleSnapshot<RateLimitStrategy>> seen = new CopyOnWriteArrayList<>();
        ControlPlane first = ControlPlane.builder().port(0).source(before).start();
        int port = first.port();
        try (OpenSergoClient client = client(port)) {
            client.rules(SHOP, RateLimitStrategy.KIND).subscribe(seen::add);
            await().until(() -> seen.size() == 1);

            first.close();
            try (ControlPlane second = ControlPlane.builder().port(port).source(after).start()) {
                await().until(() -> seen.size() == 2);

                assertThat(seen.get(1).rules().get(0).threshold()).isEqualTo(6);
                assertThat(seen.get(1).version()).isGreaterThan(seen.get(0).version());
                await().until(() -> second.status().subscribers().size() == 1);
            }
        }
    }

    @Test
    void acknowledgementOfTheClientIsInTheStatus() {
        var source = new InMemoryRuleSource();
        source.put(read(LIMIT));
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).source(source).start();
                OpenSergoClient client = client(controlPlane.port())) {
            RuleSnapshot<RateLimitStrategy> snapshot =
                    client.rules(SHOP, RateLimitStrategy.KIND)
                            .doOnNext(s -> {})
                            .blockFirst(PATIENCE);
            client.rules(SHOP, RateLimitStrategy.KIND).subscribe();

            await().until(
                            () ->
                                    controlPlane
                                                    .status()
                                                    .subscribers()
                                                    .get(0)
                                                    .subscriptions()
                                                    .get(0)
                                                    .ackedVersion()
                                            == snapshot.version());
        }
    }

    @Test
    void kindThatTheControlPlaneDoesNotServeIsRefusedByName() {
        RuleKind<OtherRule> other = RuleKind.of("example.org/v1", "OtherRule", OtherRule.class);
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).start();
                OpenSergoClient client = client(controlPlane.port())) {
            StepVerifier.create(client.rules(SHOP, other))
                    .expectErrorSatisfies(
                            e ->
                                    assertThat(e)
                                            .isInstanceOf(SubscriptionRefusedException.class)
                                            .hasMessageContaining("OtherRule"))
                    .verify(PATIENCE);
        }
    }

    /** A kind of a user. */
    record OtherRule(Metadata metadata) implements Rule {

        @Override
        public RuleKind<OtherRule> kind() {
            return RuleKind.of("example.org/v1", "OtherRule", OtherRule.class);
        }
    }

    @Test
    void kindOfAUserIsServedToo() {
        RuleKind<OtherRule> other = RuleKind.of("example.org/v1", "OtherRule", OtherRule.class);
        var source = new InMemoryRuleSource();
        var rule = new OtherRule(Metadata.of("default", "shop", "mine"));
        source.put(rule);
        try (ControlPlane controlPlane =
                        ControlPlane.builder()
                                .port(0)
                                .kinds(RuleKinds.standard().with(other))
                                .source(source)
                                .start();
                OpenSergoClient client = client(controlPlane.port())) {
            StepVerifier.create(client.rules(SHOP, other))
                    .assertNext(snapshot -> assertThat(snapshot.rules()).containsExactly(rule))
                    .thenCancel()
                    .verify(PATIENCE);
        }
    }

    static List<Rule> rulesThatCannotBePushed() {
        return List.of(
                new OtherRule(Metadata.of("default", "shop", "x".repeat(250))),
                new BrokenRule(Metadata.of("default", "shop", "mine")));
    }

    /** A kind of a user with a fault. */
    record BrokenRule(Metadata metadata) implements Rule {

        private static final RuleKind<BrokenRule> KIND =
                RuleKind.of("example.org/v1", "BrokenRule", BrokenRule.class);

        @Override
        public RuleKind<BrokenRule> kind() {
            return KIND;
        }

        @Override
        public Metadata metadata() {
            if (StackWalker.getInstance()
                    .walk(calls -> calls.anyMatch(call -> call.getMethodName().equals("encode")))) {
                throw new IllegalStateException("a fault of the kind");
            }
            return metadata;
        }
    }

    @ParameterizedTest
    @MethodSource("rulesThatCannotBePushed")
    void firstSubscriberOfRulesThatCannotBePushedIsAnsweredWithTheReason(Rule rule) {
        var source = new InMemoryRuleSource();
        source.put(rule);
        try (ControlPlane controlPlane =
                        ControlPlane.builder()
                                .port(0)
                                .maxPushBytes(500)
                                .kinds(RuleKinds.standard().with(rule.kind()))
                                .source(source)
                                .start();
                OpenSergoClient client = client(controlPlane.port())) {
            List<RuleSnapshot<?>> seen = new CopyOnWriteArrayList<>();
            snapshots(client, rule.kind()).subscribe(seen::add);
            client.ready().block(PATIENCE);
            await().until(() -> !seen.isEmpty());

            RuleSnapshot<?> answer = seen.get(0);
            assertThat(answer.origin()).isEqualTo(Origin.CONTROL_PLANE);
            assertThat(answer.rules()).isEmpty();
            assertThat(answer.rejected())
                    .singleElement()
                    .satisfies(
                            rejected ->
                                    assertThat(rejected.reason())
                                            .contains(
                                                    "the control plane cannot deliver its rules"));

            source.delete(rule.id());
            await().until(() -> seen.get(seen.size() - 1).rejected().isEmpty());
        }
    }

    @Test
    void editOfAFileArrivesWithinASecondAndABrokenOneKeepsTheLastGoodRule(@TempDir Path directory)
            throws IOException {
        Path file = Files.writeString(directory.resolve("limit.yaml"), LIMIT);
        List<RuleSnapshot<RateLimitStrategy>> seen = new CopyOnWriteArrayList<>();
        try (ControlPlane controlPlane =
                        ControlPlane.builder()
                                .port(0)
                                .source(DirectoryRuleSource.of(directory))
                                .start();
                OpenSergoClient client = client(controlPlane.port())) {
            client.rules(SHOP, RateLimitStrategy.KIND).subscribe(seen::add);
            await().until(() -> seen.size() == 1);

            Files.writeString(file, LIMIT.replace("threshold: 5", "threshold: 6"));
            await().atMost(Duration.ofSeconds(3)).until(() -> seen.size() == 2);
            Files.writeString(file, LIMIT.replace("threshold: 5", "threshold: many"));
            await().until(() -> !controlPlane.problems().isEmpty());

            assertThat(controlPlane.problems().get(0).toString())
                    .contains("limit.yaml:7:", "spec.threshold", "\"many\"");
            assertThat(client.rules(SHOP, RateLimitStrategy.KIND).blockFirst(PATIENCE))
                    .isSameAs(seen.get(1));
            assertThat(seen.get(1).rules().get(0).metadata().annotations())
                    .containsEntry("opensergo.io/mode", "shadow");
        }
    }
}
