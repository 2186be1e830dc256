package io.opensergo.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A stream is freed however it ends, and its place may be taken by another. */
class StreamEndsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int STREAMS = 40;
    private static final byte[] NO_PROTOBUF = {-1, -1, -1, -1, -1};

    private ControlPlane controlPlane;
    private RawHttp2 peer;

    @BeforeEach
    void start() throws IOException {
        controlPlane =
                ControlPlane.builder()
                        .port(0)
                        .maxStreams(STREAMS)
                        .source(new InMemoryRuleSource())
                        .start();
        peer = RawHttp2.connect(controlPlane.port());
    }

    @AfterEach
    void stop() throws IOException {
        peer.close();
        controlPlane.close();
    }

    private List<Integer> open(int count) throws IOException {
        List<Integer> streams = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            streams.add(peer.open(RawHttp2.SUBSCRIBE));
        }
        peer.flush();
        return streams;
    }

    private List<Integer> openAndAwait() throws IOException {
        List<Integer> streams = open(STREAMS);
        await().atMost(PATIENCE).until(() -> controlPlane.status().subscribers().size() == STREAMS);
        return streams;
    }

    private void assertAllAreFree() throws IOException {
        await().atMost(PATIENCE).until(() -> controlPlane.status().subscribers().isEmpty());
        peer.close();
        peer = RawHttp2.connect(controlPlane.port());
        List<Integer> next = openAndAwait();
        assertThat(next).noneMatch(peer::isOver);
    }

    @Test
    void afterAMessageThatIsNoProtobuf() throws IOException {
        for (int stream : openAndAwait()) {
            peer.message(stream, NO_PROTOBUF);
        }
        peer.flush();

        assertAllAreFree();
    }

    @Test
    void afterAMessageThatIsNoProtobufAndAReset() throws IOException {
        for (int stream : openAndAwait()) {
            peer.message(stream, NO_PROTOBUF);
            peer.reset(stream);
        }
        peer.flush();

        assertAllAreFree();
    }

    @Test
    void afterAMessageThatIsTooLarge() throws IOException {
        for (int stream : openAndAwait()) {
            peer.data(stream, RawHttp2.prefix(Integer.MAX_VALUE));
        }
        peer.flush();

        assertAllAreFree();
    }

    @Test
    void afterAReset() throws IOException {
        for (int stream : openAndAwait()) {
            peer.reset(stream);
        }
        peer.flush();

        assertAllAreFree();
    }

    @Test
    void afterTheClientsSideHasEnded() throws IOException {
        for (int stream : openAndAwait()) {
            peer.halfClose(stream);
        }
        peer.flush();

        assertAllAreFree();
    }

    @Test
    void afterTheClientsSideHasEndedInTheMiddleOfAMessage() throws IOException {
        for (int stream : openAndAwait()) {
            peer.data(stream, RawHttp2.prefix(10));
            peer.halfClose(stream);
        }
        peer.flush();

        assertAllAreFree();
    }

    @Test
    void afterTheConnectionIsClosed() throws IOException {
        openAndAwait();

        peer.close();

        assertAllAreFree();
    }

    @Test
    void streamThatIsRefusedIsResetToo() throws IOException {
        openAndAwait();

        List<Integer> refused = open(STREAMS);

        await().atMost(PATIENCE).until(() -> refused.stream().allMatch(peer::isReset));
        assertThat(controlPlane.status().refusals().streamsOverLimit()).isEqualTo(STREAMS);
    }
}
