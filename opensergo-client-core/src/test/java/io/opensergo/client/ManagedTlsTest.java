package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.api.ConfigurationException;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS with managers of the application's own. */
class ManagedTlsTest {

    @TempDir static Path made;

    private static TestCertificate first;
    private static TestCertificate second;

    @BeforeAll
    static void makeCertificates() throws Exception {
        first = TestCertificate.make(made, "first", "localhost");
        second = TestCertificate.make(made, "second", "localhost");
    }

    @Test
    void managersThatAreReplacedCountFromTheNextConnectionOn() throws Exception {
        var managers = new AtomicReference<>(new TlsManagers(keys(), trusting(first), null));
        ScriptedControlPlane old = ScriptedControlPlane.startMutualTls(0, first, first);
        try (OpenSergoClient client = client(old.port(), managers)) {
            client.rules(Target.of("shop"), RateLimitStrategy.KIND).subscribe();
            old.stream().subscribe(0);
            int port = old.port();

            managers.set(new TlsManagers(keys(), trusting(second), null));
            old.kill();
            ScriptedControlPlane next = ScriptedControlPlane.startMutualTls(port, second, first);
            try (next) {
                next.stream().subscribe(0);
            }
        } finally {
            old.close();
        }
    }

    @Test
    void managersThatCannotBeUsedLeaveThoseBeforeInUseAndAreReportedOnce() throws Exception {
        var managers = new AtomicReference<>(new TlsManagers(null, trusting(first), "localhost"));
        var tls = new ManagedTls(managers::get);
        var before = tls.current();
        try (LogCapture log = LogCapture.open()) {
            managers.set(new TlsManagers(uninitialized(), null, "elsewhere"));

            assertThat(tls.current()).isSameAs(before);
            assertThat(tls.current()).isSameAs(before);
            assertThat(tls.serverName()).isEqualTo("localhost");
            assertThat(log.linesOf(ManagedTls.class)).hasSize(1);
        }
        managers.set(new TlsManagers(null, trusting(second), null));
        assertThat(tls.current()).isNotSameAs(before);
        assertThat(tls.serverName()).isNull();
    }

    @Test
    void managersThatCannotBeUsedAtTheStartEndIt() {
        assertThatThrownBy(
                        () ->
                                client(
                                        1,
                                        new AtomicReference<>(
                                                new TlsManagers(uninitialized(), null, null))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("cannot be used");
    }

    private static OpenSergoClient client(int port, AtomicReference<TlsManagers> managers) {
        return OpenSergoClients.builder()
                .endpoints("https://localhost:" + port)
                .tls(managers::get)
                .backoff(Duration.ofMillis(1), Duration.ofMillis(20))
                .build();
    }

    private static KeyManagerFactory keys() throws Exception {
        KeyStore store =
                KeyStore.getInstance(made.resolve("first.p12").toFile(), "changeit".toCharArray());
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "changeit".toCharArray());
        return keys;
    }

    private static KeyManagerFactory uninitialized() throws Exception {
        return KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    }

    private static TrustManagerFactory trusting(TestCertificate authority) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", certificate(authority.certificate()));
        var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(store);
        return trusted;
    }

    private static java.security.cert.Certificate certificate(Path file) throws Exception {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
