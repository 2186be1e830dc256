package io.opensergo.controlplane;

import static io.opensergo.controlplane.TestClient.rulesOf;
import static io.opensergo.testsupport.RateLimits.RATE_LIMIT;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.StringValue;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.opensergo.controlplane.ControlPlaneStatus.Refusals;
import io.opensergo.controlplane.TestClient.Stream;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client gets that asks for too much, and what the others get meanwhile. */
class LimitsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private ControlPlane controlPlane;
    private TestClient client;

    @BeforeEach
    void start() {
        start(builder -> builder.maxStreams(3).maxKeysPerStream(2).maxRequestsPerSecond(100));
    }

    private void start(Consumer<ControlPlaneBuilder> settings) {
        ControlPlaneBuilder builder = ControlPlane.builder().port(0).source(rules);
        settings.accept(builder);
        controlPlane = builder.start();
        client = new TestClient(controlPlane);
    }

    @AfterEach
    void stop() throws InterruptedException {
        client.close();
        controlPlane.close();
    }

    @Test
    void streamBeyondTheLimitIsRefusedAndMayComeWhenOneLeaves() throws Exception {
        Stream leaving = client.open().subscribe("foo-app", RATE_LIMIT);
        leaving.next();
        client.open().subscribe("foo-app", RATE_LIMIT).next();
        client.open().subscribe("foo-app", RATE_LIMIT).next();

        Stream refused = client.open();

        assertThat(refused.status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(refused.status().getDescription()).contains("3 streams");
        assertThat(refusals().streamsOverLimit()).isEqualTo(1);
        leaving.halfClose();
        assertThat(leaving.end()).succeedsWithin(PATIENCE);
        assertThat(client.open().subscribe("foo-app", RATE_LIMIT).next().getAck()).isEmpty();
    }

    @Test
    void clientHasALimitOfItsOwn() throws Exception {
        stop();
        start(
                builder ->
                        builder.maxStreams(3)
                                .maxStreamsPerClient(1)
                                .authorizer(
                                        TokenAuthorizer.of(
                                                LimitsTest.grant("one"), LimitsTest.grant("two"))));
        client.open("one").subscribe("foo-app", RATE_LIMIT).next();

        Stream second = client.open("one");

        assertThat(second.status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(client.open("two").subscribe("foo-app", RATE_LIMIT).next().getAck()).isEmpty();
    }

    @Test
    void watcherOfTheHealthBeyondTheLimitIsRefusedAndAProbeIsNot() throws Exception {
        stop();
        start(builder -> {});
        List<Watcher> watchers = java.util.stream.Stream.generate(this::watch).limit(1000).toList();
        await().atMost(PATIENCE).until(() -> watchers.stream().allMatch(Watcher::isServed));

        Watcher refused = watch();

        assertThat(refused.end()).succeedsWithin(PATIENCE).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(
                        HealthGrpc.newBlockingStub(client.channel())
                                .check(HealthCheckRequest.getDefaultInstance())
                                .getStatus())
                .isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
        watchers.get(0).leave();
        await().atMost(PATIENCE)
                .until(
                        () -> {
                            Watcher next = watch();
                            await().atMost(PATIENCE)
                                    .until(() -> next.isServed() || next.end().isDone());
                            return next.isServed();
                        });
    }

    @Test
    void connectionHasALimitOfCalls() throws Exception {
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
        stream.next();
        List<Watcher> watchers = java.util.stream.Stream.generate(this::watch).limit(102).toList();
        await().atMost(PATIENCE).until(() -> watchers.stream().allMatch(Watcher::isServed));

        Watcher waiting = watch();

        await().during(Duration.ofSeconds(1)).atMost(PATIENCE).until(() -> !waiting.isServed());
        watchers.get(0).leave();
        await().atMost(PATIENCE)
                .until(
                        () -> {
                            // the client's transport writes a call that waited only with the next
                            stream.subscribe("foo-app", RATE_LIMIT).next();
                            return waiting.isServed();
                        });
    }

    @Test
    void keyBeyondTheLimitIsRefusedAndTheOthersGoOn() throws Exception {
        Stream stream = client.open().subscribe("one", RATE_LIMIT).subscribe("two", RATE_LIMIT);
        stream.next();
        stream.next();

        SubscribeResponse refusal = stream.subscribe("three", RATE_LIMIT).next();

        assertThat(refusal.getAck()).isEqualTo(WireStatus.NACK);
        assertThat(refusal.getStatus().getMessage()).contains("2 keys");
        assertThat(refusal.getApp()).isEqualTo("three");
        assertThat(refusals().keysOverLimit()).isEqualTo(1);
        assertThat(stream.subscribe("one", RATE_LIMIT).next().getAck()).isEmpty();
        stream.send(TestClient.unsubscribe("one", RATE_LIMIT));
        assertThat(stream.subscribe("three", RATE_LIMIT).next().getAck()).isEmpty();
    }

    @Test
    void nameThatIsTooLongIsRefused() throws Exception {
        SubscribeResponse refusal = client.open().subscribe("x".repeat(1025), RATE_LIMIT).next();

        assertThat(refusal.getAck()).isEqualTo(WireStatus.NACK);
        assertThat(refusal.getStatus().getMessage()).contains("at most 1024");
    }

    @Test
    void kindThatIsTooLongIsRefusedOnceAndNotSentBack() throws Exception {
        SubscribeResponse refusal =
                client.open().subscribe("foo-app", "x".repeat(100_000), RATE_LIMIT).next();

        assertThat(refusal.getAck()).isEqualTo(WireStatus.NACK);
        assertThat(refusal.getStatus().getMessage()).contains("at most 253");
        assertThat(refusal.getSerializedSize()).isLessThan(1000);
    }

    @Test
    void requestIdThatIsTooLongIsNotSentBack() throws Exception {
        Stream stream = client.open();

        stream.send(TestClient.subscribe("x".repeat(100_000), "foo-app", RATE_LIMIT));

        SubscribeResponse refusal = stream.next();
        assertThat(refusal.getAck()).isEqualTo(WireStatus.NACK);
        assertThat(refusal.getSerializedSize()).isLessThan(2000);
    }

    @Test
    void ofAKeyThatIsTooLargeForAPushTheReasonIsSentAndTheOthersGoOn() throws Exception {
        stop();
        start(builder -> builder.maxPushBytes(2000));
        Stream stream =
                client.open().subscribe("foo-app", RATE_LIMIT).subscribe("bar-app", RATE_LIMIT);
        stream.next();
        stream.next();

        rules.put(IntStream.range(0, 200).mapToObj(i -> (Rule) rateLimit("r" + i, 1)).toList());
        rules.put(rateLimit(Metadata.of("default", "bar-app", "a"), 1));

        SubscribeResponse tooLarge = stream.next();
        assertThat(tooLarge.getApp()).isEqualTo("foo-app");
        assertThat(tooLarge.getSerializedSize()).isLessThan(2000);
        assertThat(tooLarge.getDataWithVersion().getData(0).is(StringValue.class)).isTrue();
        assertThat(stream.next().getApp()).isEqualTo("bar-app");
        assertThat(refusals().oversizePushes()).isEqualTo(1);
        rules.replaceAll(List.of(rateLimit("a", 1)));
        assertThat(java.util.stream.Stream.of(stream.next(), stream.next()))
                .extracting(SubscribeResponse::getApp)
                .contains("foo-app");
    }

    @Test
    void pushIsNoLargerThanItMayBeWithWhatItSaysBeside() throws Exception {
        int max = 20_000;
        stop();
        start(builder -> builder.maxPushBytes(max));
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
        int largest = stream.next().getSerializedSize();

        for (int i = 0; refusals().oversizePushes() == 0; i++) {
            rules.put(rateLimit("rule-" + i, 1));
            largest = Math.max(largest, stream.next().getSerializedSize());
        }

        assertThat(largest).isBetween(max / 2, max);
    }

    @Test
    void streamThatAsksTooFastIsHeldBackAndLosesNothing() throws Exception {
        Stream fast = client.open();
        Stream other = client.open().subscribe("foo-app", RATE_LIMIT);
        other.next();

        for (int i = 0; i < 260; i++) {
            fast.send(TestClient.subscribe("bad-" + i, "", RATE_LIMIT));
        }

        await().atMost(PATIENCE).until(() -> refusals().throttled() > 0);
        rules.put(rateLimit("a", 1));
        assertThat(rulesOf(other.next())).hasSize(1);
        for (int i = 0; i < 260; i++) {
            assertThat(fast.next().getResponseId()).isEqualTo("bad-" + i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void limitBelowOneIsRefusedByName(int value) {
        ControlPlaneBuilder builder = ControlPlane.builder();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxStreams(value))
                .withMessageContaining("maxStreams must be >= 1, was " + value);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxStreamsPerClient(value))
                .withMessageContaining("maxStreamsPerClient");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxKeysPerStream(value))
                .withMessageContaining("maxKeysPerStream");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxRequestsPerSecond(value))
                .withMessageContaining("maxRequestsPerSecond");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.stuckSubscriberTimeout(Duration.ofSeconds(value)))
                .withMessageContaining("stuckSubscriberTimeout");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> builder.keepAlive(Duration.ofSeconds(value), Duration.ofSeconds(1)))
                .withMessageContaining("keepAlive time");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.drainTimeout(Duration.ofSeconds(value)))
                .withMessageContaining("drainTimeout");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxConnections(value, 1))
                .withMessageContaining("maxConnections");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxConnections(1, value))
                .withMessageContaining("maxConnections per address");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxPushBytes(value))
                .withMessageContaining("maxPushBytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.requestTimeout(Duration.ofSeconds(value)))
                .withMessageContaining("requestTimeout");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                builder.maxConnectionAge(
                                        Duration.ofSeconds(value), Duration.ofSeconds(1)))
                .withMessageContaining("maxConnectionAge must be at least 1 s");
    }

    private static TokenAuthorizer.Grant grant(String name) {
        return new TokenAuthorizer.Grant(
                name, name, Set.of(TokenAuthorizer.ALL), Set.of(TokenAuthorizer.ALL));
    }

    private Refusals refusals() {
        return controlPlane.status().refusals();
    }

    private Watcher watch() {
        var watcher = new Watcher();
        watcher.call.run(
                () ->
                        HealthGrpc.newStub(client.channel())
                                .watch(HealthCheckRequest.getDefaultInstance(), watcher));
        return watcher;
    }

    /** Somebody who watches the health. */
    private static final class Watcher implements StreamObserver<HealthCheckResponse> {

        private final Context.CancellableContext call = Context.ROOT.withCancellation();
        private final CompletableFuture<Code> end = new CompletableFuture<>();
        private volatile boolean served;

        boolean isServed() {
            return served;
        }

        CompletableFuture<Code> end() {
            return end;
        }

        void leave() {
            call.cancel(null);
        }

        @Override
        public void onNext(HealthCheckResponse response) {
            served = true;
        }

        @Override
        public void onError(Throwable cause) {
            end.complete(Status.fromThrowable(cause).getCode());
        }

        @Override
        public void onCompleted() {
            end.complete(Code.OK);
        }
    }
}
