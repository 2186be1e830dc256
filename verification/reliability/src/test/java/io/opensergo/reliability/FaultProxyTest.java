package io.opensergo.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FaultProxyTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** How long nothing must come for it to count as silence. */
    private static final int SILENCE_MILLIS = 150;

    private EchoServer server;
    private FaultProxy proxy;

    @BeforeEach
    void start() throws IOException {
        server = new EchoServer();
        proxy = FaultProxy.to(server.port());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.close();
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    private ProxiedConnection only() {
        await().atMost(PATIENCE).until(() -> proxy.connections().size() == 1);
        return proxy.connections().get(0);
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String hear(Socket socket, int bytes) throws IOException {
        return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.UTF_8);
    }

    private static void assertSilence(Socket socket) throws IOException {
        socket.setSoTimeout(SILENCE_MILLIS);
        assertThatThrownBy(() -> socket.getInputStream().read())
                .isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout((int) PATIENCE.toMillis());
    }

    @Test
    void carriesWhatIsSaidUnchanged() throws Exception {
        byte[] sent = new byte[3_000_000];
        new Random(7).nextBytes(sent);
        try (Socket socket = connect()) {
            var sender =
                    new Thread(
                            () -> {
                                try {
                                    socket.getOutputStream().write(sent);
                                    socket.shutdownOutput();
                                } catch (IOException e) {
                                    throw new AssertionError(e);
                                }
                            });
            sender.start();

            byte[] heard = socket.getInputStream().readAllBytes();

            sender.join();
            assertThat(Arrays.equals(heard, sent)).isTrue();
        }
        await().atMost(PATIENCE).until(() -> server.ends().get(1) == EchoServer.End.FIN);
        await().atMost(PATIENCE).until(() -> proxy.connections().isEmpty());
    }

    @Test
    void carriesFiveHundredConnectionsAtOnce() throws IOException {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            sockets.add(connect());
        }
        for (Socket socket : sockets) {
            say(socket, "hello");
        }

        for (Socket socket : sockets) {
            assertThat(hear(socket, 5)).isEqualTo("hello");
            socket.close();
        }

        await().atMost(PATIENCE).until(() -> proxy.connections().isEmpty());
        assertThat(proxy.accepted()).isEqualTo(500);
        assertThat(server.accepted()).isEqualTo(500);
    }

    @ParameterizedTest
    @EnumSource
    void latencyHoldsBackWhatIsSaid(Direction direction) throws IOException {
        try (Socket socket = connect()) {
            only().latency(direction, Duration.ofMillis(300));

            long start = System.nanoTime();
            say(socket, "slow");
            assertThat(hear(socket, 4)).isEqualTo("slow");

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(300));
        }
    }

    @ParameterizedTest
    @EnumSource
    void latencyOfOneDirectionIsNotThatOfTheOther(Direction direction) throws IOException {
        try (Socket socket = connect()) {
            only().latency(direction, Duration.ofHours(1));

            say(socket, "slow");

            if (direction == Direction.DOWNSTREAM) {
                await().atMost(PATIENCE).until(() -> server.heard() == 4);
            }
            assertSilence(socket);
            assertThat(server.heard()).isEqualTo(direction == Direction.UPSTREAM ? 0 : 4);
        }
    }

    @ParameterizedTest
    @EnumSource
    void dripForwardsAFewBytesAtATime(Direction direction) throws IOException {
        try (Socket socket = connect()) {
            only().drip(direction, 2, Duration.ofMillis(50));

            long start = System.nanoTime();
            say(socket, "0123456789");
            assertThat(hear(socket, 10)).isEqualTo("0123456789");

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(4 * 50));
            only().restore();
            say(socket, "x".repeat(1000));
            assertThat(hear(socket, 1000)).hasSize(1000);
        }
    }

    @Test
    void cutEndsBothSidesInGoodOrder() throws IOException {
        try (Socket socket = connect()) {
            say(socket, "a");
            hear(socket, 1);

            only().cut();

            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        await().atMost(PATIENCE).until(() -> server.ends().get(1) == EchoServer.End.FIN);
        await().atMost(PATIENCE).until(() -> proxy.connections().isEmpty());
    }

    @Test
    void cutClosesASocketWhosePeerDoesNotMind() throws IOException {
        try (Socket socket = connect()) {
            ProxiedConnection connection = only();

            connection.cut();

            await().atMost(PATIENCE).until(() -> proxy.connections().isEmpty());
            assertThat(connection.isOpen()).isFalse();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void resetThrowsBothSidesAway() throws IOException {
        try (Socket socket = connect()) {
            say(socket, "a");
            hear(socket, 1);

            only().reset();

            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
        await().atMost(PATIENCE).until(() -> server.ends().get(1) == EchoServer.End.RST);
    }

    @Test
    void resetOfTheClientReachesTheServer() throws IOException {
        try (Socket socket = connect()) {
            say(socket, "a");
            hear(socket, 1);
            socket.setSoLinger(true, 0);
        }

        await().atMost(PATIENCE).until(() -> server.ends().get(1) == EchoServer.End.RST);
    }

    @ParameterizedTest
    @EnumSource
    void swallowDropsTheBytesOfOneDirection(Direction direction) throws IOException {
        try (Socket socket = connect()) {
            say(socket, "a");
            hear(socket, 1);
            only().swallow(direction);

            say(socket, "lost");

            if (direction == Direction.DOWNSTREAM) {
                await().atMost(PATIENCE).until(() -> server.heard() == 5);
            }
            assertSilence(socket);
            assertThat(server.heard()).isEqualTo(direction == Direction.UPSTREAM ? 1 : 5);
        }
    }

    @Test
    void silentConnectionKeepsBothSocketsAndTellsNothing() throws IOException {
        ProxiedConnection connection;
        try (Socket socket = connect()) {
            say(socket, "a");
            hear(socket, 1);
            connection = only();

            connection.goSilent();

            say(socket, "lost");
            assertSilence(socket);
            assertThat(connection.isOpen()).isTrue();
        }
        await().atMost(PATIENCE).until(() -> !connection.isOpen());
        assertThat(server.ends()).isEmpty();
        assertThat(proxy.connections()).containsExactly(connection);

        connection.cut();

        await().atMost(PATIENCE).until(() -> server.ends().get(1) == EchoServer.End.FIN);
        await().atMost(PATIENCE).until(() -> proxy.connections().isEmpty());
    }

    @ParameterizedTest
    @EnumSource
    void truncationForwardsSoManyBytesAndCuts(Direction direction) throws IOException {
        try (Socket socket = connect()) {
            ProxiedConnection connection = only();
            connection.truncateAfter(direction, 7);

            say(socket, "0123456789");

            String heard =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(connection.forwarded(direction)).isEqualTo(7);
            assertThat("0123456").startsWith(heard);
            if (direction == Direction.DOWNSTREAM) {
                assertThat(heard).isEqualTo("0123456");
            }
        }
        await().atMost(PATIENCE).until(() -> server.ends().get(1) == EchoServer.End.FIN);
    }

    @Test
    void refusesConnectionsUntilItResumesAndKeepsThoseItHas() throws IOException {
        try (Socket old = connect()) {
            only();

            proxy.refuse();

            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
            say(old, "a");
            assertThat(hear(old, 1)).isEqualTo("a");

            proxy.resume();

            try (Socket fresh = connect()) {
                say(fresh, "b");
                assertThat(hear(fresh, 1)).isEqualTo("b");
            }
        }
    }

    @Test
    void connectionToADeadServerIsReset() throws IOException {
        try (FaultProxy toNobody = FaultProxy.to(Ports.free());
                var socket = new Socket(InetAddress.getLoopbackAddress(), toNobody.port())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());

            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SocketException.class);
            assertThat(toNobody.connections()).isEmpty();
        }
    }

    @Test
    void faultsCanBeInjectedBeforeTheFirstByte() throws IOException {
        try (FaultProxy mean =
                FaultProxy.to(
                        server.port(),
                        connection -> connection.truncateAfter(Direction.UPSTREAM, 0))) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), mean.port())) {
                socket.setSoTimeout((int) PATIENCE.toMillis());
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
        }
        assertThat(server.heard()).isZero();
    }

    @Test
    void endsItsThreadWhenClosed() {
        proxy.close();

        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("fault-proxy-" + proxy.port()));
        assertThat(proxy.connections()).isEmpty();
    }
}
