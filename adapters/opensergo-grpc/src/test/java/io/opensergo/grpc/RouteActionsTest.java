package io.opensergo.grpc;

import static io.opensergo.grpc.World.failure;
import static io.opensergo.grpc.World.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What routes ask for besides instances, of channels whose addresses have no labels. */
class RouteActionsTest {

    private final World world = new World();
    private final Prices prices = new Prices("prices");
    private final AtomicReference<Metadata> seen = new AtomicReference<>();
    private final AtomicReference<String> authority = new AtomicReference<>();
    private final Channel channel =
            world.governedChannel(
                    world.freeServer(
                            ServerInterceptors.intercept(prices.definition(), new Capture())));

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void aTimeoutIsTheDeadlineOfACall() throws Exception {
        route("timeout: 200ms");

        StatusRuntimeException late = failure(channel, "hold");

        assertThat(late.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);

        route("timeout: 600s");
        assertThat(get(channel, "")).isEqualTo("prices");
    }

    @Test
    void aCallersEarlierDeadlineStays() {
        route("timeout: 600s");
        long start = System.nanoTime();

        Status.Code code =
                Status.fromThrowable(
                                catchThrowable(
                                        () ->
                                                ClientCalls.blockingUnaryCall(
                                                        channel,
                                                        Prices.GET,
                                                        CallOptions.DEFAULT.withDeadlineAfter(
                                                                100, TimeUnit.MILLISECONDS),
                                                        "hold")))
                        .getCode();

        assertThat(code).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(World.PATIENCE);
    }

    @ParameterizedTest
    @CsvSource({"'grpcStatus: ABORTED', ABORTED", "'httpStatus: 503', UNAVAILABLE"})
    void aFaultEndsACallThatIsNotMade(String status, Status.Code expected) {
        world.rules(
                router("fault: {abort: {%s, percentage: {value: 100}}}".formatted(status)),
                Documents.breaker("breaker", 100, "600s"),
                Documents.rule("shop.Prices", "CircuitBreakerStrategy", "breaker"));

        assertThat(failure(channel, "").getStatus().getCode()).isEqualTo(expected);

        assertThat(prices.handled).hasValue(0);
        assertThat(World.calls(world.outbound("shop.Prices"))).isEqualTo(1);
        assertThat(World.failures(world.outbound("shop.Prices")))
                .isEqualTo(expected == Status.Code.UNAVAILABLE ? 1 : 0);
    }

    @Test
    void anotherPathIsAnotherMethod() {
        route("match: [{uri: {prefix: /shop.Prices/Get}}]\n    rewrite: {uri: /shop.Prices/Other}");

        StatusRuntimeException unknown = failure(channel, "");

        assertThat(unknown.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
        assertThat(unknown).hasMessageContaining("shop.Prices/Other");
        assertThat(prices.handled).hasValue(0);

        MethodDescriptor<String, String> old =
                Prices.GET.toBuilder().setFullMethodName("old.Prices/Get").build();
        route("match: [{uri: {prefix: /old.}}]\n    rewrite: {uri: /shop.}");
        assertThat(ClientCalls.blockingUnaryCall(channel, old, CallOptions.DEFAULT, ""))
                .isEqualTo("prices");
    }

    @Test
    void aFaultOfAShareIsExactOverItsCycle() {
        route("fault: {abort: {grpcStatus: ABORTED, percentage: {value: 50}}}");
        int aborted = 0;
        for (int i = 0; i < 100; i++) {
            try {
                get(channel, "");
            } catch (StatusRuntimeException e) {
                aborted++;
            }
        }

        assertThat(aborted).isBetween(49, 51);
    }

    @Test
    void aFaultHoldsACallUpWhichIsMadeThen() throws Exception {
        world.rules(
                router("fault: {delay: {fixedDelay: 100ms, percentage: {value: 100}}}"),
                Documents.concurrency("many", 1_000),
                Documents.rule("shop.Prices", "ConcurrencyLimitStrategy", "many"));
        long start = System.nanoTime();

        assertThat(get(channel, "")).isEqualTo("prices");

        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThanOrEqualTo(Duration.ofMillis(100));
        var replies = new Replies();
        StreamObserver<String> chat =
                ClientCalls.asyncBidiStreamingCall(
                        channel.newCall(Prices.CHAT, World.withDeadline()), replies);
        chat.onNext("a");
        chat.onCompleted();
        assertThat(replies.awaitEnd()).isEqualTo(Status.Code.OK);
        assertThat(replies.messages).containsExactly("a");
        world.awaitIdle("shop.Prices");
    }

    @Test
    void aCallThatIsHeldUpEndsWithItsCallerOrItsDeadline() throws Exception {
        world.rules(
                router("fault: {delay: {fixedDelay: 600s, percentage: {value: 100}}}"),
                Documents.concurrency("many", 1_000),
                Documents.rule("shop.Prices", "ConcurrencyLimitStrategy", "many"));
        var cancelled = new Replies();
        ClientCall<String, String> call = channel.newCall(Prices.GET, CallOptions.DEFAULT);
        ClientCalls.asyncUnaryCall(call, "", cancelled);
        var late = new Replies();
        ClientCalls.asyncUnaryCall(
                channel.newCall(
                        Prices.GET,
                        CallOptions.DEFAULT.withDeadlineAfter(50, TimeUnit.MILLISECONDS)),
                "",
                late);
        assertThat(world.outbound("shop.Prices").inFlight()).isPositive();

        call.cancel("enough", null);

        assertThat(cancelled.awaitEnd()).isEqualTo(Status.Code.CANCELLED);
        assertThat(late.awaitEnd()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(world.outbound("shop.Prices").inFlight()).isZero();
        assertThat(prices.handled).hasValue(0);
    }

    @Test
    void headersOfRequestsAreChanged() {
        route("headers: {request: {set: {x-env: gray}, add: {x-added: more}, remove: [x-secret]}}");
        var headers = new Metadata();
        headers.put(Headers.key("x-secret"), "1");
        headers.put(Headers.key("x-env"), "blue");

        get(
                ClientInterceptors.intercept(
                        channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
                "");

        assertThat(seen.get().get(Headers.key("x-env"))).isEqualTo("gray");
        assertThat(seen.get().get(Headers.key("x-added"))).isEqualTo("more");
        assertThat(seen.get().keys()).doesNotContain("x-secret");
    }

    @Test
    void headersOfResponsesAreChangedAlsoWhereThereAreOnlyTrailers() {
        route("headers: {response: {set: {x-by: mesh}}}");
        var headers = new AtomicReference<Metadata>();
        var trailers = new AtomicReference<Metadata>();
        Channel captured =
                ClientInterceptors.intercept(
                        channel, MetadataUtils.newCaptureMetadataInterceptor(headers, trailers));

        get(captured, "");
        assertThat(headers.get().get(Headers.key("x-by"))).isEqualTo("mesh");
        assertThat(trailers.get().keys()).doesNotContain("x-by");

        failure(captured, "fail ABORTED");
        assertThat(trailers.get().get(Headers.key("x-by"))).isEqualTo("mesh");
    }

    @Test
    void anAuthorityIsRewritten() {
        route("rewrite: {authority: prices.example}");

        assertThat(get(channel, "")).isEqualTo("prices");

        assertThat(authority.get()).isEqualTo("prices.example");
    }

    @Test
    void whatIsNotDoneIsAProblemOfThePlan() {
        world.governor.replaceRules(
                World.read(router("corsPolicy: {allowOrigin: ['*']}\n    timeout: 5s")));

        assertThat(world.governor.plan().problems())
                .singleElement()
                .asString()
                .contains("corsPolicy")
                .contains("gRPC");
        assertThat(get(channel, "")).isEqualTo("prices");
    }

    private void route(String action) {
        world.rules(router(action));
    }

    private static String router(String action) {
        return Documents.router(
                "localhost",
                """
                hosts: [localhost]
                http:
                  - name: all
                    route: [{destination: {host: localhost}}]
                    %s"""
                        .formatted(action));
    }

    /** Keeps the metadata that comes to prices. */
    private final class Capture implements ServerInterceptor {

        @Override
        public <Q, S> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, S> call, Metadata headers, ServerCallHandler<Q, S> next) {
            seen.set(headers);
            authority.set(call.getAuthority());
            return next.startCall(call, headers);
        }
    }
}
