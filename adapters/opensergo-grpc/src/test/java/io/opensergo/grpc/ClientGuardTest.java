package io.opensergo.grpc;

import static io.opensergo.grpc.World.failure;
import static io.opensergo.grpc.World.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.opensergo.governance.RequestRejectedException;
import io.opensergo.governance.ResourceStats;
import io.opensergo.testsupport.Documents;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A channel whose calls are guarded; the server knows nothing of it. */
class ClientGuardTest extends GuardContract {

    ClientGuardTest() {
        super((world, service) -> world.governedChannel(world.freeServer(service)));
    }

    @Override
    ResourceStats stats(String resource) {
        return world.outbound(resource);
    }

    @Test
    void aRefusalNamesTheStrategyAndHasACause() {
        limit("shop.Prices", 1);
        get(channel, "");

        StatusRuntimeException refused = failure(channel, "");

        assertThat(refused.getStatus().getDescription()).contains("'limit'");
        assertThat(refused).hasCauseInstanceOf(RequestRejectedException.class);
    }

    @Test
    void everyStubHearsOfARefusal() throws Exception {
        world.rules(
                Documents.rateLimit("none", 0, 1),
                Documents.rule("shop.Prices", "RateLimitStrategy", "none"));

        for (MethodDescriptor<String, String> method :
                List.of(Prices.WATCH, Prices.SUM, Prices.CHAT)) {
            var replies = new Replies();
            StreamObserver<String> requests =
                    ClientCalls.asyncBidiStreamingCall(
                            channel.newCall(method, CallOptions.DEFAULT), replies);
            requests.onNext("a");
            requests.onCompleted();
            assertThat(replies.awaitEnd()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        }
        assertThat(
                        Replies.code(
                                ClientCalls.futureUnaryCall(
                                        channel.newCall(Prices.GET, CallOptions.DEFAULT), "")))
                .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        Iterator<String> iterator =
                ClientCalls.blockingServerStreamingCall(
                        channel, Prices.WATCH, CallOptions.DEFAULT, "");
        assertThatThrownBy(iterator::hasNext).isInstanceOf(StatusRuntimeException.class);
        assertThat(prices.handled).hasValue(0);
    }

    @Test
    void aServerThatIsNotThereIsAFailure() {
        world.breaker("shop.Prices/Get", 100);
        Channel nowhere = world.governedChannel(1);

        assertThat(failure(nowhere, "").getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);

        assertThat(World.failures(world.outbound("shop.Prices/Get"))).isEqualTo(1);
    }

    @Test
    void aDeadlineIsAFailureAndTheCallersOwnCancelTellsNothing() throws Exception {
        world.breaker("shop.Prices/Get", 100);
        Future<String> late =
                ClientCalls.futureUnaryCall(
                        channel.newCall(
                                Prices.GET,
                                CallOptions.DEFAULT.withDeadlineAfter(100, TimeUnit.MILLISECONDS)),
                        "hold");
        assertThat(Replies.code(late)).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(World.failures(world.outbound("shop.Prices/Get"))).isEqualTo(1);

        Future<String> cancelled =
                ClientCalls.futureUnaryCall(
                        channel.newCall(Prices.GET, CallOptions.DEFAULT), "hold");
        cancelled.cancel(true);

        assertThat(World.calls(world.outbound("shop.Prices/Get"))).isEqualTo(1);
    }

    @Test
    void aCallThatIsNeverStartedTakesNothing() {
        world.oneAtATime("shop.Prices");
        ClientCall<String, String> cancelled = channel.newCall(Prices.GET, CallOptions.DEFAULT);
        cancelled.cancel("before it began", null);
        channel.newCall(Prices.GET, CallOptions.DEFAULT);

        assertThat(get(channel, "")).isEqualTo("prices");
        assertThat(world.outbound("shop.Prices").inFlight()).isZero();
    }

    @Test
    void aCallThatFailsToStartGivesItsPlaceBack() {
        world.oneAtATime("shop.Prices");
        ClientCall<String, String> call = channel.newCall(Prices.GET, CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {}, new Metadata());
        assertThat(world.outbound("shop.Prices").inFlight()).isEqualTo(1);
        call.cancel("enough", null);
        assertThat(world.outbound("shop.Prices").inFlight()).isZero();

        assertThatThrownBy(() -> call.start(new ClientCall.Listener<>() {}, new Metadata()))
                .isInstanceOf(IllegalStateException.class);

        assertThat(world.outbound("shop.Prices").inFlight()).isZero();
    }

    @Test
    void aBlockingStubThatFailsEndsItsCallOnce() {
        world.oneAtATime("shop.Prices");

        failure(channel, "fail INTERNAL");
        failure(channel, "throw");

        assertThat(get(channel, "")).isEqualTo("prices");
        assertThat(world.outbound("shop.Prices").inFlight()).isZero();
    }

    @Test
    void anIteratorThatIsDroppedEndsWithTheContextOfItsCall() throws Exception {
        world.counted("shop.Prices");
        try (Context.CancellableContext context = Context.current().withCancellation()) {
            Iterator<String> iterator =
                    context.call(
                            () ->
                                    ClientCalls.blockingServerStreamingCall(
                                            channel, Prices.WATCH, CallOptions.DEFAULT, "hold"));
            assertThat(iterator.next()).isEqualTo("one");
            assertThat(world.outbound("shop.Prices").inFlight()).isEqualTo(1);
        }

        world.awaitIdle("shop.Prices");
    }

    @Test
    void anIteratorThatIsDroppedEndsWithItsServer() throws Exception {
        world.counted("shop.Prices");
        Iterator<String> iterator =
                ClientCalls.blockingServerStreamingCall(
                        channel, Prices.WATCH, CallOptions.DEFAULT, "hold");
        assertThat(iterator.next()).isEqualTo("one");

        prices.nextHeld().onCompleted();

        world.awaitIdle("shop.Prices");
    }

    @Test
    void anAttemptThatIsTriedAgainIsNotTheEnd() throws Exception {
        world.counted("shop.Prices");
        Map<String, ?> retries =
                Map.of(
                        "maxAttempts",
                        3d,
                        "initialBackoff",
                        "0.01s",
                        "maxBackoff",
                        "0.01s",
                        "backoffMultiplier",
                        1d,
                        "retryableStatusCodes",
                        List.of("ABORTED"));
        Map<String, ?> ofAllMethods = Map.of("name", List.of(Map.of()), "retryPolicy", retries);
        int port = world.freeServer(prices.definition());
        Channel retrying =
                world.open(
                        world.openSergo
                                .govern(ManagedChannelBuilder.forAddress("localhost", port))
                                .defaultServiceConfig(
                                        Map.of("methodConfig", List.of(ofAllMethods))));

        assertThat(failure(retrying, "fail ABORTED").getStatus().getCode())
                .isEqualTo(Status.Code.ABORTED);

        assertThat(prices.handled).hasValue(3);
        assertThat(world.outbound("shop.Prices").passed()).isEqualTo(1);
        assertThat(world.outbound("shop.Prices").inFlight()).isZero();
    }

    @Test
    void throttledCallsStartInTurnByEveryStub() throws Exception {
        throttle("20ms", "60s");
        var replies = new Replies();
        StreamObserver<String> chat =
                ClientCalls.asyncBidiStreamingCall(
                        channel.newCall(Prices.CHAT, World.withDeadline()), replies);
        var later = new Replies();
        StreamObserver<String> laterChat =
                ClientCalls.asyncBidiStreamingCall(
                        channel.newCall(Prices.CHAT, World.withDeadline()), later);
        for (StreamObserver<String> each : List.of(chat, laterChat)) {
            each.onNext("a");
            each.onNext("b");
            each.onCompleted();
        }
        ListenableFuture<String> future =
                ClientCalls.futureUnaryCall(channel.newCall(Prices.GET, World.withDeadline()), "");
        Iterator<String> iterator =
                ClientCalls.blockingServerStreamingCall(
                        channel, Prices.WATCH, World.withDeadline(), "");

        assertThat(get(channel, "")).isEqualTo("prices");
        assertThat(iterator).toIterable().containsExactly("one", "two");
        assertThat(future.get()).isEqualTo("prices");
        assertThat(replies.awaitEnd()).isEqualTo(Status.Code.OK);
        assertThat(later.awaitEnd()).isEqualTo(Status.Code.OK);
        assertThat(later.messages).containsExactly("a", "b");
        world.awaitIdle("shop.Prices");
    }

    @Test
    void callsThatAreCancelledWhileTheyStartLeaveNothing() throws Exception {
        throttle("1ms", "60s");
        List<Replies> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            var replies = new Replies();
            all.add(replies);
            ClientCall<String, String> call = channel.newCall(Prices.GET, World.withDeadline());
            ClientCalls.asyncUnaryCall(call, "", replies);
            if (i % 2 == 0) {
                call.cancel("enough", null);
            }
        }

        for (Replies replies : all) {
            replies.awaitEnd();
        }
        world.awaitIdle("shop.Prices");
    }

    private void throttle(String gap, String timeout) {
        world.rules(
                Documents.throttling("gap", gap, timeout),
                Documents.rule("shop.Prices", "ThrottlingStrategy", "gap"),
                Documents.concurrency("many", 1_000_000),
                Documents.rule("shop.Prices", "ConcurrencyLimitStrategy", "many"));
    }
}
