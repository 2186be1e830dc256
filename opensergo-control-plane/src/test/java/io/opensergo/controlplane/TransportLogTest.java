package io.opensergo.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Error;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import io.opensergo.testsupport.LogCapture;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the log says of peers that break the protocol of the transport. */
class TransportLogTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    private final LogCapture log = LogCapture.open();
    private final Traces traces = new Traces();
    private ControlPlane controlPlane;

    @BeforeEach
    void start() {
        TransportLog.LOGGERS.forEach(
                logger -> logger.setFilter(null)); // with what others have used up
        controlPlane = ControlPlane.builder().port(0).source(new InMemoryRuleSource()).start();
    }

    @AfterEach
    void stop() {
        controlPlane.close();
        traces.close();
        log.close();
    }

    /** A way to break the protocol, and what is said of it. */
    enum Fault {
        MESSAGE_TOO_LARGE("gRPC message exceeds maximum size") {
            @Override
            void send(Frames frames) throws IOException {
                frames.call().frame(DATA, END_STREAM, 1, 0, 0x7f, 0, 0, 0);
            }
        },
        COMPRESSION_NOBODY_NEGOTIATED("compression not configured") {
            @Override
            void send(Frames frames) throws IOException {
                frames.call().frame(DATA, END_STREAM, 1, 1, 0, 0, 0, 1, 0);
            }
        },
        MESSAGE_CUT_SHORT("end-of-stream mid-frame") {
            @Override
            void send(Frames frames) throws IOException {
                frames.call().frame(DATA, END_STREAM, 1, 0, 0, 0, 0, 9, 0);
            }
        },
        HEADER_NAME_IN_CAPITALS("invalid header name 'F O'") {
            @Override
            void send(Frames frames) throws IOException {
                frames.call("F\nO", "x");
            }
        },
        TIMEOUT_THAT_IS_NO_NUMBER("For input string") {
            @Override
            void send(Frames frames) throws IOException {
                frames.call("grpc-timeout", "zz");
            }
        },
        WINDOW_OF_A_STREAM_TOO_LARGE("Window size overflow for stream: 1") {
            @Override
            void send(Frames frames) throws IOException {
                frames.call().frame(WINDOW_UPDATE, 0, 1, 0x7f, 0xff, 0xff, 0xff);
            }
        },
        DATA_OF_NO_STREAM("Stream 7 does not exist") {
            @Override
            void send(Frames frames) throws IOException {
                frames.frame(DATA, 0, 7, 0);
            }
        },
        HEADERS_THAT_CANNOT_BE_READ("HPACK") {
            @Override
            void send(Frames frames) throws IOException {
                frames.frame(HEADERS, END_HEADERS, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
            }
        };

        private final String said;

        Fault(String said) {
            this.said = said;
        }

        abstract void send(Frames frames) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void aBrokenProtocolIsALineWithoutAStackTrace(Fault fault) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), controlPlane.port())) {
            var frames = new Frames();
            frames.frame(SETTINGS, 0, 0);
            fault.send(frames);
            socket.getOutputStream().write(frames.bytes.toByteArray());

            await().atMost(PATIENCE)
                    .untilAsserted(
                            () ->
                                    assertThat(log.linesOf(TransportLog.class))
                                            .anySatisfy(
                                                    line ->
                                                            assertThat(line)
                                                                    .contains(
                                                                            "A peer broke the"
                                                                                    + " protocol",
                                                                            fault.said)));
            assertThat(traces.seen()).isEmpty();
        }
    }

    @Test
    void aPeerThatGoesOnIsReportedAFewTimesAMinute() {
        var filter = new TransportLog(null, new LogLimit(10, 60, null, () -> 0));

        for (int i = 0; i < 100; i++) {
            assertThat(filter.isLoggable(failure(new Http2Exception(Http2Error.PROTOCOL_ERROR))))
                    .isFalse();
        }

        assertThat(log.linesOf(TransportLog.class)).hasSize(10);
    }

    @Test
    void aFaultOfTheTransportItselfShowsItsPlace() {
        var filter = new TransportLog(null, new LogLimit(10, 60));

        assertThat(filter.isLoggable(failure(new IllegalStateException("a bug")))).isFalse();

        assertThat(log.text())
                .contains("The transport failed", "a bug", "\tat " + getClass().getName());
    }

    @Test
    void whatIsLoggedWithoutAFaultOrForDebuggingPasses() {
        var filter = new TransportLog(null, new LogLimit(10, 60));
        LogRecord debug = failure(new IOException("reset"));
        debug.setLevel(Level.FINE);

        assertThat(filter.isLoggable(new LogRecord(Level.WARNING, "hello"))).isTrue();
        assertThat(filter.isLoggable(debug)).isTrue();
    }

    @Test
    void aFilterOfTheApplicationIsAskedFirst() {
        var filter = new TransportLog(entry -> false, new LogLimit(10, 60));

        assertThat(filter.isLoggable(new LogRecord(Level.WARNING, "hello"))).isFalse();
        assertThat(filter.isLoggable(failure(new IOException("reset")))).isFalse();

        assertThat(log.linesOf(TransportLog.class)).isEmpty();
    }

    private static LogRecord failure(Throwable thrown) {
        var entry = new LogRecord(Level.WARNING, "Transport failed");
        entry.setThrown(thrown);
        return entry;
    }

    /** Frames on their way into one connection. */
    private static final class Frames {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream out = new DataOutputStream(bytes);

        Frames() throws IOException {
            out.write(PREFACE);
        }

        Frames call(String... headers) throws IOException {
            var block = new ByteArrayOutputStream();
            literal(block, ":method", "POST");
            literal(block, ":scheme", "http");
            literal(block, ":path", "/grpc.health.v1.Health/Check");
            literal(block, "content-type", "application/grpc");
            literal(block, "te", "trailers");
            for (int i = 0; i < headers.length; i += 2) {
                literal(block, headers[i], headers[i + 1]);
            }
            head(block.size(), HEADERS, END_HEADERS, 1);
            out.write(block.toByteArray());
            return this;
        }

        private static void literal(ByteArrayOutputStream block, String name, String value) {
            block.write(0);
            for (String text : List.of(name, value)) {
                block.write(text.length());
                block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
            }
        }

        void frame(int type, int flags, int stream, int... payload) throws IOException {
            head(payload.length, type, flags, stream);
            for (int each : payload) {
                out.write(each);
            }
        }

        private void head(int length, int type, int flags, int stream) throws IOException {
            out.writeByte(0);
            out.writeShort(length);
            out.writeByte(type);
            out.writeByte(flags);
            out.writeInt(stream);
        }
    }

    /** What libraries log with a stack trace. */
    private static final class Traces extends Handler {

        private static final Logger ROOT = Logger.getLogger("");
        private final List<Throwable> seen = new CopyOnWriteArrayList<>();

        Traces() {
            ROOT.addHandler(this);
        }

        List<Throwable> seen() {
            return seen;
        }

        @Override
        public void publish(LogRecord entry) {
            if (entry.getThrown() != null && entry.getLevel().intValue() >= Level.INFO.intValue()) {
                seen.add(entry.getThrown());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            ROOT.removeHandler(this);
        }
    }
}
