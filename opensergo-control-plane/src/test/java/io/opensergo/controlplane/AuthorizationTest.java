package io.opensergo.controlplane;

import static io.opensergo.controlplane.TestClient.rulesOf;
import static io.opensergo.testsupport.RateLimits.RATE_LIMIT;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.TestClient.Stream;
import io.opensergo.controlplane.TokenAuthorizer.Grant;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeRequestTarget;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.test.StepVerifier;

/** Who is let in, and who may read what. */
class AuthorizationTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String SECRET = "a-token-that-nobody-guesses";

    @TempDir private Path directory;
    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private @Nullable ControlPlane controlPlane;
    private @Nullable TestClient client;

    private TestClient start(Authorizer authorizer) {
        rules.put(rateLimit("a", 1), rateLimit(Metadata.of("default", "bar-app", "b"), 1));
        controlPlane = ControlPlane.builder().port(0).source(rules).authorizer(authorizer).start();
        client = new TestClient(controlPlane);
        return client;
    }

    private static Authorizer shopOnly() {
        return TokenAuthorizer.of(
                new Grant("shop", SECRET, Set.of("default"), Set.of("foo-app", "empty-app")));
    }

    @AfterEach
    void stop() throws InterruptedException {
        client.close();
        controlPlane.close();
    }

    @Test
    void clientWithoutAKnownTokenIsRefusedWhateverItCalls() throws Exception {
        start(shopOnly());

        assertThat(client.open().status().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(client.open("another").status().getCode())
                .isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(client.open("").status().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThatThrownBy(
                        () ->
                                HealthGrpc.newBlockingStub(client.channel())
                                        .watch(HealthCheckRequest.getDefaultInstance())
                                        .next())
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e ->
                                assertThat(e.getStatus().getCode())
                                        .isEqualTo(Status.Code.UNAUTHENTICATED));
        assertThat(reflect()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(controlPlane.status().refusals().unauthenticated()).isEqualTo(5);
        assertThat(controlPlane.status().subscribers()).isEmpty();
    }

    /** A probe of a container has none. */
    @Test
    void plainHealthCheckIsAnsweredWithoutAToken() throws Exception {
        start(shopOnly());

        HealthCheckResponse answer =
                HealthGrpc.newBlockingStub(client.channel())
                        .check(HealthCheckRequest.getDefaultInstance());

        assertThat(answer.getStatus()).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
        assertThat(controlPlane.status().refusals().unauthenticated()).isZero();
    }

    @Test
    void knownClientReadsWhatItMayAndIsNamedInTheStatus() throws Exception {
        start(shopOnly());

        Stream stream = client.open(SECRET).subscribe("foo-app", RATE_LIMIT);

        assertThat(rulesOf(stream.next())).hasSize(1);
        SubscriberStatus status = controlPlane.status().subscribers().get(0);
        assertThat(status.principal()).isEqualTo("shop");
        assertThat(controlPlane.status().toString()).doesNotContain(SECRET);
    }

    @Test
    void refusalSaysTheSameOfWhatExistsAndOfWhatDoesNot() throws Exception {
        start(shopOnly());
        Stream stream = client.open(SECRET);

        SubscribeResponse existing = stream.subscribe("bar-app", RATE_LIMIT).next();
        SubscribeResponse noApp = stream.subscribe("no-app", RATE_LIMIT).next();
        SubscribeResponse noKind = stream.subscribe("bar-app", "no/v1/Kind").next();
        SubscribeResponse noNamespace = stream.send(in("no-namespace")).next();

        assertThat(existing.getAck()).isEqualTo(WireStatus.NACK);
        assertThat(existing.getStatus().getCode()).isEqualTo(WireStatus.BAD_REQUEST);
        assertThat(existing.getStatus().getMessage()).doesNotContain("bar-app");
        assertThat(existing.hasDataWithVersion()).isFalse();
        assertThat(noApp).isEqualTo(existing.toBuilder().setApp("no-app").build());
        assertThat(noKind).isEqualTo(existing.toBuilder().setKind("no/v1/Kind").build());
        assertThat(noNamespace)
                .isEqualTo(
                        existing.toBuilder()
                                .setNamespace("no-namespace")
                                .setApp("foo-app")
                                .build());
        assertThat(controlPlane.status().refusals().forbiddenKeys()).isEqualTo(4);
        rules.put(rateLimit(Metadata.of("default", "bar-app", "b"), 2));
        stream.expectNothing();
        assertThat(controlPlane.status().subscribers().get(0).subscriptions()).isEmpty();
    }

    @Test
    void unknownKindIsNamedToThoseWhoMayRead() throws Exception {
        start(shopOnly());

        SubscribeResponse refusal = client.open(SECRET).subscribe("foo-app", "no/v1/Kind").next();

        assertThat(refusal.getStatus().getMessage()).contains("no/v1/Kind");
    }

    @Test
    void rightThatIsTakenAwayEndsASubscriptionWhenItIsAskedAgain() throws Exception {
        var judge = new Judge();
        start(judge);
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
        stream.next();

        judge.allowed = false;
        SubscribeResponse refusal = stream.subscribe("foo-app", RATE_LIMIT).next();
        rules.put(rateLimit("a", 2));

        assertThat(refusal.getAck()).isEqualTo(WireStatus.NACK);
        judge.allowed = true;
        assertThat(rulesOf(stream.subscribe("foo-app", RATE_LIMIT).next()))
                .containsExactly(rateLimit("a", 2));
    }

    @Test
    void authorizerThatFailsHasNotSaidNo() throws Exception {
        var judge = new Judge();
        start(judge);
        Stream stream = client.open();
        stream.subscribe("foo-app", RATE_LIMIT).next();

        judge.failing = true;

        Status end = stream.subscribe("bar-app", RATE_LIMIT).status();
        assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(end.getDescription()).isEqualTo("the authorizer cannot be asked at the moment");
        assertThat(stream.hasNext()).isFalse();
        assertThat(client.open().status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(controlPlane.status().refusals().forbiddenKeys()).isZero();
        assertThat(controlPlane.status().subscribers()).isEmpty();
        judge.failing = false;
        assertThat(client.open().subscribe("bar-app", RATE_LIMIT).next().getAck()).isEmpty();
    }

    @Test
    void tokensThatAreTakenAwayEndWhatTheyOpenedWithoutAnotherCall() throws Exception {
        Path file = directory.resolve("tokens.yaml");
        Files.writeString(
                file,
                """
                tokens:
                  - {name: gone, token: gone}
                  - {name: less, token: less}
                  - {name: same, token: same}
                """);
        start(TokenAuthorizer.file(file));
        Stream gone = client.open("gone").subscribe("foo-app", RATE_LIMIT);
        Stream less = client.open("less").subscribe("foo-app", RATE_LIMIT);
        Stream same = client.open("same").subscribe("foo-app", RATE_LIMIT);
        for (Stream each : List.of(gone, less, same)) {
            assertThat(each.next().getAck()).isEmpty();
        }
        assertThat(less.subscribe("bar-app", RATE_LIMIT).next().getAck()).isEmpty();

        Files.writeString(
                file,
                """
                tokens:
                  - {name: less, token: less, apps: [bar-app]}
                  - {name: same, token: next}
                """);

        assertThat(gone.status().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        SubscribeResponse refusal = less.next();
        assertThat(refusal.getAck()).isEqualTo(WireStatus.NACK);
        assertThat(refusal.getApp()).isEqualTo("foo-app");
        assertThat(refusal.getKind()).isEqualTo(RATE_LIMIT);
        assertThat(client.open("gone").status().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        rules.put(rateLimit("a", 2), rateLimit(Metadata.of("default", "bar-app", "b"), 2));
        assertThat(less.next().getApp()).isEqualTo("bar-app");
        assertThat(rulesOf(same.next())).containsExactly(rateLimit("a", 2));
    }

    @Test
    void authorizerIsAskedWhileNoLockIsHeld() throws Exception {
        var judge = new Judge();
        start(judge);
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
        stream.next();
        judge.gate = new CompletableFuture<>();

        stream.subscribe("bar-app", RATE_LIMIT);
        await().atMost(PATIENCE).until(() -> judge.waiting);
        rules.put(rateLimit("a", 2));

        assertThat(rulesOf(stream.next())).containsExactly(rateLimit("a", 2));
        judge.gate.complete(null);
        assertThat(stream.next().getApp()).isEqualTo("bar-app");
    }

    @Test
    void realClientIsRefusedByNameForWhatItMayNotRead() {
        start(shopOnly());
        try (OpenSergoClient real =
                OpenSergoClients.builder()
                        .endpoints("http://localhost:" + controlPlane.port())
                        .token(() -> SECRET)
                        .build()) {
            assertThat(
                            real.rules(Target.of("foo-app"), RateLimitStrategy.KIND)
                                    .blockFirst(PATIENCE)
                                    .rules())
                    .hasSize(1);
            StepVerifier.create(real.rules(Target.of("bar-app"), RateLimitStrategy.KIND))
                    .expectError(SubscriptionRefusedException.class)
                    .verify(PATIENCE);
        }
    }

    @Test
    void realClientIsToldOfARightThatItLoses() throws Exception {
        Path file = directory.resolve("tokens.yaml");
        Files.writeString(file, "tokens: [{name: shop, token: " + SECRET + "}]");
        start(TokenAuthorizer.file(file));
        try (OpenSergoClient real =
                OpenSergoClients.builder()
                        .endpoints("http://localhost:" + controlPlane.port())
                        .token(() -> SECRET)
                        .build()) {
            StepVerifier.create(real.rules(Target.of("foo-app"), RateLimitStrategy.KIND))
                    .expectNextCount(1)
                    .then(
                            () ->
                                    write(
                                            file,
                                            "tokens: [{name: shop, apps: [], token: "
                                                    + SECRET
                                                    + "}]"))
                    .expectError(SubscriptionRefusedException.class)
                    .verify(PATIENCE);
        }
    }

    private static void write(Path file, String content) {
        try {
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Status.Code reflect() throws Exception {
        var end = new CompletableFuture<Status.Code>();
        StreamObserver<ServerReflectionRequest> requests =
                ServerReflectionGrpc.newStub(client.channel())
                        .serverReflectionInfo(
                                new StreamObserver<>() {
                                    @Override
                                    public void onNext(ServerReflectionResponse response) {
                                        end.complete(Status.Code.OK);
                                    }

                                    @Override
                                    public void onError(Throwable cause) {
                                        end.complete(Status.fromThrowable(cause).getCode());
                                    }

                                    @Override
                                    public void onCompleted() {
                                        end.complete(Status.Code.OK);
                                    }
                                });
        requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(end).succeedsWithin(PATIENCE);
        return end.join();
    }

    private static SubscribeRequest in(String namespace) {
        return SubscribeRequest.newBuilder()
                .setTarget(
                        SubscribeRequestTarget.newBuilder()
                                .setNamespace(namespace)
                                .setApp("foo-app")
                                .addKinds(RATE_LIMIT))
                .setRequestId("1")
                .build();
    }

    /** Lets everybody in, and decides as it is told. */
    private static final class Judge implements Authorizer {

        private volatile boolean allowed = true;
        private volatile boolean failing;
        private volatile boolean waiting;
        private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

        @Override
        public String authenticate(ClientCredentials credentials) {
            if (failing) {
                throw new IllegalStateException("the fault of a user's authorizer");
            }
            return "somebody";
        }

        @Override
        public boolean mayRead(String name, String namespace, String app, String kind) {
            if (failing) {
                throw new IllegalStateException("the fault of a user's authorizer");
            }
            waiting = true;
            gate.join();
            return allowed;
        }
    }
}
