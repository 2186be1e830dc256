package io.opensergo.controlplane;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gRPC end: the transport service, with the services for metadata, information, health and
 * reflection beside it, on one socket.
 *
 * <p>Its event loops are its own and not those that gRPC shares between servers: the shared ones
 * outlive the last server for a while, and for ever after a server that could not bind its port.
 * The threads that serve calls are its own too, and bounded, which gRPC's are not: no number of
 * streams makes more of them.
 */
final class GrpcServer {

    private static final Logger LOG = LoggerFactory.getLogger(GrpcServer.class);
    private static final Duration MIN_CLIENT_KEEPALIVE = Duration.ofSeconds(10);
    private static final Duration GRACE = Duration.ofSeconds(2);

    /** Of health and reflection together; a balancer or a tool needs one each. */
    private static final int MAX_CALLS_BESIDE = 1000;

    private static final Duration GRANTS_INTERVAL = Duration.ofSeconds(1);
    private static final Duration LONGEST_SWEEP_INTERVAL = Duration.ofSeconds(1);

    private final HealthStatusManager health = new HealthStatusManager();
    private final EventLoopGroup eventLoops =
            new MultiThreadIoEventLoopGroup(
                    Runtime.getRuntime().availableProcessors(),
                    new DefaultThreadFactory("opensergo-control-plane", true),
                    NioIoHandler.newFactory());
    private final ExecutorService workers =
            Executors.newFixedThreadPool(
                    2 * Runtime.getRuntime().availableProcessors(),
                    new DefaultThreadFactory("opensergo-control-plane-worker", true));
    private final TransportService service;
    private final ScheduledExecutorService housekeeper;
    private final Settings settings;
    private final Server server;

    /**
     * What it is made with.
     *
     * @param identity {@code null} for plaintext
     */
    record Settings(
            InetSocketAddress address,
            @Nullable ServerIdentity identity,
            Duration tlsReloadInterval,
            int maxInboundMessageBytes,
            Duration keepAliveTime,
            Duration keepAliveTimeout,
            Duration drainTimeout) {}

    /**
     * @param housekeeper runs what is to be done now and then, and ends with this server
     */
    GrpcServer(
            Settings settings,
            TransportService service,
            MetadataService metadata,
            ScheduledExecutorService housekeeper) {
        this.settings = settings;
        this.service = service;
        this.housekeeper = housekeeper;
        var callsBeside = new CallLimit(MAX_CALLS_BESIDE);
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(settings.address())
                        .channelType(NioServerSocketChannel.class)
                        .bossEventLoopGroup(eventLoops)
                        .workerEventLoopGroup(eventLoops)
                        .executor(workers)
                        .addStreamTracerFactory(new CuttableStreams())
                        .addService(service)
                        .addService(metadata)
                        .addService(new InfoService())
                        .addService(
                                ServerInterceptors.intercept(
                                        health.getHealthService(), callsBeside))
                        .addService(
                                ServerInterceptors.intercept(
                                        ProtoReflectionServiceV1.newInstance(), callsBeside))
                        .intercept(service.admission())
                        .maxConcurrentCallsPerConnection(maxCallsPerConnection())
                        .maxInboundMessageSize(settings.maxInboundMessageBytes())
                        .keepAliveTime(settings.keepAliveTime().toNanos(), TimeUnit.NANOSECONDS)
                        .keepAliveTimeout(
                                settings.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
                        .permitKeepAliveTime(MIN_CLIENT_KEEPALIVE.toSeconds(), TimeUnit.SECONDS)
                        .permitKeepAliveWithoutCalls(true);
        ServerIdentity identity = settings.identity();
        this.server = (identity == null ? builder : builder.sslContext(identity.context())).build();
    }

    /**
     * So many that a stream too many is refused and said to be, and does not wait in the client.
     */
    private int maxCallsPerConnection() {
        return (int) Math.min(Integer.MAX_VALUE, (long) service.limits().maxStreams() + 100);
    }

    /**
     * Listens.
     *
     * @throws IOException if the address cannot be bound; nothing is left to close then
     */
    void start() throws IOException {
        try {
            server.start();
        } catch (IOException e) {
            stopThreads();
            throw e;
        }
        Duration timeout = service.limits().stuckSubscriberTimeout();
        repeat(() -> service.subscribers().cutStuck(System.nanoTime()), sweepInterval(timeout));
        repeat(this::judgeAgainIfGrantsChanged, GRANTS_INTERVAL);
        ServerIdentity identity = settings.identity();
        if (identity != null) {
            repeat(identity::reload, settings.tlsReloadInterval());
        }
    }

    private void judgeAgainIfGrantsChanged() {
        if (service.admission().hasChanged()) {
            service.subscribers().judgeAgain();
        }
    }

    /** A quarter of the timeout, so that it is overstepped by no more than that. */
    private static Duration sweepInterval(Duration timeout) {
        Duration quarter = timeout.dividedBy(4).plusMillis(1);
        return quarter.compareTo(LONGEST_SWEEP_INTERVAL) < 0 ? quarter : LONGEST_SWEEP_INTERVAL;
    }

    /** A fault of ours must not end the repetition. */
    private void repeat(Runnable task, Duration interval) {
        Future<?> unused =
                housekeeper.scheduleWithFixedDelay(
                        () -> {
                            try {
                                task.run();
                            } catch (RuntimeException e) {
                                LOG.error("Housekeeping failed; it goes on the next time", e);
                            }
                        },
                        interval.toNanos(),
                        interval.toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    int port() {
        return server.getPort();
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
        service.subscribers().drain();
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
    }
}
