package io.opensergo.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.opensergo.governance.Governor;
import io.opensergo.governance.GovernorBuilder;
import io.opensergo.governance.ResourceStats;
import io.opensergo.governance.ResourceStats.BreakerCalls;
import io.opensergo.governance.ResourceStats.StrategyStats;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.testsupport.Documents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The application {@code shop} with rules of its own, its servers and channels over sockets. */
final class World implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    final Governor governor;
    final OpenSergoGrpc openSergo;

    private final List<Server> servers = new ArrayList<>();
    private final List<ManagedChannel> channels = new ArrayList<>();

    World() {
        this(Governor.builder());
    }

    World(InstanceResolver instances) {
        governor = Governor.of();
        openSergo = OpenSergoGrpc.create(governor, instances);
    }

    private World(GovernorBuilder settings) {
        governor = settings.build();
        openSergo = OpenSergoGrpc.create(governor);
    }

    /** A world in which time stands still. */
    static World withoutTime() {
        var now = new AtomicLong();
        return new World(Governor.builder().ticker(now::get));
    }

    void rules(String... documents) {
        governor.replaceRules(read(documents));
        assertThat(governor.plan().problems()).isEmpty();
    }

    static List<? extends Rule> read(String... documents) {
        if (documents.length == 0) {
            return List.of();
        }
        return RuleReader.strict()
                .read(String.join("\n---\n", documents), "rules of the test")
                .orThrow();
    }

    void oneAtATime(String resource) {
        rules(
                Documents.concurrency("one", 1),
                Documents.rule(resource, "ConcurrencyLimitStrategy", "one"));
    }

    /** A limit that is never reached, but counts what is in flight. */
    void counted(String resource) {
        rules(
                Documents.concurrency("many", 1_000_000),
                Documents.rule(resource, "ConcurrencyLimitStrategy", "many"));
    }

    void breaker(String resource, int minRequests) {
        rules(
                Documents.breaker("breaker", minRequests, "600s"),
                Documents.rule(resource, "CircuitBreakerStrategy", "breaker"));
    }

    ResourceStats inbound(String resource) {
        return governor.stats(resource, TrafficDirection.INBOUND);
    }

    ResourceStats outbound(String resource) {
        return governor.stats(resource, TrafficDirection.OUTBOUND);
    }

    /** Returns the failures that the breaker of a resource has been told of. */
    static long failures(ResourceStats stats) {
        return breakerCalls(stats).bad();
    }

    /** Returns all calls in the window of the breaker of a resource. */
    static long calls(ResourceStats stats) {
        return breakerCalls(stats).inWindow();
    }

    private static BreakerCalls breakerCalls(ResourceStats stats) {
        return stats.strategies().stream()
                .map(StrategyStats::calls)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
    }

    void awaitIdle(String resource) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> {
                            assertThat(inbound(resource).inFlight()).isZero();
                            assertThat(outbound(resource).inFlight()).isZero();
                        });
    }

    /** Returns the port of a server that is governed. */
    int governedServer(ServerServiceDefinition service) {
        return start(openSergo.govern(ServerBuilder.forPort(0)).addService(service));
    }

    /** Returns the port of a server that is not. */
    int freeServer(ServerServiceDefinition service) {
        return start(ServerBuilder.forPort(0).addService(service));
    }

    int start(ServerBuilder<?> builder) {
        try {
            Server server = builder.build().start();
            servers.add(server);
            return server.getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends a server, and the calls that it serves. */
    void stop(int port) throws InterruptedException {
        Server stopped =
                servers.stream().filter(each -> each.getPort() == port).findFirst().orElseThrow();
        stopped.shutdownNow();
        servers.remove(stopped);
        assertThat(stopped.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    Channel governedChannel(int port) {
        return open(openSergo.govern(ManagedChannelBuilder.forAddress("localhost", port)));
    }

    /** Returns a channel whose instances the resolver knows. */
    ManagedChannel routedChannel(String service) {
        return open(openSergo.govern(ManagedChannelBuilder.forTarget(openSergo.target(service))));
    }

    Channel freeChannel(int port) {
        return open(ManagedChannelBuilder.forAddress("localhost", port));
    }

    ManagedChannel open(ManagedChannelBuilder<?> builder) {
        return openAsItIs(builder.usePlaintext());
    }

    /** Opens a channel that says itself how it is secured. */
    ManagedChannel openAsItIs(ManagedChannelBuilder<?> builder) {
        ManagedChannel channel = builder.build();
        channels.add(channel);
        return channel;
    }

    static String get(Channel channel, String request) {
        return ClientCalls.blockingUnaryCall(channel, Prices.GET, withDeadline(), request);
    }

    static CallOptions withDeadline() {
        return CallOptions.DEFAULT.withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Returns what a call fails with. */
    static StatusRuntimeException failure(Channel channel, String request) {
        try {
            throw new AssertionError("not refused: " + get(channel, request));
        } catch (StatusRuntimeException e) {
            return e;
        }
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        servers.forEach(Server::shutdownNow);
        openSergo.close();
        governor.close();
    }
}
