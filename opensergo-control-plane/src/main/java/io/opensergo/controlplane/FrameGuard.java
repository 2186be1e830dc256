package io.opensergo.controlplane;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.ChannelDuplexHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelPromise;
import io.grpc.netty.shaded.io.netty.util.ReferenceCountUtil;
import io.grpc.netty.shaded.io.netty.util.collection.IntObjectHashMap;
import io.grpc.netty.shaded.io.netty.util.collection.IntObjectMap;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the frames of one connection before gRPC sees them, and knows which streams are open.
 *
 * <p><b>Held back</b> is a peer that sends more frames than a peer needs: the connection is not
 * read from for as long as the excess is worth. A frame that begins a call, or that brings only a
 * few bytes of one, weighs more than others. So is a connection that begins calls of which its
 * address has begun too many, on whichever connections.
 *
 * <p><b>Closed</b> with GOAWAY is the connection of a peer that floods: by frames that bring
 * nothing, such as resets of calls that it has just begun, settings and priorities; by more streams
 * than it was told it may open; by streams that it leaves open after they were answered.
 *
 * <p>It costs a look at each frame's head. Confined to the event loop of the connection.
 */
final class FrameGuard extends ChannelDuplexHandler {

    private static final Logger LOG = LoggerFactory.getLogger(FrameGuard.class);
    private static final LogLimit CLOSED = new LogLimit(10, 60);

    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GO_AWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int ENHANCE_YOUR_CALM = 11;

    private static final int FRAMES_PER_SECOND = 20_000;
    private static final int FRAMES_AT_ONCE = FRAMES_PER_SECOND / 2;

    /** A thousand calls a second, and five hundred at once. */
    private static final int WEIGHT_OF_A_CALL = 20;

    private static final int WEIGHT_OF_A_PING = 5;
    private static final int FEW_BYTES = 16;

    private static final int IDLE_FRAMES_PER_SECOND = 100;
    private static final int IDLE_FRAMES_AT_ONCE = 1000;

    /** A reset is a rapid one if the stream is younger. */
    private static final long YOUNG_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How many streams may be answered and not ended by a peer that begins further ones. */
    private static final int MAX_LEFT_OPEN = 16;

    /** A stream that has begun and not ended on both sides. */
    private static final class Stream {

        private final long begunNanos;
        private boolean endedByPeer;
        private boolean endedByUs;

        Stream(long begunNanos) {
            this.begunNanos = begunNanos;
        }
    }

    private final Caller peer;
    private final Connections.Address address;
    private final int maxStreams;
    private final Counters counters;
    private final FrameScan in = new FrameScan();
    private final FrameScan out = new FrameScan();
    private final IntObjectMap<Stream> streams = new IntObjectHashMap<>(4);
    private final Allowance pace;
    private final Allowance idle;
    private int greeted;
    private int lastStream;
    private int leftOpen;
    private int unacknowledged; // SETTINGS of ours
    private long now;

    /** How long a connection waits that has just begun a call, for those of its address. */
    private long owedForCalls;

    private boolean heldBack;
    private @Nullable String fault;

    /**
     * @param address where the calls of all connections of the peer are counted
     * @param maxStreams how many streams the peer was told it may have open
     */
    FrameGuard(Caller peer, Connections.Address address, int maxStreams, Counters counters) {
        this.peer = peer;
        this.address = address;
        this.maxStreams = maxStreams;
        this.counters = counters;
        now = System.nanoTime();
        pace = new Allowance(FRAMES_PER_SECOND, FRAMES_AT_ONCE, now);
        idle = new Allowance(IDLE_FRAMES_PER_SECOND, IDLE_FRAMES_AT_ONCE, now);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (fault != null || !(message instanceof ByteBuf bytes)) {
            ReferenceCountUtil.release(message);
            return;
        }
        now = System.nanoTime();
        if (!greets(bytes) || !in.scan(bytes, this::received)) {
            bytes.release();
            close(ctx);
            return;
        }
        long wait = Math.max(pace.owed(now), owedForCalls);
        owedForCalls = 0;
        if (wait > 0) {
            holdBack(ctx, wait);
        }
        ctx.fireChannelRead(bytes);
    }

    /** Compares with the preface, which the scan is not to take for frames. */
    private boolean greets(ByteBuf bytes) {
        if (greeted == PREFACE.length) {
            return true;
        }
        int looked = Math.min(PREFACE.length - greeted, bytes.readableBytes());
        for (int i = 0; i < looked; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != PREFACE[greeted + i]) {
                fault = "it does not speak HTTP/2";
                return false;
            }
        }
        in.skip(looked);
        greeted += looked;
        return true;
    }

    private boolean received(int length, int type, int flags, int id) {
        switch (type) {
            case DATA -> {
                boolean ends = (flags & END_STREAM) != 0;
                if (length == 0 && !ends) {
                    return idle("empty DATA");
                }
                pace.take(length < FEW_BYTES && !ends ? WEIGHT_OF_A_CALL : 1, now);
                endedByPeer(flags, id);
            }
            case HEADERS -> {
                pace.take(WEIGHT_OF_A_CALL, now);
                if (id > lastStream && !begins(id)) {
                    return false;
                }
                endedByPeer(flags, id);
            }
            case RST_STREAM -> {
                return reset(id);
            }
            case SETTINGS -> {
                return (flags & ACK) != 0 ? acknowledges() : idle("SETTINGS");
            }
            case PING -> pace.take(WEIGHT_OF_A_PING, now);
            case WINDOW_UPDATE -> pace.take(1, now);
            default -> {
                return idle("frames that bring nothing");
            }
        }
        return true;
    }

    private boolean acknowledges() {
        if (unacknowledged == 0) {
            return idle("acknowledgements of nothing");
        }
        unacknowledged--;
        pace.take(1, now);
        return true;
    }

    private boolean begins(int id) {
        lastStream = id;
        if (streams.size() >= maxStreams) {
            fault = "it opens more than " + maxStreams + " streams, the limit it was told";
            return false;
        }
        if (leftOpen > MAX_LEFT_OPEN) {
            fault = "it leaves streams open that were answered";
            return false;
        }
        streams.put(id, new Stream(now));
        owedForCalls = address.begin(now);
        return true;
    }

    private boolean reset(int id) {
        Stream stream = remove(id);
        pace.take(1, now);
        return (stream != null && now - stream.begunNanos > YOUNG_NANOS) || idle("rapid resets");
    }

    private boolean idle(String what) {
        pace.take(1, now);
        idle.take(1, now);
        if (idle.owed(now) > 0) {
            fault = "it floods with " + what;
            return false;
        }
        return true;
    }

    private void endedByPeer(int flags, int id) {
        Stream stream = (flags & END_STREAM) == 0 ? null : streams.get(id);
        if (stream != null) {
            stream.endedByPeer = true;
            if (stream.endedByUs) {
                remove(id);
            }
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) {
            out.scan(bytes, this::sent);
        }
        Future<?> unused = ctx.write(message, promise);
    }

    private boolean sent(int length, int type, int flags, int id) {
        if (type == RST_STREAM) {
            remove(id);
        } else if ((type == DATA || type == HEADERS) && (flags & END_STREAM) != 0) {
            endedByUs(id);
        } else if (type == SETTINGS && (flags & ACK) == 0) {
            unacknowledged++;
        }
        return true;
    }

    private void endedByUs(int id) {
        Stream stream = streams.get(id);
        if (stream == null || stream.endedByUs) {
            return;
        }
        if (stream.endedByPeer) {
            streams.remove(id);
        } else {
            stream.endedByUs = true;
            leftOpen++;
        }
    }

    private @Nullable Stream remove(int id) {
        Stream stream = streams.remove(id);
        if (stream != null && stream.endedByUs) {
            leftOpen--;
        }
        return stream;
    }

    private void holdBack(ChannelHandlerContext ctx, long nanos) {
        if (heldBack) {
            return;
        }
        heldBack = true;
        counters.heldBack.increment();
        ctx.channel().config().setAutoRead(false);
        Future<?> unused =
                ctx.executor()
                        .schedule(
                                () -> {
                                    heldBack = false;
                                    ctx.channel().config().setAutoRead(true);
                                },
                                nanos,
                                TimeUnit.NANOSECONDS);
    }

    private void close(ChannelHandlerContext ctx) {
        counters.floods.increment();
        CLOSED.log(more -> LOG.warn("The connection of {} is closed: {}{}", peer, fault, more));
        Future<?> written = ctx.writeAndFlush(goAway());
        Future<?> closed = ctx.close();
        LOG.debug("{} is told, {}, and closed, {}", peer, written, closed);
    }

    private ByteBuf goAway() {
        ByteBuf frame = Unpooled.buffer(17);
        frame.writeMedium(8).writeByte(GO_AWAY).writeByte(0).writeInt(0);
        return frame.writeInt(lastStream).writeInt(ENHANCE_YOUR_CALM);
    }
}
