package io.opensergo.reliability;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 client of single frames, which does what no gRPC library lets one do: begin a call and
 * not finish it, never read, reset at once.
 *
 * <p>Frames are buffered until {@link #flush}. What the peer sends is read and noted by a thread of
 * its own. It never sends a WINDOW_UPDATE unless told to. One thread writes; any may look.
 */
public final class RawHttp2 implements AutoCloseable {

    /** The path of the method that delivers rules. */
    public static final String SUBSCRIBE =
            "/io.opensergo.proto.transport.v1.OpenSergoUniversalTransportService/SubscribeConfig";

    /** The path of gRPC's health check. */
    public static final String HEALTH_CHECK = "/grpc.health.v1.Health/Check";

    /** The path of the method that takes the metadata of applications. */
    public static final String REPORT =
            "/opensergo.proto.service_contract.v1.MetadataService/ReportMetadata";

    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int PRIORITY = 2;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GO_AWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;

    private final Socket socket;
    private final DataOutputStream out;
    private final Map<String, byte[]> blocks = new ConcurrentHashMap<>();
    private final Set<Integer> ended = ConcurrentHashMap.newKeySet();
    private final Set<Integer> reset = ConcurrentHashMap.newKeySet();
    private final AtomicLong dataBytes = new AtomicLong();
    private final AtomicInteger goAwayCode = new AtomicInteger(-1);
    private volatile boolean closed;
    private int nextStream = 1;

    private RawHttp2(Socket socket) throws IOException {
        this.socket = socket;
        this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 65_536));
    }

    /** Opens a connection and says hello, with windows of the usual size. */
    public static RawHttp2 connect(int port) throws IOException {
        return connect(port, 65_535);
    }

    /** Opens a connection each of whose streams lets so many bytes come. */
    public static RawHttp2 connect(int port, int initialWindow) throws IOException {
        return connect(port, initialWindow, InetAddress.getLoopbackAddress());
    }

    /** Opens such a connection from one of the addresses of this machine. */
    public static RawHttp2 connect(int port, int initialWindow, InetAddress from)
            throws IOException {
        RawHttp2 client = silent(port, from);
        client.out.write(PREFACE);
        client.frame(
                SETTINGS,
                0,
                0,
                new byte[] {
                    0,
                    4,
                    (byte) (initialWindow >>> 24),
                    (byte) (initialWindow >>> 16),
                    (byte) (initialWindow >>> 8),
                    (byte) initialWindow
                });
        client.flush();
        return client;
    }

    /** Opens a connection and says nothing. */
    public static RawHttp2 silent(int port) throws IOException {
        return silent(port, InetAddress.getLoopbackAddress());
    }

    /** Opens such a connection from one of the addresses of this machine. */
    public static RawHttp2 silent(int port, InetAddress from) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port, from, 0);
        socket.setTcpNoDelay(true);
        var client = new RawHttp2(socket);
        var reader = new Thread(client::read, "raw-http2-reader");
        reader.setDaemon(true);
        reader.start();
        return client;
    }

    /** Begins a call and returns its stream. */
    public int open(String path) throws IOException {
        return open(path, null);
    }

    /** Begins a call that shows a bearer token and returns its stream. */
    public int open(String path, @Nullable String token) throws IOException {
        byte[] block = blocks.computeIfAbsent(path + "\n" + token, key -> block(path, token));
        int stream = nextStream;
        nextStream += 2;
        frame(HEADERS, END_HEADERS, stream, block);
        return stream;
    }

    /** Begins a request that is HTTP but not gRPC, and returns its stream. */
    public int openWithoutContentType(String path) throws IOException {
        var block = new ByteArrayOutputStream();
        literal(block, ":method", "POST");
        literal(block, ":scheme", "http");
        literal(block, ":path", path);
        int stream = nextStream;
        nextStream += 2;
        frame(HEADERS, END_HEADERS, stream, block.toByteArray());
        return stream;
    }

    private static byte[] block(String path, @Nullable String token) {
        var block = new ByteArrayOutputStream();
        literal(block, ":method", "POST");
        literal(block, ":scheme", "http");
        literal(block, ":path", path);
        literal(block, ":authority", "localhost");
        literal(block, "content-type", "application/grpc");
        literal(block, "te", "trailers");
        if (token != null) {
            literal(block, "authorization", "Bearer " + token);
        }
        return block.toByteArray();
    }

    /** A header field without indexing and without Huffman code, by RFC 7541. */
    private static void literal(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        string(block, name);
        string(block, value);
    }

    private static void string(ByteArrayOutputStream block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length < 127) {
            block.write(bytes.length);
        } else {
            block.write(127);
            int rest = bytes.length - 127;
            while (rest >= 128) {
                block.write(rest % 128 + 128);
                rest /= 128;
            }
            block.write(rest);
        }
        block.writeBytes(bytes);
    }

    /** Sends a whole gRPC message, in frames of 16 KiB, and leaves the client's side open. */
    public void message(int stream, byte[] protobuf) throws IOException {
        var framed = new ByteArrayOutputStream();
        framed.writeBytes(prefix(protobuf.length));
        framed.writeBytes(protobuf);
        byte[] all = framed.toByteArray();
        for (int at = 0; at < all.length; at += 16_384) {
            data(stream, Arrays.copyOfRange(all, at, Math.min(all.length, at + 16_384)));
        }
    }

    /** Returns the five bytes in front of a gRPC message that is not compressed. */
    public static byte[] prefix(int length) {
        return new byte[] {
            0, (byte) (length >>> 24), (byte) (length >>> 16), (byte) (length >>> 8), (byte) length
        };
    }

    /** Sends a DATA frame that does not end the client's side. */
    public void data(int stream, byte[] payload) throws IOException {
        frame(DATA, 0, stream, payload);
    }

    /** Ends the client's side of a stream. */
    public void halfClose(int stream) throws IOException {
        frame(DATA, END_STREAM, stream, new byte[0]);
    }

    /** Resets a stream. */
    public void reset(int stream) throws IOException {
        frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
    }

    /** Sends settings that change nothing. */
    public void settings() throws IOException {
        frame(SETTINGS, 0, 0, new byte[0]);
    }

    /** Acknowledges settings. */
    public void settingsAck() throws IOException {
        frame(SETTINGS, ACK, 0, new byte[0]);
    }

    /** Sends a ping. */
    public void ping() throws IOException {
        frame(PING, 0, 0, new byte[8]);
    }

    /** Sends a priority, which nobody needs. */
    public void priority(int stream) throws IOException {
        frame(PRIORITY, 0, stream, new byte[] {0, 0, 0, 0, 15});
    }

    /** Lets the peer send more, on a stream or, with 0, on the connection. */
    public void windowUpdate(int stream, int bytes) throws IOException {
        frame(
                WINDOW_UPDATE,
                0,
                stream,
                new byte[] {
                    (byte) (bytes >>> 24), (byte) (bytes >>> 16), (byte) (bytes >>> 8), (byte) bytes
                });
    }

    private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        out.writeInt(payload.length << 8 | type);
        out.writeByte(flags);
        out.writeInt(stream);
        out.write(payload);
    }

    /** Sends what was buffered. */
    public void flush() throws IOException {
        out.flush();
    }

    private void read() {
        try {
            var in = new DataInputStream(socket.getInputStream());
            while (true) {
                int lengthAndType = in.readInt();
                int flags = in.readUnsignedByte();
                int stream = in.readInt() & Integer.MAX_VALUE;
                byte[] payload = in.readNBytes(lengthAndType >>> 8);
                note(lengthAndType & 0xFF, flags, stream, payload);
            }
        } catch (IOException e) {
            closed = true; // whatever ends it
        }
    }

    private void note(int type, int flags, int stream, byte[] payload) {
        switch (type) {
            case DATA -> {
                dataBytes.addAndGet(payload.length);
                noteEnd(flags, stream);
            }
            case HEADERS, CONTINUATION -> noteEnd(flags, stream);
            case RST_STREAM -> reset.add(stream);
            case GO_AWAY -> goAwayCode.set(payload[7]);
            default -> {
                // nothing to remember
            }
        }
    }

    private void noteEnd(int flags, int stream) {
        if ((flags & END_STREAM) != 0) {
            ended.add(stream);
        }
    }

    /** Returns whether the peer has ended or reset a stream. */
    public boolean isOver(int stream) {
        return ended.contains(stream) || reset.contains(stream);
    }

    /** Returns how many streams the peer has reset. */
    public int resets() {
        return reset.size();
    }

    /** Returns whether the peer has reset a stream. */
    public boolean isReset(int stream) {
        return reset.contains(stream);
    }

    /** Returns how many bytes of data have come. */
    public long dataBytes() {
        return dataBytes.get();
    }

    /** Returns the error code of the last GOAWAY, -1 without one. */
    public int goAwayCode() {
        return goAwayCode.get();
    }

    /** Returns whether the peer has closed the connection. */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
