package io.opensergo.grpc;

import static io.opensergo.grpc.World.PATIENCE;
import static io.opensergo.grpc.World.failure;
import static io.opensergo.grpc.World.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.opensergo.governance.routing.MirrorBudget;
import io.opensergo.testsupport.Documents;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Copies of calls, to instances of another version. */
class MirrorsTest {

    private final Registry registry = new Registry();
    private final World world = new World(registry);
    private final Prices prices = new Prices("prices");
    private final Prices next = new Prices("next");
    private final BlockingQueue<String> authorities = new LinkedBlockingQueue<>();
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        int v1 = world.freeServer(prices.definition());
        int v2 =
                world.freeServer(
                        ServerInterceptors.intercept(next.definition(), new Authorities()));
        registry.set(
                "prices",
                ServiceInstance.of("localhost", v1, Map.of("version", "v1")),
                ServiceInstance.of("localhost", v2, Map.of("version", "v2")));
        channel = world.routedChannel("prices");
        mirror("timeout: 60s");
        get(channel, ""); // calls that wait for a connection are not copied
        mirror("mirror: {host: prices, subset: v2}");
        get(channel, "");
        assertThat(nextAuthority()).isNotNull();
        await().atMost(PATIENCE).until(() -> next.handled.compareAndSet(1, 0));
    }

    private boolean isCopied() throws InterruptedException {
        return authorities.poll(100, TimeUnit.MILLISECONDS) != null;
    }

    private void mirror(String mirror) {
        world.rules(
                Documents.router(
                        "prices",
                        """
                        hosts: [prices]
                        http:
                          - name: all
                            route: [{destination: {host: prices, subset: v1}}]
                            %s"""
                                .formatted(mirror)));
    }

    @AfterEach
    void close() {
        world.close();
    }

    private String nextAuthority() throws InterruptedException {
        return authorities.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void aCallIsAnsweredByItsDestinationAndCopiedToTheMirror() throws Exception {
        assertThat(get(channel, "")).isEqualTo("prices");
        assertThat(nextAuthority()).isEqualTo("prices-shadow");

        var replies = new Replies();
        ClientCalls.asyncServerStreamingCall(
                channel.newCall(Prices.WATCH, World.withDeadline()), "", replies);
        assertThat(replies.awaitEnd()).isEqualTo(Status.Code.OK);
        assertThat(nextAuthority()).isEqualTo("prices-shadow");
        assertThat(replies.messages).containsExactly("one", "two");
    }

    @Test
    void whatBecomesOfACopyIsNoMatterOfItsCall() throws Exception {
        assertThat(failure(channel, "fail ABORTED").getStatus().getCode())
                .isEqualTo(Status.Code.ABORTED);
        nextAuthority();

        Context.CancellableContext context = Context.current().withCancellation();
        assertThat(context.call(() -> get(channel, ""))).isEqualTo("prices");
        context.cancel(null);
        nextAuthority();

        assertThat(get(channel, "")).isEqualTo("prices");
    }

    @Test
    void noMoreThanAHundredCopiesAreUnderWay() throws Exception {
        mirror("timeout: 60s\n    mirror: {host: prices, subset: v2}");
        for (int i = 0; i < MirrorBudget.MAX + 20; i++) {
            ClientCalls.asyncUnaryCall(
                    channel.newCall(Prices.GET, World.withDeadline()), "hold", new Replies());
        }
        for (int i = 0; i < MirrorBudget.MAX; i++) {
            assertThat(nextAuthority()).isNotNull();
        }
        for (int i = 0; i < MirrorBudget.MAX + 20; i++) {
            StreamObserver<String> call = prices.nextHeld();
            call.onNext("late");
            call.onCompleted();
        }

        assertThat(get(channel, "")).isEqualTo("prices");
        assertThat(authorities).as("no place is free yet").isEmpty();
        assertThat(next.held).hasSize(MirrorBudget.MAX);
        for (int i = 0; i < MirrorBudget.MAX; i++) {
            StreamObserver<String> copy = next.nextHeld();
            copy.onNext("late");
            copy.onCompleted();
        }
        await().atMost(PATIENCE).until(() -> get(channel, "").equals("prices") && isCopied());
    }

    @Test
    void aShareOfCallsIsCopied() throws Exception {
        mirror("mirror: {host: prices, subset: v2}\n    mirrorPercentage: {value: 50}");
        for (int i = 0; i < 100; i++) {
            get(channel, "");
        }

        for (int i = 0; i < 49; i++) {
            assertThat(nextAuthority()).isNotNull();
        }
        assertThat(authorities).hasSizeLessThan(3);
    }

    @Test
    void withoutLabelsNothingIsCopiedSinceTheCopyWouldGoWhereTheCallGoes() {
        Prices alone = new Prices("alone");
        Channel plain = world.governedChannel(world.freeServer(alone.definition()));
        world.rules(
                Documents.router(
                        "localhost",
                        """
                        hosts: [localhost]
                        http:
                          - name: all
                            route: [{destination: {host: localhost}}]
                            mirror: {host: shadow}"""));

        for (int i = 0; i < 20; i++) {
            assertThat(get(plain, "")).isEqualTo("alone");
        }

        assertThat(alone.handled).hasValue(20);
    }

    @Test
    void aMirrorWithoutInstancesIsNoMatterOfTheCall() {
        mirror("mirror: {host: prices, subset: v3}");

        for (int i = 0; i < 200; i++) {
            assertThat(get(channel, "")).isEqualTo("prices");
        }

        assertThat(next.handled).hasValue(0);
    }

    @Test
    void aCopyThatCannotEvenBeginIsNoMatterOfTheCallAndKeepsNoPlace() {
        var broken = new AtomicInteger();
        Channel strict =
                world.open(
                        world.openSergo.govern(
                                ManagedChannelBuilder.forTarget(world.openSergo.target("prices"))
                                        .intercept(new FailingCopies(broken))));
        get(strict, ""); // connects

        int calls = MirrorBudget.MAX + 20;
        for (int i = 0; i < calls; i++) {
            assertThat(get(strict, "")).isEqualTo("prices");
        }

        assertThat(broken).as("a place is free for each").hasValueGreaterThanOrEqualTo(calls);
    }

    /** Throws an {@code Error} where a copy is made. */
    private record FailingCopies(AtomicInteger broken) implements ClientInterceptor {

        @Override
        public <Q, S> ClientCall<Q, S> interceptCall(
                MethodDescriptor<Q, S> method, CallOptions options, Channel next) {
            String authority = options.getAuthority();
            if (authority != null && authority.endsWith("-shadow")) {
                broken.incrementAndGet();
                throw new NoClassDefFoundError("on purpose");
            }
            return next.newCall(method, options);
        }
    }

    /** Keeps what calls of the mirror say they are for. */
    private final class Authorities implements ServerInterceptor {

        @Override
        public <Q, S> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, S> call, Metadata headers, ServerCallHandler<Q, S> handler) {
            authorities.add(String.valueOf(call.getAuthority()));
            return handler.startCall(call, headers);
        }
    }
}
