package io.opensergo.controlplane;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.RecvByteBufAllocator;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.opensergo.proto.internal.decision_report.v1.DecisionReportServiceGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC end: the services of the control plane, with those for health and reflection beside
 * them, on one socket.
 *
 * <p>Its event loops are its own and not those that gRPC shares between servers: the shared ones
 * outlive the last server for a while, and for ever after a server that could not bind its port.
 * The threads that serve calls are its own too, and bounded, which gRPC's are not: no number of
 * streams makes more of them.
 */
final class GrpcServer {

    private static final Duration MIN_CLIENT_KEEPALIVE = Duration.ofSeconds(10);
    private static final Duration GRACE = Duration.ofSeconds(2);

    /** Until a connection has said hello, TLS included. */
    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

    /** After which a connection without a call is closed. */
    private static final Duration MAX_IDLE = Duration.ofMinutes(5);

    /** Requests are small, and what a connection may send unread is memory. */
    static final int WINDOW_BYTES = 64 * 1024;

    /** So much is read of a connection before the others of its event loop have their turn. */
    private static final int READ_BYTES = 4 * 1024;

    private static final Duration GRANTS_INTERVAL = Duration.ofSeconds(1);

    /** What instances are told of others waits so long, so that many that come are one news. */
    private static final Duration DIRECTIVES_INTERVAL = Duration.ofSeconds(1);

    private static final Duration LONGEST_SWEEP_INTERVAL = Duration.ofMillis(100);

    private final HealthStatusManager health = new HealthStatusManager();
    private final EventLoopGroup eventLoops =
            new MultiThreadIoEventLoopGroup(
                    Runtime.getRuntime().availableProcessors(),
                    new DefaultThreadFactory("opensergo-control-plane", true),
                    NioIoHandler.newFactory());
    private final ExecutorService workers;
    private final Decisions decisions;
    private final ExecutorService reports;
    private final Calls calls;
    private final Connections connections;
    private final SharedByStreams shared;
    private final AccessControl access;
    private final ScheduledExecutorService housekeeper;
    private final Settings settings;
    private final Server server;

    /**
     * What it is made with.
     *
     * @param identity {@code null} for plaintext
     * @param maxConnectionAge {@code null} for no limit
     */
    record Settings(
            InetSocketAddress address,
            @Nullable ServerIdentity identity,
            Duration tlsReloadInterval,
            int maxInboundMessageBytes,
            Duration keepAliveTime,
            Duration keepAliveTimeout,
            @Nullable Duration maxConnectionAge,
            Duration maxConnectionAgeGrace,
            Duration drainTimeout) {}

    /**
     * @param shared by the streams that are looked after from here
     * @param access is asked for each call
     * @param housekeeper runs what is to be done now and then, and ends with this server
     * @param workers serve the calls, and end with this server
     * @param decisions is looked after from here
     * @param reports serves the calls of that, and ends with this server
     */
    GrpcServer(
            Settings settings,
            SharedByStreams shared,
            AccessControl access,
            List<BindableService> services,
            ScheduledExecutorService housekeeper,
            ExecutorService workers,
            Decisions decisions,
            ExecutorService reports) {
        TransportLog.install();
        this.decisions = decisions;
        this.reports = reports;
        this.settings = settings;
        this.shared = shared;
        this.access = access;
        this.housekeeper = housekeeper;
        this.workers = workers;
        ServerLimits limits = shared.limits();
        Counters counters = shared.counters();
        this.calls =
                new Calls(
                        limits.maxCalls(),
                        ServerLimits.maxArrivingBytes(),
                        limits.requestTimeout(),
                        limits.stuckSubscriberTimeout(),
                        counters);
        this.connections =
                new Connections(limits.maxConnections(), limits.maxConnectionsPerAddress());
        var gate = new ConnectionGate(connections, limits.maxCallsPerConnection(), counters);
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(settings.address())
                        .channelFactory(gate.channels())
                        .withChildOption(ChannelOption.RECVBUF_ALLOCATOR, smallReads())
                        .bossEventLoopGroup(eventLoops)
                        .workerEventLoopGroup(eventLoops)
                        .executor(workers)
                        .callExecutor(this::executorOf)
                        .addStreamTracerFactory(calls)
                        .fallbackHandlerRegistry(CallGate.unknownMethods())
                        .intercept(access)
                        .intercept(new CallGate(calls, counters))
                        .maxConcurrentCallsPerConnection(limits.maxCallsPerConnection())
                        .maxInboundMessageSize(settings.maxInboundMessageBytes())
                        .flowControlWindow(WINDOW_BYTES)
                        .handshakeTimeout(HANDSHAKE_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                        .maxConnectionIdle(MAX_IDLE.toSeconds(), TimeUnit.SECONDS)
                        .keepAliveTime(settings.keepAliveTime().toNanos(), TimeUnit.NANOSECONDS)
                        .keepAliveTimeout(
                                settings.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
                        .permitKeepAliveTime(MIN_CLIENT_KEEPALIVE.toSeconds(), TimeUnit.SECONDS)
                        .permitKeepAliveWithoutCalls(true);
        addServices(builder, services);
        Duration age = settings.maxConnectionAge();
        if (age != null) {
            builder.maxConnectionAge(age.toMillis(), TimeUnit.MILLISECONDS)
                    .maxConnectionAgeGrace(
                            settings.maxConnectionAgeGrace().toMillis(), TimeUnit.MILLISECONDS);
        }
        ServerIdentity identity = settings.identity();
        this.server = (identity == null ? builder : builder.sslContext(identity.context())).build();
    }

    /** Reports of decisions are served apart, so that nobody who waits for rules waits for them. */
    private <ReqT, RespT> Executor executorOf(ServerCall<ReqT, RespT> call, Metadata headers) {
        return DecisionReportServiceGrpc.SERVICE_NAME.equals(
                        call.getMethodDescriptor().getServiceName())
                ? reports
                : workers;
    }

    /** Has an event loop turn to its other connections after a little of each. */
    private static RecvByteBufAllocator smallReads() {
        return new AdaptiveRecvByteBufAllocator(512, 2048, READ_BYTES).maxMessagesPerRead(1);
    }

    private void addServices(NettyServerBuilder builder, List<BindableService> services) {
        var callsBeside = new CallLimit(ServerLimits.MAX_CALLS_BESIDE);
        Stream<ServerServiceDefinition> beside =
                Stream.of(health.getHealthService(), ProtoReflectionServiceV1.newInstance())
                        .map(each -> ServerInterceptors.intercept(each, callsBeside));
        Stream.concat(services.stream().map(BindableService::bindService), beside)
                .forEach(each -> builder.addService(ReadableMessages.of(each)));
    }

    /** Returns the threads that serve calls: so many, whatever the number of streams. */
    static ExecutorService workers() {
        return Executors.newFixedThreadPool(
                2 * Runtime.getRuntime().availableProcessors(),
                new DefaultThreadFactory("opensergo-control-plane-worker", true));
    }

    /** Returns the one thread of all that is reported, which is made when it is first needed. */
    static ExecutorService reports() {
        return new ThreadPoolExecutor(
                0,
                1,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory("opensergo-control-plane-reports", true));
    }

    /**
     * Listens.
     *
     * @throws UncheckedIOException if the address cannot be bound; nothing is left to close then
     */
    void start() {
        try {
            server.start();
        } catch (IOException e) {
            stopThreads();
            throw cannotListen(settings.address(), e);
        }
        Duration timeout = shared.limits().stuckSubscriberTimeout();
        repeat(() -> shared.subscribers().sweep(System.nanoTime()), sweepInterval(timeout));
        Duration requestTimeout = shared.limits().requestTimeout();
        repeat(() -> calls.cutLate(System.nanoTime()), sweepInterval(requestTimeout));
        repeat(() -> cutIfTooMuchIsUnread(System.nanoTime()), LONGEST_SWEEP_INTERVAL);
        repeat(this::judgeAgainIfGrantsChanged, GRANTS_INTERVAL);
        repeat(decisions::tick, DIRECTIVES_INTERVAL);
        ServerIdentity identity = settings.identity();
        if (identity != null) {
            repeat(identity::reload, settings.tlsReloadInterval());
        }
    }

    /** Says which address cannot be listened on, and what to do about it. */
    static UncheckedIOException cannotListen(InetSocketAddress address, IOException e) {
        String reason = (e.getCause() == null ? e : e.getCause()).getMessage();
        return new UncheckedIOException(
                "cannot listen on "
                        + address.getHostString()
                        + ":"
                        + address.getPort()
                        + ": "
                        + reason
                        + ". Choose another host or port (port 0 is any free one), or stop what"
                        + " listens there",
                e);
    }

    /** Resets streams that take nothing, if too much is unread or others have to wait for it. */
    private void cutIfTooMuchIsUnread(long nowNanos) {
        shared.subscribers().cutWorst(shared.unread(), nowNanos);
    }

    private void judgeAgainIfGrantsChanged() {
        if (access.hasChanged()) {
            shared.subscribers().judgeAgain();
            decisions.judgeAgain();
        }
    }

    /** A quarter of the timeout, so that it is overstepped by no more than that. */
    private static Duration sweepInterval(Duration timeout) {
        Duration quarter = timeout.dividedBy(4).plusMillis(1);
        return quarter.compareTo(LONGEST_SWEEP_INTERVAL) < 0 ? quarter : LONGEST_SWEEP_INTERVAL;
    }

    private void repeat(Runnable task, Duration interval) {
        Future<?> unused =
                housekeeper.scheduleWithFixedDelay(
                        Lasting.task("Housekeeping", task),
                        interval.toNanos(),
                        interval.toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    int port() {
        return server.getPort();
    }

    int openConnections() {
        return connections.open();
    }

    int openCalls() {
        return calls.open();
    }

    /**
     * Takes no more calls, tells the connections to go away, sends every stream what is due to it,
     * completes it, and cuts those that are left after the grace.
     */
    void close() {
        if (server.isShutdown()) {
            return;
        }
        health.enterTerminalState();
        server.shutdown();
        shared.subscribers().drain();
        decisions.drain();
        try {
            if (!server.awaitTermination(settings.drainTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
                server.shutdownNow();
                server.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        stopThreads();
    }

    /** The workers last, since connections that end give them something to do. */
    private void stopThreads() {
        housekeeper.shutdownNow();
        eventLoops
                .shutdownGracefully(0, GRACE.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(GRACE.toMillis());
        workers.shutdown();
        reports.shutdown();
    }
}
