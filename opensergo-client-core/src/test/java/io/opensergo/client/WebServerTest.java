package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.netty.shaded.io.netty.bootstrap.ServerBootstrap;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler.Sharable;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.SimpleChannelInboundHandler;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2HeadersFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.grpc.netty.shaded.io.netty.util.concurrent.Future;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A proxy that answers by HTTP/2 with a page of its own, as it does when nobody is behind it. */
class WebServerTest {

    private static final String PAGE =
            "<html>\r\n<h1>502 Bad Gateway</h1>" + "<p>sorry</p>\r\n".repeat(1000) + "</html>";

    @SuppressWarnings("deprecation") // the group that works with every Netty 4
    @Test
    void pageOfAProxyStaysOutOfTheState() throws Exception {
        var group = new NioEventLoopGroup(1);
        try {
            Channel proxy =
                    new ServerBootstrap()
                            .group(group)
                            .channel(NioServerSocketChannel.class)
                            .childHandler(new Http2())
                            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                            .sync()
                            .channel();
            int port = ((InetSocketAddress) proxy.localAddress()).getPort();
            try (OpenSergoClient client =
                    OpenSergoClients.builder()
                            .endpoints("localhost:" + port)
                            .backoff(Duration.ofMillis(1), Duration.ofMillis(50))
                            .build()) {
                await().atMost(Duration.ofSeconds(100))
                        .until(() -> client.state().phase() == Phase.RECOVERING);

                assertThat(client.state().cause())
                        .hasMessageStartingWith(
                                "control plane at 'localhost:"
                                        + port
                                        + "': HTTP 502 text/html instead of gRPC");
                assertThat(client.state().toString()).doesNotContain("<").hasSizeLessThan(300);
            }
        } finally {
            Future<?> unused =
                    group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private static final class Http2 extends ChannelInitializer<Channel> {

        @Override
        protected void initChannel(Channel connection) {
            connection
                    .pipeline()
                    .addLast(
                            Http2FrameCodecBuilder.forServer().build(),
                            new Http2MultiplexHandler(new BadGateway()));
        }
    }

    @Sharable
    private static final class BadGateway extends SimpleChannelInboundHandler<Http2HeadersFrame> {

        @Override
        protected void channelRead0(ChannelHandlerContext context, Http2HeadersFrame request) {
            ChannelFuture unusedHeaders =
                    context.write(
                            new DefaultHttp2HeadersFrame(
                                    new DefaultHttp2Headers()
                                            .status("502")
                                            .set("content-type", "text/html; charset=utf-8")));
            ChannelFuture unusedPage =
                    context.writeAndFlush(
                            new DefaultHttp2DataFrame(
                                    Unpooled.copiedBuffer(PAGE, StandardCharsets.UTF_8), true));
        }
    }
}
