package io.opensergo.controlplane;

import io.grpc.Server;
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
import java.util.concurrent.TimeUnit;

/**
 * The gRPC end: the transport service with health and reflection beside it, on one socket.
 *
 * <p>Its event loops are its own and not those that gRPC shares between servers: the shared ones
 * outlive the last server for a while, and for ever after a server that could not bind its port.
 */
final class GrpcServer {

    private static final Duration MIN_KEEPALIVE = Duration.ofSeconds(10);
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final HealthStatusManager health = new HealthStatusManager();
    private final EventLoopGroup eventLoops =
            new MultiThreadIoEventLoopGroup(
                    Runtime.getRuntime().availableProcessors(),
                    new DefaultThreadFactory("opensergo-control-plane", true),
                    NioIoHandler.newFactory());
    private final TransportService service;
    private final Server server;

    GrpcServer(InetSocketAddress address, TransportService service, int maxInboundMessageBytes) {
        this.service = service;
        this.server =
                NettyServerBuilder.forAddress(address)
                        .channelType(NioServerSocketChannel.class)
                        .bossEventLoopGroup(eventLoops)
                        .workerEventLoopGroup(eventLoops)
                        .addService(service)
                        .addService(health.getHealthService())
                        .addService(ProtoReflectionServiceV1.newInstance())
                        .intercept(new RemoteAddress())
                        .maxInboundMessageSize(maxInboundMessageBytes)
                        .permitKeepAliveTime(MIN_KEEPALIVE.toSeconds(), TimeUnit.SECONDS)
                        .permitKeepAliveWithoutCalls(true)
                        .build();
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
            stopEventLoops();
            throw e;
        }
    }

    int port() {
        return server.getPort();
    }

    /** Completes every stream, waits for a moment, and cuts those that are left. */
    void close() {
        if (server.isShutdown()) {
            return;
        }
        health.enterTerminalState();
        server.shutdown();
        service.subscribers().complete();
        try {
            if (!server.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                server.shutdownNow();
                server.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        stopEventLoops();
    }

    private void stopEventLoops() {
        eventLoops
                .shutdownGracefully(0, GRACE.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(GRACE.toMillis());
    }
}
