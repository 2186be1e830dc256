package io.opensergo.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.controlplane.Authorizer;
import io.opensergo.controlplane.ClientCredentials;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.ServerTls;
import io.opensergo.testsupport.TestCertificate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console over TLS, by the certificates of its control plane. */
class ConsoleTlsTest {

    @TempDir private static Path directory;
    private static TestCertificate own;

    /** Knows one token, and clients by their certificate. */
    private static final class Known implements Authorizer {

        @Override
        public @Nullable String authenticate(ClientCredentials credentials) {
            if ("secret".equals(credentials.token())) {
                return "ops";
            }
            return credentials.token() == null
                            && credentials.certificateNames().contains("CN=localhost")
                    ? "by-certificate"
                    : null;
        }

        @Override
        public boolean mayRead(String client, String namespace, String app, String kind) {
            return true;
        }
    }

    @BeforeAll
    static void makeCertificate() throws Exception {
        own = TestCertificate.selfSigned(directory, "localhost");
    }

    private static HttpClient client(boolean withCertificate) throws Exception {
        var context = SSLContext.getInstance("TLS");
        context.init(
                withCertificate ? own.bundle().toKeyManagerFactory().getKeyManagers() : null,
                own.bundle().toTrustManagerFactory().getTrustManagers(),
                null);
        return HttpClient.newBuilder().sslContext(context).build();
    }

    private static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request)
            throws Exception {
        return client.send(
                request.timeout(TestConsole.PATIENCE).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder to(Console console, String path) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + console.port() + path))
                .header("X-OpenSergo-Console", "1");
    }

    @Test
    void aSessionsCookieIsForTlsAndThisHostAlone() throws Exception {
        try (ControlPlane controlPlane =
                        ControlPlane.builder()
                                .port(0)
                                .tls(ServerTls.of(own.certificate(), own.key()))
                                .authorizer(new Known())
                                .start();
                Console console = Console.builder(controlPlane).port(0).start()) {
            assertThat(console.isEncrypted()).isTrue();
            HttpResponse<String> login =
                    send(
                            client(false),
                            to(console, "/api/v1/session")
                                    .header("Content-Type", "application/json")
                                    .POST(
                                            HttpRequest.BodyPublishers.ofString(
                                                    "{\"token\": \"secret\"}")));

            String cookie = login.headers().firstValue("set-cookie").orElseThrow();
            assertThat(cookie)
                    .startsWith("__Host-opensergo-session=")
                    .contains("; Path=/;", "; Secure", "; HttpOnly", "SameSite=Strict");
            assertThat(
                            send(
                                            client(false),
                                            to(console, "/api/v1/session")
                                                    .header("Cookie", cookie.split(";", 2)[0]))
                                    .body())
                    .contains("\"name\":\"ops\"");
        }
    }

    @Test
    void aClientsCertificateSaysWhoItIs() throws Exception {
        try (ControlPlane controlPlane =
                        ControlPlane.builder()
                                .port(0)
                                .tls(
                                        ServerTls.of(own.certificate(), own.key())
                                                .withClientCa(own.certificate()))
                                .authorizer(new Known())
                                .start();
                Console console = Console.builder(controlPlane).port(0).start()) {
            assertThat(send(client(true), to(console, "/api/v1/session")).body())
                    .contains("\"name\":\"by-certificate\"", "\"proof\":\"certificate\"");
            HttpClient without = client(false);
            assertThatThrownBy(() -> send(without, to(console, "/api/v1/session")))
                    .isInstanceOf(IOException.class);
        }
    }
}
