package io.opensergo.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.controlplane.Authorizer;
import io.opensergo.controlplane.ClientCredentials;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.ServerTls;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console over TLS, by the certificates of its control plane. */
class ConsoleTlsTest {

    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir private static Path directory;
    private static KeyStore keys;

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
        Path store = directory.resolve("keys.p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "own",
                                "-keyalg",
                                "EC",
                                "-groupname",
                                "secp256r1",
                                "-dname",
                                "CN=localhost",
                                "-ext",
                                "san=dns:localhost",
                                "-keystore",
                                store.toString(),
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                new String(PASSWORD))
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("keytool").toFile())
                        .start();
        assertThat(keytool.waitFor()).isZero();
        keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        Files.writeString(cert(), pem("CERTIFICATE", keys.getCertificate("own").getEncoded()));
        Files.writeString(key(), pem("PRIVATE KEY", keys.getKey("own", PASSWORD).getEncoded()));
    }

    private static Path cert() {
        return directory.resolve("cert.pem");
    }

    private static Path key() {
        return directory.resolve("key.pem");
    }

    private static String pem(String type, byte[] content) {
        return "-----BEGIN "
                + type
                + "-----\n"
                + Base64.getMimeEncoder().encodeToString(content)
                + "\n-----END "
                + type
                + "-----\n";
    }

    private static HttpClient client(boolean withCertificate) throws Exception {
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("own", keys.getCertificate("own"));
        trust.init(trusted);
        var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD);
        var context = SSLContext.getInstance("TLS");
        context.init(withCertificate ? own.getKeyManagers() : null, trust.getTrustManagers(), null);
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
                                .tls(ServerTls.of(cert(), key()))
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
                                .tls(ServerTls.of(cert(), key()).withClientCa(cert()))
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
