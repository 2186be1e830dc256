package io.opensergo.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.controlplane.TokenAuthorizer;
import io.opensergo.controlplane.TokenAuthorizer.Grant;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What no client of good will sends, byte by byte. */
class HostileRequestsTest {

    private static final int TIMEOUT_MILLIS = 60_000;

    private static TestConsole open;
    private static TestConsole guarded;

    @BeforeAll
    static void start() {
        open =
                TestConsole.with(
                        settings -> {},
                        settings ->
                                settings.requestTimeout(Duration.ofSeconds(1)).maxConnections(40));
        open.store(Texts.limit("limit", 1));
        guarded =
                TestConsole.with(
                        settings ->
                                settings.authorizer(
                                        TokenAuthorizer.of(
                                                new Grant(
                                                        "ops",
                                                        "secret",
                                                        Set.of("*"),
                                                        Set.of("*")))),
                        settings -> {});
    }

    @AfterAll
    static void stop() {
        open.close();
        guarded.close();
    }

    private static Socket connect(TestConsole console) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), console.port());
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    /** Writes a text, in which a bar stands for the end of a line. */
    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream()
                .write(text.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    private static String readAll(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (java.net.SocketException e) {
            return ""; // reset instead of closed
        }
    }

    private static String head(String line, String... headers) {
        String host =
                List.of(headers).stream().anyMatch(h -> h.startsWith("Host"))
                        ? ""
                        : "Host: localhost\r\n";
        return line
                + "\r\n"
                + host
                + String.join("", List.of(headers).stream().map(h -> h + "\r\n").toList())
                + "Connection: close\r\n\r\n";
    }

    private static String send(TestConsole console, String request) throws IOException {
        try (Socket socket = connect(console)) {
            write(socket, request);
            return readAll(socket);
        }
    }

    private static int status(String answer) {
        assertThat(answer).startsWith("HTTP/1.1 ");
        return Integer.parseInt(answer.substring(9, 12));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/session/../rules",
                "/api/v1/openapi.json/..%2frules",
                "/api/v1/%72ules",
                "/api/v1/rules;jsessionid=1",
                "/api/v1/openapi.json;/../rules",
                "/api/v1/./rules",
                "/api/v1//rules",
                "//api/v1/rules",
                "/api/v1/rules/",
                "/api/v1/rules%00",
                "/api/v1/rules.json",
                "/API/V1/RULES",
                "/api/v1/rules%20",
                "/index.html/../api/v1/rules",
                "/..%5c..%5cetc/passwd",
                "/%2e%2e/%2e%2e/etc/passwd",
                "/%c0%ae%c0%ae/etc/passwd",
                "http://localhost/api/v1/rules",
                "*",
                "/api/v1/rules\\..\\x"
            })
    void noOtherWayOfWritingAPathLeadsPastTheGate(String path) throws Exception {
        String answer = send(guarded, head("GET " + path + " HTTP/1.1"));

        assertThat(status(answer)).isIn(400, 401, 404);
        assertThat(answer).doesNotContain("root:", "RateLimitStrategy", "org.eclipse", "Exception");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/v1/rules HTTP/1.1||",
                "GET /api/v1/rules HTTP/1.1|Host: localhost|Host: localhost||",
                "GET /api/v1/rules HTTP/1.1|Host: localhost|X : 1||",
                "GET /api/v1/rules HTTP/1.1|Host: localhost|A: 1| folded||",
                "POST /api/v1/validate HTTP/1.1|Host: localhost|Content-Length: 2|"
                        + "Content-Length: 3||{}x",
                "POST /api/v1/validate HTTP/1.1|Host: localhost|Content-Length: 2|"
                        + "Transfer-Encoding: chunked||0||",
                "POST /api/v1/validate HTTP/1.1|Host: localhost|Content-Length: -1||",
                "POST /api/v1/validate HTTP/1.1|Host: localhost|"
                        + "Transfer-Encoding: chunked, identity||0||",
                "GET /api/v1/rules HTTP/0.9||",
                "PRI * HTTP/2.0||SM||",
                "\u0016\u0003\u0001\u0002\u0000\u0001||",
                "nonsense||"
            })
    void whatIsNoUnambiguousRequestIsRefused(String request) throws Exception {
        try (Socket socket = connect(open)) {
            write(socket, request);
            socket.shutdownOutput();
            String answer = readAll(socket);

            if (!answer.isEmpty()) {
                assertThat(status(answer)).isBetween(400, 505);
                assertThat(answer).doesNotContain("org.eclipse", "Exception", "Jetty");
            }
        }
    }

    @Test
    void aMethodCannotBeOverridden() throws Exception {
        String answer =
                send(
                        open,
                        head(
                                "GET /api/v1/rule?kind=RateLimitStrategy&namespace=default&name=limit"
                                        + "&_method=DELETE HTTP/1.1",
                                "X-HTTP-Method-Override: DELETE",
                                "X-OpenSergo-Console: 1"));
        assertThat(status(answer)).isEqualTo(400);
        assertThat(status(send(open, head("TRACE /api/v1/rules HTTP/1.1")))).isEqualTo(405);
        assertThat(status(send(open, head("OPTIONS /api/v1/rules HTTP/1.1", "Origin: http://x"))))
                .isEqualTo(405);
        assertThat(status(send(open, head("CONNECT localhost:1 HTTP/1.1")))).isBetween(400, 405);
    }

    @Test
    void aNameThatASiteHasLeadHereGetsNothing() throws Exception {
        for (String host :
                List.of("evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "")) {
            String answer = send(open, head("GET /api/v1/rules HTTP/1.1", "Host: " + host));
            assertThat(status(answer)).as(host).isIn(400, 421);
            assertThat(answer).doesNotContain("limit\"");
        }
        for (String host : List.of("localhost:9", "127.0.0.1", "[::1]:8848")) {
            assertThat(status(send(open, head("GET /api/v1/rules HTTP/1.1", "Host: " + host))))
                    .as(host)
                    .isEqualTo(200);
        }
    }

    @Test
    void aHeadThatIsTooLargeIsRefused() throws Exception {
        String answer = send(open, head("GET /api/v1/rules HTTP/1.1", "X: " + "x".repeat(20_000)));
        assertThat(status(answer)).isEqualTo(431);
        assertThat(status(send(open, head("GET /" + "x".repeat(20_000) + " HTTP/1.1"))))
                .isEqualTo(414);
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedBeforeItIsRead() throws Exception {
        String answer =
                send(
                        open,
                        head(
                                "POST /api/v1/validate HTTP/1.1",
                                "Content-Type: application/json",
                                "Content-Length: 99999999999",
                                "X-OpenSergo-Console: 1"));
        assertThat(status(answer)).isEqualTo(413);
    }

    @Test
    void aBodyInChunksIsBoundedToo() throws Exception {
        try (Socket socket = connect(open)) {
            write(
                    socket,
                    "POST /api/v1/validate HTTP/1.1|Host: localhost|"
                            + "Content-Type: application/json|X-OpenSergo-Console: 1|"
                            + "Transfer-Encoding: chunked||");
            String chunk = "10000|" + "x".repeat(0x10000) + "|";
            try {
                for (int i = 0; i < 80; i++) {
                    write(socket, chunk);
                }
            } catch (IOException e) {
                return; // it has closed the connection
            }
            assertThat(status(readAll(socket))).isEqualTo(413);
        }
    }

    @Test
    void aBodyOfSomebodyWhoIsNotKnownIsNotRead() throws Exception {
        try (Socket socket = connect(guarded)) {
            write(
                    socket,
                    "POST /api/v1/changes HTTP/1.1|Host: localhost|"
                            + "Content-Type: application/json|Content-Length: 1000000||{");

            assertThat(
                            status(
                                    new String(
                                            socket.getInputStream().readNBytes(400),
                                            StandardCharsets.UTF_8)))
                    .isEqualTo(401);
        }
    }

    @Test
    void aBodyThatComesSlowlyIsRefusedInTime() throws Exception {
        try (Socket socket = connect(open)) {
            write(
                    socket,
                    "POST /api/v1/validate HTTP/1.1|Host: localhost|"
                            + "Content-Type: application/json|X-OpenSergo-Console: 1|"
                            + "Content-Length: 1000||{");

            assertThat(status(readAll(socket))).isEqualTo(408);
        }
    }

    @Test
    void aHeadThatComesSteadilyAndSlowlyIsCut() throws Exception {
        try (Socket socket = connect(open)) {
            write(socket, "GET /api/v1/rules HTTP/1.1|Host: localhost|X: ");
            InputStream in = socket.getInputStream();
            await().atMost(TestConsole.PATIENCE)
                    .until(
                            () -> {
                                try {
                                    write(socket, "x");
                                    socket.setSoTimeout(50);
                                    return in.read() < 0;
                                } catch (java.net.SocketTimeoutException e) {
                                    return false;
                                } catch (IOException e) {
                                    return true;
                                }
                            });
        }
    }

    @Test
    void aConnectionThatIsKeptServesAsLongAsItIsUsed() throws Exception {
        try (Socket socket = connect(open)) {
            long end = System.nanoTime() + Duration.ofMillis(2500).toNanos();
            String request = "HEAD /api/v1/kinds HTTP/1.1|Host: localhost||";
            byte[] buffer = new byte[4096];
            while (System.nanoTime() < end) {
                write(socket, request);
                assertThat(socket.getInputStream().read(buffer)).isPositive();
            }
        }
    }

    @Test
    void manyConnectionsOfOneAddressLeaveRoomForOthers() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 60; i++) {
                sockets.add(connect(open));
            }
        } catch (IOException e) {
            assertThat(sockets).isNotEmpty();
        } finally {
            for (Socket each : sockets) {
                each.close();
            }
        }
        await().atMost(TestConsole.PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(status(send(open, head("GET /api/v1/kinds HTTP/1.1"))))
                                        .isEqualTo(200));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"?name=%", "?name=%zz", "?name=%ff", "?name=a&name=b", "?%6eame=a&name=b"})
    void aQueryThatCouldMeanTwoThingsIsRefused(String query) throws Exception {
        assertThat(status(send(open, head("GET /api/v1/rule" + query + " HTTP/1.1"))))
                .isEqualTo(400);
    }
}
