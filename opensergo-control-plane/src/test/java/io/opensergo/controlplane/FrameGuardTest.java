package io.opensergo.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which connections are held back, seen from frames that a peer sends. */
class FrameGuardTest {

    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int DATA = 0;
    private static final int HEADERS = 1;

    private final Connections connections = new Connections(10, 10);
    private final Connections.Address address = connections.admit("10.0.0.1", System.nanoTime());
    private final EmbeddedChannel one = connection();
    private final EmbeddedChannel other = connection();

    @AfterEach
    void close() {
        one.finishAndReleaseAll();
        other.finishAndReleaseAll();
    }

    private EmbeddedChannel connection() {
        var peer = new Caller("", "10.0.0.1", "10.0.0.1:1");
        var channel = new EmbeddedChannel(new FrameGuard(peer, address, 100_000, new Counters()));
        channel.writeInbound(Unpooled.wrappedBuffer(PREFACE));
        return channel;
    }

    private static void send(EmbeddedChannel channel, int type, int firstStream, int count) {
        ByteBuf frames = Unpooled.buffer();
        for (int i = 0; i < count; i++) {
            frames.writeMedium(0).writeByte(type).writeByte(1).writeInt(firstStream + 2 * i);
        }
        channel.writeInbound(frames);
    }

    private static boolean isHeldBack(EmbeddedChannel channel) {
        return !channel.config().isAutoRead();
    }

    @Test
    void aConnectionThatBeginsACallWaitsForThoseOfItsAddress() {
        send(other, HEADERS, 1, 1);
        assertThat(isHeldBack(other)).isFalse();

        send(one, HEADERS, 1, 50_000); // most of which are owed, at 1,000 a second
        send(other, HEADERS, 3, 1);

        assertThat(isHeldBack(one)).isTrue();
        assertThat(isHeldBack(other)).isTrue();
    }

    @Test
    void aConnectionThatBeginsNoneDoesNot() {
        send(other, HEADERS, 1, 1);

        send(one, HEADERS, 1, 50_000);
        send(other, DATA, 1, 1);

        assertThat(isHeldBack(other)).isFalse();
    }

    @Test
    void whatWasReadGoesOnAlthoughTheConnectionIsHeldBack() {
        send(one, HEADERS, 1, 50_000);

        assertThat(one.isOpen()).isTrue();
        assertThat(one.inboundMessages()).hasSize(2); // the preface and the frames
    }
}
