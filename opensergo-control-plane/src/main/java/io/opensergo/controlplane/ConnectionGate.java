package io.opensergo.controlplane;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFactory;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler.Sharable;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands at the listening socket: closes what is accepted beyond the limits before anything is
 * spent on it, and puts a {@link FrameGuard} on the rest.
 */
@Sharable
final class ConnectionGate extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionGate.class);

    private final Connections connections;
    private final int maxStreams;
    private final Counters counters;
    private final LogLimit refusals = new LogLimit(1, 60);

    /**
     * @param maxStreams how many streams a connection may have open
     */
    ConnectionGate(Connections connections, int maxStreams, Counters counters) {
        this.connections = connections;
        this.maxStreams = maxStreams;
        this.counters = counters;
    }

    /** Returns what makes a listening socket with this gate on it. */
    ChannelFactory<ServerChannel> channels() {
        return () -> {
            var channel = new NioServerSocketChannel();
            channel.pipeline().addLast(this);
            return channel;
        };
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof Channel accepted)) {
            ctx.fireChannelRead(message);
            return;
        }
        Caller peer = Caller.at(accepted.remoteAddress());
        Connections.Address address = connections.admit(peer.host(), System.nanoTime());
        if (address == null) {
            counters.connectionsOverLimit.increment();
            refusals.log(
                    more ->
                            LOG.warn(
                                    "A connection of {} is refused: there are {}, the limit of all"
                                            + " or of its address, or it has begun too many"
                                            + " calls{}",
                                    peer.host(),
                                    connections.open(),
                                    more));
            accepted.unsafe().closeForcibly();
            return;
        }
        Future<?> unused =
                accepted.closeFuture().addListener(closed -> connections.closed(address));
        accepted.pipeline().addLast(new Installer(peer, address));
        ctx.fireChannelRead(accepted);
    }

    /** Puts the guard where frames can be seen: behind TLS, if there is TLS. */
    private final class Installer extends ChannelInboundHandlerAdapter {

        private final Caller peer;
        private final Connections.Address address;

        Installer(Caller peer, Connections.Address address) {
            this.peer = peer;
            this.address = address;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            var guard = new FrameGuard(peer, address, maxStreams, counters);
            ChannelHandlerContext tls = ctx.pipeline().context(SslHandler.class);
            ctx.pipeline().addAfter(tls == null ? ctx.name() : tls.name(), null, guard);
            ctx.fireChannelRead(message);
            ctx.pipeline().remove(this);
        }
    }
}
