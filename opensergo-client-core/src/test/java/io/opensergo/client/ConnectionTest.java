package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.opensergo.api.ConfigurationException;
import io.opensergo.api.ConnectionState;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionTest {

    @TempDir static Path directory;

    private static Path certificate;
    private static Path key;

    @BeforeAll
    static void makeCertificate() throws Exception {
        TestCertificate made = TestCertificate.selfSigned(directory, "server");
        certificate = made.certificate();
        key = made.key();
    }

    private static OpenSergoClientBuilder builder(String... endpoints) {
        return OpenSergoClients.builder()
                .endpoints(endpoints)
                .backoff(Duration.ofMillis(1), Duration.ofMillis(50));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void wrongPortIsAStateThatNamesTheEndpoint() throws IOException {
        String endpoint = "localhost:" + freePort();
        try (OpenSergoClient client = builder(endpoint).build()) {
            await().until(() -> client.state().phase() == Phase.RECOVERING);

            assertThat(client.state().cause())
                    .hasMessageContaining(endpoint)
                    .hasMessageContaining("refused");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:", "[::1]:"})
    void connectsToAnAddress(String host) {
        try (var server = ScriptedControlPlane.start();
                OpenSergoClient client = builder(host + server.port()).build()) {
            await().until(() -> client.state().phase() == Phase.READY);
        }
    }

    @Test
    void stateSaysSinceWhenThePhaseLastsAndNotWhenItWasLastTried() throws IOException {
        try (OpenSergoClient client = builder("localhost:" + freePort()).build()) {
            List<ConnectionState> states = new CopyOnWriteArrayList<>();
            client.states()
                    .filter(state -> state.phase() == Phase.RECOVERING)
                    .subscribe(states::add);

            await().until(() -> states.size() >= 3);

            assertThat(states)
                    .extracting(ConnectionState::since)
                    .containsOnly(states.get(0).since());
        }
    }

    @Test
    void hostThatDoesNotResolveIsAStateThatNamesTheHost() {
        try (OpenSergoClient client = builder("no-such-host.invalid:10246").build()) {
            await().until(() -> client.state().phase() == Phase.RECOVERING);

            assertThat(client.state().cause()).hasMessageContaining("no-such-host.invalid");
        }
    }

    @Test
    void serverThatIsNoGrpcServerIsAState() throws Exception {
        try (var plain = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var answering = new Thread(() -> answerHttp1(plain), "plain-http");
            answering.start();
            try (OpenSergoClient client = builder("localhost:" + plain.getLocalPort()).build()) {
                await().until(() -> client.state().phase() == Phase.RECOVERING);

                assertThat(client.state().cause())
                        .hasMessageContaining("localhost:" + plain.getLocalPort());
            }
            plain.close();
            answering.join();
        }
    }

    private static void answerHttp1(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                socket.getOutputStream()
                        .write(
                                "HTTP/1.1 400 Bad Request\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                // the client hung up, or the test is over and has closed the server
            }
        }
    }

    @Test
    void grpcServerOfAnotherServiceRefuses() throws IOException {
        Server other = NettyServerBuilder.forPort(0).build().start();
        try (OpenSergoClient client = builder("localhost:" + other.getPort()).build()) {
            await().until(() -> client.state().phase() == Phase.REFUSED);

            assertThat(client.state().cause()).hasMessageContaining("does not speak OpenSergo");
        } finally {
            other.shutdownNow();
        }
    }

    @Test
    void nextEndpointIsTriedWhenOneFails() throws IOException {
        try (var server = ScriptedControlPlane.start();
                OpenSergoClient client =
                        builder("localhost:" + freePort(), server.endpoint()).build()) {
            await().until(() -> client.state().phase() == Phase.READY);

            assertThat(client.state().endpoint()).isEqualTo(server.endpoint());
        }
    }

    @Test
    void connectsByTlsAndSendsTheToken() {
        try (var server = ScriptedControlPlane.startTls(certificate.toFile(), key.toFile());
                OpenSergoClient client =
                        builder("https://localhost:" + server.port())
                                .tls(TlsSettings.trusting(certificate))
                                .token(() -> "s3cret")
                                .build()) {
            client.rules(Target.of("shop"), RateLimitStrategy.KIND).subscribe();

            server.stream().subscribe(0);
            assertThat(server.authorizations()).containsExactly("Bearer s3cret");
        }
    }

    @Test
    void plaintextSchemeContradictsTls() {
        assertThatThrownBy(() -> builder("http://localhost").tls(TlsSettings.systemTrust()).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("https://");
    }

    @Test
    void tlsFilesAreCheckedWhenTheClientIsMade() throws IOException {
        Path missing = directory.resolve("missing.pem");
        assertThatThrownBy(
                        () ->
                                builder("https://localhost")
                                        .tls(TlsSettings.trusting(missing))
                                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("tls.caFile")
                .hasMessageContaining("missing.pem");
        Path noPem = Files.writeString(directory.resolve("no.pem"), "hello");
        assertThatThrownBy(
                        () -> builder("https://localhost").tls(TlsSettings.trusting(noPem)).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("PEM");
    }

    @Test
    void clientWithoutEndpointIsNotMade() {
        assertThatThrownBy(() -> OpenSergoClients.builder().build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("endpoint");
    }
}
