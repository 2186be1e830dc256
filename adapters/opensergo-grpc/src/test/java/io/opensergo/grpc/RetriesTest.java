package io.opensergo.grpc;

import static io.opensergo.grpc.World.withDeadline;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opensergo.testsupport.Documents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that are made again, as a route says. */
class RetriesTest {

    private static final MethodDescriptor<String, String> IDEMPOTENT_GET =
            Prices.GET.toBuilder().setIdempotent(true).build();
    private static final MethodDescriptor<String, String> SAFE_WATCH =
            Prices.WATCH.toBuilder().setIdempotent(true).setSafe(true).build();

    private final World world = new World();
    private final Prices prices = new Prices("prices");
    private final AtomicInteger attempts = new AtomicInteger();
    private final Channel channel = counted(world.freeServer(prices.definition()));

    @BeforeEach
    void retry() {
        retry("attempts: 2");
    }

    private void retry(String policy) {
        route("retries: {%s}".formatted(policy));
    }

    private void route(String actions) {
        world.rules(
                Documents.router(
                        "localhost",
                        """
                        hosts: [localhost]
                        http:
                          - name: all
                            route: [{destination: {host: localhost}}]
                            %s"""
                                .formatted(actions)),
                Documents.breaker("breaker", 1000, "600s"),
                Documents.concurrency("many", 100_000),
                Documents.rule("shop.Prices", "CircuitBreakerStrategy", "breaker"),
                Documents.rule("shop.Prices", "ConcurrencyLimitStrategy", "many"));
    }

    @AfterEach
    void everyPlaceHasComeBack() {
        world.awaitIdle("shop.Prices");
        world.close();
    }

    private String get(String request) {
        return ClientCalls.blockingUnaryCall(channel, IDEMPOTENT_GET, withDeadline(), request);
    }

    private Channel counted(int port) {
        return world.open(
                world.openSergo.govern(
                        ManagedChannelBuilder.forAddress("localhost", port)
                                .intercept(new AttemptCounter(attempts))));
    }

    private static Status.Code failure(
            Channel on, MethodDescriptor<String, String> method, String request) {
        return Status.fromThrowable(
                        catchThrowable(
                                () ->
                                        ClientCalls.blockingUnaryCall(
                                                on, method, withDeadline(), request)))
                .getCode();
    }

    @Test
    void aCallIsMadeAgainUntilItSucceedsAndIsOneCallToItsGuards() {
        assertThat(get("until 3,fail UNAVAILABLE")).isEqualTo("prices");

        assertThat(prices.handled).hasValue(3);
        assertThat(World.calls(world.outbound("shop.Prices"))).isEqualTo(1);
        assertThat(World.failures(world.outbound("shop.Prices"))).isZero();
    }

    @Test
    void aCallHasNoMoreAttemptsThanTheRuleGives() {
        assertThat(failure(channel, IDEMPOTENT_GET, "fail UNAVAILABLE"))
                .isEqualTo(Status.Code.UNAVAILABLE);

        assertThat(prices.handled).hasValue(3);
        assertThat(World.calls(world.outbound("shop.Prices"))).isEqualTo(1);
        assertThat(World.failures(world.outbound("shop.Prices"))).isEqualTo(1);
    }

    @Test
    void aStatusThatTheRuleDoesNotNameEndsTheCall() {
        assertThat(failure(channel, IDEMPOTENT_GET, "fail ABORTED")).isEqualTo(Status.Code.ABORTED);

        assertThat(prices.handled).hasValue(1);
    }

    @Test
    void whatAServerHasBegunIsNotMadeAgainUnlessTwiceIsTheSameAsOnce() {
        assertThat(failure(channel, Prices.GET, "fail UNAVAILABLE"))
                .isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(prices.handled).hasValue(1);

        var headers = new Metadata();
        headers.put(Headers.key("idempotency-key"), "order-7");
        Channel known =
                ClientInterceptors.intercept(
                        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
        assertThat(failure(known, Prices.GET, "fail UNAVAILABLE"))
                .isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(prices.handled).hasValue(4);
    }

    @Test
    void aCallThatNoServerHasSeenIsMadeAgain() {
        retry("attempts: 3, retryOn: connect-failure");

        assertThat(failure(counted(freePort()), Prices.GET, "")).isEqualTo(Status.Code.UNAVAILABLE);

        assertThat(attempts).hasValue(4);
        assertThat(World.failures(world.outbound("shop.Prices"))).isEqualTo(1);
    }

    @Test
    void anAttemptHasItsOwnTimeAndIsCancelledAfterIt() throws Exception {
        retry("attempts: 100, perTryTimeout: 200ms, retryOn: reset");

        assertThat(get("until 2,hold")).isEqualTo("prices");

        var first = (ServerCallStreamObserver<String>) prices.nextHeld();
        await().atMost(World.PATIENCE).until(first::isCancelled);
    }

    @Test
    void aCallWhoseLastAttemptTakesTooLongHasExceededItsDeadline() {
        retry("attempts: 1, perTryTimeout: 50ms, retryOn: reset");

        assertThat(failure(channel, IDEMPOTENT_GET, "hold"))
                .isEqualTo(Status.Code.DEADLINE_EXCEEDED);

        assertThat(attempts).hasValue(2);
    }

    @Test
    void aResponseThatHasBegunIsNotCutByTheTimeOfAnAttempt() throws Exception {
        retry("attempts: 1, perTryTimeout: 1s, retryOn: reset");
        var replies = new Replies();
        ClientCalls.asyncServerStreamingCall(
                channel.newCall(SAFE_WATCH, withDeadline()), "until 2,hold", replies);
        prices.nextHeld(); // its time passes
        replies.awaitMessages(2);
        assertThat(replies.awaitEnd()).isEqualTo(Status.Code.OK);

        var held = new Replies();
        ClientCalls.asyncServerStreamingCall(
                channel.newCall(SAFE_WATCH, withDeadline()), "hold", held);
        held.awaitMessages(1);
        StreamObserver<String> answer = prices.nextHeld();
        get("until 5,hold"); // another one, whose time passes meanwhile
        answer.onNext("two");
        answer.onCompleted();

        assertThat(held.awaitEnd()).isEqualTo(Status.Code.OK);
        assertThat(held.messages).containsExactly("one", "two");
    }

    @Test
    void theTimeoutOfTheRouteBoundsAllAttemptsTogether() {
        route("timeout: 300ms\n    retries: {attempts: 100, perTryTimeout: 100ms, retryOn: reset}");

        assertThat(failure(channel, IDEMPOTENT_GET, "hold"))
                .isEqualTo(Status.Code.DEADLINE_EXCEEDED);

        assertThat(attempts.get()).isBetween(1, 4);
    }

    @Test
    void aStreamIsMadeAgainUntilItsResponseHasBegun() throws Exception {
        var replies = new Replies();
        ClientCalls.asyncServerStreamingCall(
                channel.newCall(SAFE_WATCH, withDeadline()), "until 2,fail UNAVAILABLE", replies);

        assertThat(replies.awaitEnd()).isEqualTo(Status.Code.OK);
        assertThat(replies.messages).containsExactly("one", "two");
        assertThat(prices.handled).hasValue(2);

        var broken = new Replies();
        ClientCalls.asyncServerStreamingCall(
                channel.newCall(SAFE_WATCH, withDeadline()), "fail UNAVAILABLE", broken);

        assertThat(broken.awaitEnd()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(broken.messages).containsExactly("one");
        assertThat(prices.handled).hasValue(3);
    }

    @Test
    void aBlockingIteratorSeesOneStream() {
        Iterator<String> replies =
                ClientCalls.blockingServerStreamingCall(
                        channel, SAFE_WATCH, withDeadline(), "until 3,fail UNAVAILABLE");

        assertThat(replies).toIterable().containsExactly("one", "two");
        assertThat(prices.handled).hasValue(3);
    }

    @Test
    void aCallThatSendsAStreamIsMadeOnce() throws Exception {
        var replies = new Replies();
        StreamObserver<String> sum =
                ClientCalls.asyncClientStreamingCall(
                        channel.newCall(
                                Prices.SUM.toBuilder().setIdempotent(true).build(), withDeadline()),
                        replies);
        sum.onNext("fail UNAVAILABLE");

        assertThat(replies.awaitEnd()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(prices.handled).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "soon", "600000"})
    void aServerThatWantsNoRetryOrALaterOneThanThereIsTimeForGetsNone(String pushback) {
        assertThat(failure(channel, IDEMPOTENT_GET, "pushback " + pushback))
                .isEqualTo(Status.Code.UNAVAILABLE);

        assertThat(prices.handled).hasValue(1);
    }

    @Test
    void aServerThatSaysWhenIsAskedAgainThen() {
        long start = System.nanoTime();

        assertThat(get("until 2,pushback 300")).isEqualTo("prices");

        assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(300));
        assertThat(prices.handled).hasValue(2);
    }

    @Test
    void aCallerThatCancelsBetweenAttemptsHearsOfItAtOnce() throws Exception {
        var replies = new Replies();
        ClientCall<String, String> call = channel.newCall(IDEMPOTENT_GET, CallOptions.DEFAULT);
        ClientCalls.asyncUnaryCall(call, "pushback 600000", replies);
        await().atMost(World.PATIENCE).until(() -> prices.handled.get() == 1);

        call.cancel("enough", null);

        assertThat(replies.awaitEnd()).isEqualTo(Status.Code.CANCELLED);
        assertThat(prices.handled).hasValue(1);
    }

    @Test
    void aContextThatEndsBetweenAttemptsEndsTheCall() throws Exception {
        var replies = new Replies();
        Context.CancellableContext context = Context.current().withCancellation();
        context.run(
                () ->
                        ClientCalls.asyncUnaryCall(
                                channel.newCall(IDEMPOTENT_GET, CallOptions.DEFAULT),
                                "pushback 600000",
                                replies));
        await().atMost(World.PATIENCE).until(() -> prices.handled.get() == 1);

        context.cancel(null);

        assertThat(replies.awaitEnd()).isEqualTo(Status.Code.CANCELLED);
        assertThat(prices.handled).hasValue(1);
    }

    @Test
    void aCallerThatCancelsAnAttemptHasCancelledTheCall() throws Exception {
        retry("attempts: 2, retryOn: cancelled");
        var replies = new Replies();
        ClientCall<String, String> call = channel.newCall(IDEMPOTENT_GET, CallOptions.DEFAULT);
        ClientCalls.asyncUnaryCall(call, "hold", replies);
        prices.nextHeld();

        call.cancel("enough", null);

        assertThat(replies.awaitEnd()).isEqualTo(Status.Code.CANCELLED);
        assertThat(prices.handled).hasValue(1);
    }

    @Test
    void retriesOfManyFailingCallsAreBoundedByTheBudgetOfTheirDestination() throws Exception {
        retry("attempts: 10");
        int calls = 1000;
        List<Future<String>> made = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            made.add(
                    ClientCalls.futureUnaryCall(
                            channel.newCall(IDEMPOTENT_GET, withDeadline()), "fail UNAVAILABLE"));
        }
        for (Future<String> call : made) {
            assertThat(Replies.code(call)).isEqualTo(Status.Code.UNAVAILABLE);
        }

        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) + 1;
        assertThat(prices.handled.get() - calls).isBetween(20, (int) (20 + calls / 5 + seconds));
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Counts the calls that come to the channel itself. */
    private record AttemptCounter(AtomicInteger attempts) implements ClientInterceptor {

        @Override
        public <Q, S> ClientCall<Q, S> interceptCall(
                MethodDescriptor<Q, S> method, CallOptions options, Channel next) {
            attempts.incrementAndGet();
            return next.newCall(method, options);
        }
    }
}
