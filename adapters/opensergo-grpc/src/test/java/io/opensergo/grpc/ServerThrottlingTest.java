package io.opensergo.grpc;

import static io.opensergo.grpc.World.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.opensergo.testsupport.Documents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Calls of a server that have to wait for their turn. */
class ServerThrottlingTest {

    private final Prices prices = new Prices("prices");

    @Test
    void callsComeInTurnAndGiveEverythingBack() throws Exception {
        try (World world = new World()) {
            throttle(world, "20ms", "60s");
            Channel channel = world.freeChannel(world.governedServer(prices.definition()));
            long start = System.nanoTime();
            List<Future<String>> calls = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                calls.add(
                        ClientCalls.futureUnaryCall(
                                channel.newCall(Prices.GET, World.withDeadline()), "ok"));
            }

            for (Future<String> call : calls) {
                assertThat(call.get()).isEqualTo("prices");
            }

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThan(Duration.ofMillis(175));
            world.awaitIdle("shop.Prices");
        }
    }

    @Test
    void streamsWaitAsWellAndLoseNoMessage() throws Exception {
        try (World world = new World()) {
            throttle(world, "20ms", "60s");
            Channel channel = world.freeChannel(world.governedServer(prices.definition()));
            List<Replies> all = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                var replies = new Replies();
                all.add(replies);
                StreamObserver<String> chat =
                        ClientCalls.asyncBidiStreamingCall(
                                channel.newCall(Prices.CHAT, World.withDeadline()), replies);
                chat.onNext("a");
                chat.onNext("b");
                chat.onCompleted();
            }

            for (Replies replies : all) {
                assertThat(replies.awaitEnd()).isEqualTo(Status.Code.OK);
                assertThat(replies.messages).containsExactly("a", "b");
            }
            world.awaitIdle("shop.Prices");
        }
    }

    @Test
    void aCallWhoseTurnComesAfterItsDeadlineIsRefusedAtOnce() {
        try (World world = World.withoutTime()) {
            throttle(world, "600s", "3600s");
            Channel channel = world.freeChannel(world.governedServer(prices.definition()));
            World.get(channel, "");

            StatusRuntimeException refused = World.failure(channel, "");

            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(refused.getStatus().getDescription())
                    .isEqualTo("its turn comes after the deadline of the call");
            assertThat(refused.getTrailers().get(Pushback.KEY)).isEqualTo("600000");
            assertThat(world.inbound("shop.Prices").passed()).isEqualTo(1);
        }
    }

    @Test
    void aCallerThatLeavesWhileItWaitsIsNotHandledAndLeavesItsPlace() {
        try (World world = World.withoutTime()) {
            throttle(world, "600s", "3600s");
            Channel channel = world.freeChannel(world.governedServer(prices.definition()));
            World.get(channel, "");
            ClientCall<String, String> call = channel.newCall(Prices.GET, CallOptions.DEFAULT);
            ClientCalls.asyncUnaryCall(call, "", new Replies());
            await().atMost(PATIENCE).until(() -> world.inbound("shop.Prices").passed() == 2);

            call.cancel("enough", null);

            await().atMost(PATIENCE).until(() -> world.inbound("shop.Prices").passed() == 1);
            assertThat(prices.handled).hasValue(1);
        }
    }

    @Test
    void whatHasChangedByItsTurnCounts() throws Exception {
        try (World world = new World()) {
            world.rules(
                    Documents.throttling("gap", "300ms", "60s"),
                    Documents.rule("shop.Prices", "ThrottlingStrategy", "gap"),
                    Documents.concurrency("one", 1),
                    Documents.rule("shop.Prices/Get", "ConcurrencyLimitStrategy", "one"));
            Channel channel = world.freeChannel(world.governedServer(prices.definition()));
            World.get(channel, "");
            Future<String> waits =
                    ClientCalls.futureUnaryCall(
                            channel.newCall(Prices.GET, World.withDeadline()), "hold");
            StreamObserver<String> held = prices.nextHeld();
            assertThat(world.inbound("shop.Prices/Get").inFlight()).isEqualTo(1);

            Future<String> refused =
                    ClientCalls.futureUnaryCall(
                            channel.newCall(Prices.GET, World.withDeadline()), "");

            assertThat(Replies.code(refused)).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            held.onNext("42");
            held.onCompleted();
            assertThat(waits.get(60, TimeUnit.SECONDS)).isEqualTo("42");
            world.awaitIdle("shop.Prices/Get");
        }
    }

    @Test
    void aHandlerThatThrowsAtItsTurnIsAnsweredAsGrpcWould() throws Exception {
        try (World world = new World()) {
            throttle(world, "10ms", "60s");
            ServerInterceptor thrower =
                    new ServerInterceptor() {
                        @Override
                        public <Q, S> ServerCall.Listener<Q> interceptCall(
                                ServerCall<Q, S> call,
                                Metadata headers,
                                ServerCallHandler<Q, S> next) {
                            throw new IllegalStateException("by order");
                        }
                    };
            Channel channel =
                    world.freeChannel(
                            world.governedServer(
                                    ServerInterceptors.intercept(prices.definition(), thrower)));

            for (int i = 0; i < 3; i++) {
                assertThat(World.failure(channel, "").getStatus().getCode())
                        .isEqualTo(Status.Code.UNKNOWN);
            }

            world.awaitIdle("shop.Prices");
        }
    }

    @Test
    void aColourIsThereAfterTheWait() {
        try (World world = new World()) {
            throttle(world, "10ms", "60s");
            Channel channel = world.freeChannel(world.governedServer(prices.definition()));
            var headers = new Metadata();
            headers.put(Headers.key("x-opensergo-traffic"), "beta");
            Channel coloured =
                    ClientInterceptors.intercept(
                            channel, MetadataUtils.newAttachHeadersInterceptor(headers));

            for (int i = 0; i < 3; i++) {
                assertThat(World.get(coloured, "")).isEqualTo("prices beta");
            }
        }
    }

    /** Throttles, and counts what is in flight. */
    private static void throttle(World world, String gap, String timeout) {
        world.rules(
                Documents.throttling("gap", gap, timeout),
                Documents.rule("shop.Prices", "ThrottlingStrategy", "gap"),
                Documents.concurrency("many", 1_000_000),
                Documents.rule("shop.Prices", "ConcurrencyLimitStrategy", "many"));
    }
}
