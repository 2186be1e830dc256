package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.api.ConfigurationException;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.LogCapture;
import io.opensergo.testsupport.TestCertificate;
import java.nio.file.Path;
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
        first = TestCertificate.selfSigned(made, "first");
        second = TestCertificate.selfSigned(made, "second");
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
        return first.bundle().toKeyManagerFactory();
    }

    private static KeyManagerFactory uninitialized() throws Exception {
        return KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    }

    private static TrustManagerFactory trusting(TestCertificate authority) {
        return authority.bundle().toTrustManagerFactory();
    }
}
