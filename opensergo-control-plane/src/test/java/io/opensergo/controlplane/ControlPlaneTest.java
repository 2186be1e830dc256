package io.opensergo.controlplane;

import static io.opensergo.controlplane.TestClient.rulesOf;
import static io.opensergo.testsupport.RateLimits.RATE_LIMIT;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.StringValue;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.opensergo.controlplane.TestClient.Stream;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleKinds;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Its life as a whole: start, the services beside, and its end. */
class ControlPlaneTest {

    private static final Duration SOON = Duration.ofSeconds(5);

    @Test
    void servesWhatASourceHeldBeforeTheStart() throws Exception {
        var rules = new InMemoryRuleSource();
        rules.put(rateLimit("a", 1));
        try (ControlPlane controlPlane = start(rules);
                var client = new TestClient(controlPlane)) {
            assertThat(rulesOf(client.open().subscribe("foo-app", RATE_LIMIT).next())).hasSize(1);
        }
    }

    @Test
    void mergesItsSourcesInTheirOrder() throws Exception {
        var one = new InMemoryRuleSource();
        var two = new InMemoryRuleSource();
        two.put(rateLimit("a", 2), rateLimit("b", 2));
        one.put(rateLimit("a", 1));
        try (ControlPlane controlPlane =
                        ControlPlane.builder().port(0).source(one).source(two).start();
                var client = new TestClient(controlPlane)) {
            assertThat(rulesOf(client.open().subscribe("foo-app", RATE_LIMIT).next()))
                    .containsExactly(rateLimit("a", 1), rateLimit("b", 2));
            assertThat(controlPlane.problems())
                    .singleElement()
                    .asString()
                    .contains("memory #2: RateLimitStrategy default/a is also in memory,");
        }
    }

    @Test
    void reportsWhatCannotBeDelivered() {
        var rules = new InMemoryRuleSource();
        rules.put(rateLimit(Metadata.builder().name("a").build(), 1));
        try (ControlPlane controlPlane = start(rules)) {
            assertThat(controlPlane.problems())
                    .singleElement()
                    .asString()
                    .contains("memory", "bound to no application");
        }
    }

    @Test
    void servesTheKindsItIsGiven() throws Exception {
        var rules = new InMemoryRuleSource();
        rules.put(new RuleStoreTest.Custom(Metadata.of("default", "foo-app", "x")));
        var kind = new RuleStoreTest.Custom(Metadata.of("n", "a", "x")).kind();
        try (ControlPlane controlPlane =
                        ControlPlane.builder()
                                .port(0)
                                .kinds(RuleKinds.standard().with(kind))
                                .source(rules)
                                .start();
                var client = new TestClient(controlPlane)) {
            assertThat(
                            client.open()
                                    .subscribe("foo-app", kind.wireName())
                                    .next()
                                    .getDataWithVersion()
                                    .getDataCount())
                    .isEqualTo(1);
        }
    }

    @Test
    void pushesTheReasonInPlaceOfRulesThatCannotBeEncodedUntilTheyCan() throws Exception {
        var rules = new InMemoryRuleSource();
        rules.put(broken("good"), rateLimit("a", 1));
        try (ControlPlane controlPlane =
                        ControlPlane.builder()
                                .port(0)
                                .kinds(RuleKinds.standard().with(Broken.KIND))
                                .source(rules)
                                .start();
                var client = new TestClient(controlPlane)) {
            Stream follower = client.open().subscribe("foo-app", Broken.KIND.wireName());
            assertThat(follower.next().getDataWithVersion().getDataCount()).isEqualTo(1);

            rules.put(broken("bad"));

            assertIsReason(follower.next());
            Stream late = client.open().subscribe("foo-app", Broken.KIND.wireName());
            assertIsReason(late.next());
            assertThat(rulesOf(late.subscribe("foo-app", RATE_LIMIT).next())).hasSize(1);
            assertIsReason(late.subscribe("foo-app", Broken.KIND.wireName()).next());

            rules.put(broken("better"));

            for (Stream each : List.of(follower, late)) {
                SubscribeResponse next = each.next();
                assertThat(next.getAck()).isEmpty();
                assertThat(next.getDataWithVersion().getDataCount()).isEqualTo(1);
                assertThat(next.getDataWithVersion().getData(0).is(StringValue.class)).isFalse();
            }
        }
    }

    private static void assertIsReason(SubscribeResponse push) {
        assertThat(push.getAck()).isEmpty();
        assertThat(push.getDataWithVersion().getDataList())
                .singleElement()
                .satisfies(any -> assertThat(any.is(StringValue.class)).isTrue());
    }

    private static Broken broken(String field) {
        return new Broken(Metadata.of("default", "foo-app", "x"), field);
    }

    @Test
    void namesThePortThatIsInUseAndTheFix() {
        var rules = new InMemoryRuleSource();
        try (ControlPlane first = ControlPlane.builder().port(0).start()) {
            ControlPlaneBuilder second = ControlPlane.builder().port(first.port()).source(rules);

            assertThatThrownBy(second::start)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + first.port())
                    .hasMessageContaining("in use")
                    .hasMessageContaining("another");
        }
        try (ControlPlane again = start(rules)) {
            assertThat(again.problems()).isEmpty();
        }
    }

    @Test
    void namesAHostThatDoesNotResolve() {
        ControlPlaneBuilder builder = ControlPlane.builder().host("no-such-host.invalid").port(0);

        assertThatThrownBy(builder::start)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("no-such-host.invalid:0")
                .hasMessageContaining("does not resolve");
    }

    @Test
    void refusesSettingsThatCannotWork() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ControlPlane.builder().port(65536))
                .withMessageContaining("65536");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ControlPlane.builder().maxInboundMessageBytes(0))
                .withMessageContaining("maxInboundMessageBytes");
    }

    @Test
    void refusesASourceThatServesAnother() {
        var rules = new InMemoryRuleSource();
        try (ControlPlane controlPlane = start(rules)) {
            assertThat(controlPlane.port()).isPositive();
            assertThatIllegalStateException().isThrownBy(() -> start(rules));
        }
    }

    @Test
    void cutsAStreamWithATooLargeRequestAndNoOther() throws Exception {
        try (ControlPlane controlPlane =
                        ControlPlane.builder().port(0).maxInboundMessageBytes(1000).start();
                var client = new TestClient(controlPlane)) {
            Stream large = client.open();
            Stream small = client.open();

            large.subscribe("x".repeat(2000), RATE_LIMIT);

            assertThat(large.end()).failsWithin(SOON);
            assertThat(small.subscribe("foo-app", RATE_LIMIT).next().getAck()).isEmpty();
        }
    }

    @Test
    void saysThatItIsHealthy() throws Exception {
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).start();
                var client = new TestClient(controlPlane)) {
            assertThat(
                            HealthGrpc.newBlockingStub(client.channel())
                                    .check(HealthCheckRequest.getDefaultInstance())
                                    .getStatus())
                    .isEqualTo(ServingStatus.SERVING);
        }
    }

    @Test
    void describesItsServicesByReflection() throws Exception {
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).start();
                var client = new TestClient(controlPlane)) {
            var answer = new FirstAnswer();
            StreamObserver<ServerReflectionRequest> requests =
                    ServerReflectionGrpc.newStub(client.channel()).serverReflectionInfo(answer);
            requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());

            assertThat(answer.get())
                    .succeedsWithin(SOON)
                    .satisfies(
                            response ->
                                    assertThat(response.getListServicesResponse().getServiceList())
                                            .extracting(ServiceResponse::getName)
                                            .contains(
                                                    "io.opensergo.proto.transport.v1"
                                                            + ".OpenSergoUniversalTransportService",
                                                    "grpc.health.v1.Health"));
        }
    }

    @Test
    void completesEveryStreamWhenItCloses() throws Exception {
        ControlPlane controlPlane = ControlPlane.builder().port(0).start();
        try (var client = new TestClient(controlPlane)) {
            List<Stream> streams = List.of(client.open(), client.open());
            for (Stream stream : streams) {
                stream.subscribe("foo-app", RATE_LIMIT).next();
            }

            controlPlane.close();
            controlPlane.close();

            assertThat(streams).allSatisfy(each -> assertThat(each.end()).succeedsWithin(SOON));
            assertThat(controlPlane.status().subscribers()).isEmpty();
            assertThatThrownBy(
                            () ->
                                    HealthGrpc.newBlockingStub(client.channel())
                                            .check(HealthCheckRequest.getDefaultInstance()))
                    .isInstanceOf(StatusRuntimeException.class);
        }
    }

    @Test
    void cutsAStreamThatDoesNotReadWhenItCloses() throws Exception {
        var rules = new InMemoryRuleSource();
        ControlPlane controlPlane = start(rules);
        try (var client = new TestClient(controlPlane)) {
            Stream stuck = client.openWithoutReading().subscribe("foo-app", RATE_LIMIT);
            await().until(() -> !controlPlane.status().subscribers().isEmpty());
            rules.put(rateLimit("a", 1));

            assertThat(CompletableFuture.runAsync(controlPlane::close)).succeedsWithin(SOON);

            stuck.read(10);
            await().until(() -> stuck.end().isDone());
        }
    }

    @Test
    void leavesNoThreadBehind() throws Exception {
        ControlPlane controlPlane = start(new InMemoryRuleSource());
        ControlPlaneBuilder second = ControlPlane.builder().port(controlPlane.port());
        assertThatThrownBy(second::start).isInstanceOf(UncheckedIOException.class);
        try (var client = new TestClient(controlPlane)) {
            client.open().subscribe("foo-app", RATE_LIMIT).next();
        }

        controlPlane.close();

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () ->
                                assertThat(Thread.getAllStackTraces().keySet())
                                        .extracting(Thread::getName)
                                        .noneMatch(
                                                name ->
                                                        name.startsWith("grpc-")
                                                                || name.startsWith("opensergo-")));
    }

    private static ControlPlane start(RuleSource source) {
        return ControlPlane.builder().port(0).source(source).start();
    }

    /** A kind whose field cannot be read. */
    record Broken(Metadata metadata, String field) implements Rule {

        private static final RuleKind<Broken> KIND =
                RuleKind.of("example.org/v1", "Broken", Broken.class);

        @Override
        public RuleKind<Broken> kind() {
            return KIND;
        }

        @Override
        public String field() {
            if (field.equals("bad")) {
                throw new IllegalStateException("the fault of a user's record");
            }
            return field;
        }
    }

    /** Takes the first response of a call. */
    private static final class FirstAnswer implements StreamObserver<ServerReflectionResponse> {

        private final CompletableFuture<ServerReflectionResponse> first = new CompletableFuture<>();

        CompletableFuture<ServerReflectionResponse> get() {
            return first;
        }

        @Override
        public void onNext(ServerReflectionResponse response) {
            first.complete(response);
        }

        @Override
        public void onError(Throwable cause) {
            first.completeExceptionally(cause);
        }

        @Override
        public void onCompleted() {
            first.cancel(false);
        }
    }
}
