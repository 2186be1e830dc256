package io.opensergo.grpc;

import static io.opensergo.grpc.World.PATIENCE;
import static io.opensergo.grpc.World.failure;
import static io.opensergo.grpc.World.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.opensergo.governance.ResourceStats;
import io.opensergo.testsupport.Documents;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A server whose calls are guarded; its callers know nothing of it. */
class ServerGuardTest extends GuardContract {

    ServerGuardTest() {
        super((world, service) -> world.freeChannel(world.governedServer(service)));
    }

    @Override
    ResourceStats stats(String resource) {
        return world.inbound(resource);
    }

    @Test
    void anotherMethodIsNotMeant() {
        limit("shop.Prices/Watch", 0);

        assertThat(get(channel, "")).isEqualTo("prices");
    }

    @Test
    void aRefusalSaysWhenToComeAgain() {
        limit("shop.Prices/Get", 1);
        get(channel, "");

        Metadata trailers = failure(channel, "").getTrailers();

        assertThat(Integer.parseInt(trailers.get(Pushback.KEY))).isBetween(1, 600_000);
        assertThat(trailers.get(Refusal.DETAILS)).isNotEmpty();
    }

    @Test
    void aRefusalThatNoWaitEndsSaysNothingOfOne() {
        limit("shop.Prices/Get", 0);

        Metadata trailers = failure(channel, "").getTrailers();

        assertThat(trailers.containsKey(Pushback.KEY)).isFalse();
        assertThat(trailers.containsKey(Refusal.DETAILS)).isFalse();
    }

    @Test
    void aRefusalByOneGuardUsesUpNothingOfTheOther() {
        world.rules(
                Documents.concurrency("one", 1),
                Documents.rule("shop.Prices", "ConcurrencyLimitStrategy", "one"),
                Documents.rateLimit("none", 0, 1),
                Documents.rule("shop.Prices/Get", "RateLimitStrategy", "none"));

        failure(channel, "");

        assertThat(world.inbound("shop.Prices").inFlight()).isZero();
        assertThat(world.inbound("shop.Prices").passed()).isZero();
    }

    @Test
    void anOpenBreakerSaysWhyAndWhenToComeAgain() {
        world.breaker("shop.Prices/Get", 1);
        failure(channel, "throw");

        StatusRuntimeException refused = failure(channel, "");

        assertThat(refused.getStatus().getDescription()).isEqualTo("circuit breaker is open");
        assertThat(refused.getTrailers().containsKey(Pushback.KEY)).isTrue();
    }

    @Test
    void statusesAreErrorConditionsByTheirNames() {
        world.rules(
                Documents.breaker("breaker", 1, "600s")
                        .replace(
                                "  recoveryTimeout",
                                "  errorConditions: {errorType: [INTERNAL]}\n  recoveryTimeout"),
                Documents.rule("shop.Prices/Get", "CircuitBreakerStrategy", "breaker"));

        failure(channel, "fail UNAVAILABLE");
        assertThat(get(channel, "")).isEqualTo("prices");
        failure(channel, "fail INTERNAL");
        assertThat(World.failures(world.inbound("shop.Prices/Get"))).isEqualTo(1);
    }

    @Test
    void theReplyOfARuleIsSaidAsFarAsGrpcCan() {
        world.rules(
                Documents.rateLimit("none", 0, 1),
                Documents.fallback(
                        "busy",
                        403,
                        "come back tomorrow",
                        "{key: X-Reason, value: sale}, {key: content-type, value: text/html}"),
                Documents.ruleWithFallback("shop.Prices/Get", "RateLimitStrategy", "none", "busy"));

        StatusRuntimeException refused = failure(channel, "");

        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(refused.getStatus().getDescription()).isEqualTo("come back tomorrow");
        assertThat(refused.getTrailers().get(Headers.key("x-reason"))).isEqualTo("sale");
        assertThat(refused.getTrailers().get(Headers.key("content-type")))
                .isEqualTo("application/grpc");
    }

    @Test
    void aStreamIsOneRequestFromItsStartToItsStatus() throws Exception {
        world.oneAtATime("shop.Prices");
        var replies = new Replies();
        StreamObserver<String> chat =
                ClientCalls.asyncBidiStreamingCall(
                        channel.newCall(Prices.CHAT, CallOptions.DEFAULT), replies);
        chat.onNext("a");
        replies.awaitMessages(1);

        assertThat(world.inbound("shop.Prices").inFlight()).isEqualTo(1);
        assertThat(failure(channel, "").getStatus().getDescription())
                .isEqualTo("too many calls at once");

        chat.onCompleted();
        assertThat(replies.awaitEnd()).isEqualTo(Status.Code.OK);
        assertThat(get(channel, "")).isEqualTo("prices");
        assertThat(world.inbound("shop.Prices").inFlight()).isZero();
    }

    @Test
    void eachKindOfMethodGivesItsPlaceBackHoweverItEnds() throws Exception {
        world.counted("shop.Prices");
        for (String message : List.of("ok", "throw", "fail ABORTED")) {
            for (var method : List.of(Prices.WATCH, Prices.SUM, Prices.CHAT)) {
                var replies = new Replies();
                StreamObserver<String> requests =
                        ClientCalls.asyncBidiStreamingCall(
                                channel.newCall(
                                        method.toBuilder().setType(Prices.CHAT.getType()).build(),
                                        CallOptions.DEFAULT),
                                replies);
                requests.onNext(message);
                requests.onCompleted();
                replies.awaitEnd();
            }
        }

        world.awaitIdle("shop.Prices");
        assertThat(world.inbound("shop.Prices").passed()).isEqualTo(9);
    }

    @Test
    void aCallerThatLeavesGivesItsPlaceBackAndTellsABreakerNothing() throws Exception {
        world.rules(
                Documents.concurrency("one", 1),
                Documents.rule("shop.Prices", "ConcurrencyLimitStrategy", "one"),
                Documents.breaker("breaker", 100, "600s"),
                Documents.rule("shop.Prices/Watch", "CircuitBreakerStrategy", "breaker"));
        ClientCall<String, String> call = channel.newCall(Prices.WATCH, CallOptions.DEFAULT);
        ClientCalls.asyncServerStreamingCall(call, "hold", new Replies());
        StreamObserver<String> held = prices.nextHeld();

        call.cancel("enough", null);
        world.awaitIdle("shop.Prices");
        closeLate(held);

        assertThat(World.calls(world.inbound("shop.Prices/Watch"))).isZero();
    }

    @Test
    void aCallBeyondItsDeadlineHasFailedWhateverItsHandlerSaysLater() throws Exception {
        world.breaker("shop.Prices/Get", 100);
        // A caller with a deadline of its own would leave at about the same time.
        var timeout = new Metadata();
        timeout.put(Headers.key("grpc-timeout"), "200m");
        Future<String> call =
                ClientCalls.futureUnaryCall(
                        ClientInterceptors.intercept(
                                        channel, MetadataUtils.newAttachHeadersInterceptor(timeout))
                                .newCall(Prices.GET, CallOptions.DEFAULT),
                        "hold");
        StreamObserver<String> held = prices.nextHeld();

        await().atMost(PATIENCE).until(() -> World.calls(world.inbound("shop.Prices/Get")) == 1);
        closeLate(held);

        assertThat(World.failures(world.inbound("shop.Prices/Get"))).isEqualTo(1);
        assertThat(World.calls(world.inbound("shop.Prices/Get"))).isEqualTo(1);
        assertThat(Replies.code(call)).isIn(Status.Code.DEADLINE_EXCEEDED, Status.Code.CANCELLED);
    }

    /** The stub says so if the call is over. */
    private static void closeLate(StreamObserver<String> held) {
        try {
            held.onNext("late");
            held.onCompleted();
        } catch (StatusRuntimeException cancelled) {
            assertThat(cancelled.getStatus().getCode()).isEqualTo(Status.Code.CANCELLED);
        }
    }
}
