package io.opensergo.controlplane;

import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.ConnectionState;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.client.TlsSettings;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that is served, and whose certificate is refused once its connection has its age. */
class RevokedCertificateTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir private Path directory;
    private TestCertificate ca;
    private Path clientCa;
    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private final Set<String> revoked = ConcurrentHashMap.newKeySet();
    private final List<RuleSnapshot<RateLimitStrategy>> snapshots = new CopyOnWriteArrayList<>();
    private ControlPlane controlPlane;
    private OpenSergoClient client;

    /** Serves a client that shows a certificate, until it has its rules. */
    @BeforeEach
    void serve() throws Exception {
        ca = TestCertificate.selfSigned(directory, "ca");
        TestCertificate server = ca.sign("server");
        TestCertificate shop = ca.sign("shop");
        clientCa = Files.copy(ca.certificate(), directory.resolve("client-ca.pem"));
        rules.put(rateLimit("a", 1));
        controlPlane =
                ControlPlane.builder()
                        .port(0)
                        .source(rules)
                        .tls(
                                ServerTls.of(server.certificate(), server.key())
                                        .withClientCa(clientCa))
                        .tlsReloadInterval(Duration.ofMillis(50))
                        .maxConnectionAge(Duration.ofSeconds(1), Duration.ofMillis(500))
                        .authorizer(new NotRevoked(revoked))
                        .start();
        client =
                OpenSergoClients.builder()
                        .endpoints("https://localhost:" + controlPlane.port())
                        .tls(
                                new TlsSettings(
                                        ca.certificate(), shop.certificate(), shop.key(), null))
                        .backoff(Duration.ofMillis(10), Duration.ofMillis(100))
                        .build();
        client.rules(Target.of("foo-app"), RateLimitStrategy.KIND).subscribe(snapshots::add);
        awaitRules(1);
    }

    @AfterEach
    void stop() {
        client.close();
        controlPlane.close();
    }

    /** Lets everybody in whose certificate is not on a list. */
    private record NotRevoked(Set<String> names) implements Authorizer {

        @Override
        public @Nullable String authenticate(ClientCredentials credentials) {
            String name = credentials.certificateNames().get(0);
            return names.contains(name) ? null : name;
        }

        @Override
        public boolean mayRead(String client, String namespace, String app, String kind) {
            return true;
        }
    }

    private void awaitRules(long threshold) {
        await().atMost(PATIENCE)
                .until(
                        () ->
                                !snapshots.isEmpty()
                                        && snapshots
                                                .get(snapshots.size() - 1)
                                                .rules()
                                                .equals(List.of(rateLimit("a", threshold))));
    }

    private void assertRefused(String cause) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> {
                            ConnectionState state = client.state();
                            assertThat(state.phase()).isEqualTo(Phase.REFUSED);
                            assertThat(state.cause()).hasMessageContaining(cause);
                        });
        rules.put(rateLimit("a", 2));
        await().atMost(PATIENCE).until(() -> controlPlane.status().subscribers().isEmpty());
        assertThat(snapshots)
                .as("the last known rules stay in force")
                .allSatisfy(
                        snapshot ->
                                assertThat(snapshot.rules()).containsExactly(rateLimit("a", 1)));
    }

    @Test
    void certificateOfAnAuthorityThatIsNoLongerTrustedEndsTheServiceUntilItIsAgain()
            throws Exception {
        TestCertificate otherCa = TestCertificate.selfSigned(directory, "other-ca");
        TestCertificate.replace(clientCa, otherCa.certificate());

        assertRefused("tls.certFile: the server does not accept");

        TestCertificate.replace(clientCa, ca.certificate());
        awaitRules(2);
        await().atMost(PATIENCE).until(() -> client.state().phase() == Phase.READY);
    }

    @Test
    void certificateThatTheAuthorizerRefusesEndsTheServiceUntilItNoLongerDoes() {
        revoked.add("CN=shop");

        assertRefused("does not accept the client's token or certificate");

        revoked.clear();
        awaitRules(2);
        await().atMost(PATIENCE).until(() -> client.state().phase() == Phase.READY);
    }
}
