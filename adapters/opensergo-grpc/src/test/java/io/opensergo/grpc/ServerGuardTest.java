package io.opensergo.grpc;

import static io.opensergo.grpc.World.PATIENCE;
import static io.opensergo.grpc.World.failure;
import static io.opensergo.grpc.World.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.opensergo.testsupport.Documents;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server whose calls are guarded; its callers know nothing of it. */
class ServerGuardTest {

    private final World world = new World();
    private final Prices prices = new Prices("prices");
    private final Channel channel = world.freeChannel(world.governedServer(prices.definition()));

    @AfterEach
    void close() {
        world.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop.Prices/Get", "shop.Prices"})
    void aMethodIsGuardedByItsNameAndByThatOfItsService(String resource) {
        limit(resource, 1);

        assertThat(get(channel, "")).isEqualTo("prices");
        assertThat(failure(channel, "").getStatus().getCode())
                .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(prices.handled).hasValue(1);
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

    @ParameterizedTest
    @CsvSource({
        "throw, 1, 1",
        "fail UNAVAILABLE, 1, 1",
        "fail NOT_FOUND, 0, 1",
        "ok, 0, 1",
        "fail CANCELLED, 0, 0",
        "fail RESOURCE_EXHAUSTED, 0, 0",
        "fail DATA_LOSS, 1, 1"
    })
    void aBreakerLearnsFromTheEndOfACall(String request, long failures, long calls) {
        world.breaker("shop.Prices/Get", 100);

        try {
            get(channel, request);
        } catch (StatusRuntimeException e) {
            assertThat(request).isNotEqualTo("ok");
        }

        assertThat(World.failures(world.inbound("shop.Prices/Get"))).isEqualTo(failures);
        assertThat(World.calls(world.inbound("shop.Prices/Get"))).isEqualTo(calls);
    }

    @Test
    void anOpenBreakerIsUnavailable() {
        world.breaker("shop.Prices/Get", 1);
        failure(channel, "throw");

        StatusRuntimeException refused = failure(channel, "");

        assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
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

    @Test
    void aThousandCallsAtOncePassOrAreRefusedAndNoneIsLeft() throws Exception {
        world.rules(
                Documents.concurrency("some", 10),
                Documents.rule("shop.Prices", "ConcurrencyLimitStrategy", "some"));
        List<Future<String>> calls = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            calls.add(
                    ClientCalls.futureUnaryCall(
                            channel.newCall(Prices.GET, World.withDeadline()), "ok"));
        }

        int passed = 0;
        for (Future<String> call : calls) {
            passed += Replies.code(call) == Status.Code.OK ? 1 : 0;
        }

        assertThat(world.inbound("shop.Prices").inFlight()).isZero();
        assertThat(world.inbound("shop.Prices").passed()).isEqualTo(passed).isPositive();
        assertThat(world.inbound("shop.Prices").rejected()).isEqualTo(1000 - passed);
    }

    @Test
    void withoutRulesCallsGoThrough() {
        assertThat(get(channel, "")).isEqualTo("prices");
    }

    private void limit(String resource, int calls) {
        world.rules(
                Documents.rateLimit("limit", calls, 600),
                Documents.rule(resource, "RateLimitStrategy", "limit"));
    }
}
