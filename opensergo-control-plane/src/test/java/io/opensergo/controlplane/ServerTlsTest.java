package io.opensergo.controlplane;

import static io.opensergo.controlplane.TestClient.rulesOf;
import static io.opensergo.testsupport.RateLimits.RATE_LIMIT;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.ChannelCredentials;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.client.TlsSettings;
import io.opensergo.controlplane.TestClient.Stream;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.TestCertificate;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who the two ends prove to be, over real handshakes. */
class ServerTlsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration DAYS = Duration.ofDays(5);

    @TempDir private Path directory;
    private TestCertificate ca;
    private TestCertificate otherCa;
    private TestCertificate server;
    private TestCertificate next;
    private TestCertificate shop;
    private TestCertificate stranger;
    private TestCertificate expired;
    private final InMemoryRuleSource rules = new InMemoryRuleSource();

    @BeforeEach
    void makeCertificates() throws Exception {
        ca = TestCertificate.selfSigned(directory, "ca");
        otherCa = TestCertificate.selfSigned(directory, "other-ca");
        server = ca.sign("server");
        next = otherCa.sign("next");
        shop = ca.sign("shop");
        stranger = otherCa.sign("stranger");
        Instant now = Instant.now();
        expired = ca.sign("expired", now.minus(DAYS.multipliedBy(2)), now.minus(DAYS));
        rules.put(rateLimit("a", 1));
    }

    @Test
    void realClientReadsRulesOverTls() throws Exception {
        try (ControlPlane controlPlane = start(serverOnly());
                OpenSergoClient client =
                        OpenSergoClients.builder()
                                .endpoints("https://localhost:" + controlPlane.port())
                                .tls(TlsSettings.trusting(ca.certificate()))
                                .build()) {
            assertThat(
                            client.rules(Target.of("foo-app"), RateLimitStrategy.KIND)
                                    .blockFirst(PATIENCE)
                                    .rules())
                    .containsExactly(rateLimit("a", 1));
        }
    }

    @Test
    void clientOfAnotherCaDoesNotTrustTheControlPlane() throws Exception {
        try (ControlPlane controlPlane = start(serverOnly());
                TestClient client = client(controlPlane, otherCa, null)) {
            assertThat(client.open().status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        }
    }

    @Test
    void plaintextClientGetsNothing() throws Exception {
        try (ControlPlane controlPlane = start(serverOnly());
                var client = new TestClient(controlPlane)) {
            assertThat(client.open().status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        }
    }

    @Test
    void mutualTlsLetsInThoseAloneThatItsCaVouchesFor() throws Exception {
        try (ControlPlane controlPlane = start(mutual());
                TestClient known = client(controlPlane, ca, shop);
                TestClient unknown = client(controlPlane, ca, stranger);
                TestClient nobody = client(controlPlane, ca, null)) {
            assertThat(rulesOf(known.open().subscribe("foo-app", RATE_LIMIT).next())).hasSize(1);
            assertThat(unknown.open().status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(nobody.open().status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        }
    }

    @Test
    void authorizerGetsTheNamesInTheCertificate() throws Exception {
        Set<ClientCredentials> shown = ConcurrentHashMap.newKeySet();
        var authorizer =
                new Authorizer() {
                    @Override
                    public String authenticate(ClientCredentials credentials) {
                        shown.add(credentials);
                        return credentials.certificateNames().get(0);
                    }

                    @Override
                    public boolean mayRead(String client, String ns, String app, String kind) {
                        return client.equals("CN=shop");
                    }
                };
        try (ControlPlane controlPlane = builder(mutual()).authorizer(authorizer).start();
                TestClient known = client(controlPlane, ca, shop)) {
            known.open().subscribe("foo-app", RATE_LIMIT).next();

            assertThat(controlPlane.status().subscribers().get(0).principal()).isEqualTo("CN=shop");
            assertThat(shown)
                    .singleElement()
                    .satisfies(
                            credentials -> {
                                assertThat(credentials.token()).isNull();
                                assertThat(credentials.remoteAddress()).startsWith("127.0.0.1:");
                                assertThat(credentials.certificateNames())
                                        .containsExactly(
                                                "CN=shop",
                                                "DNS:localhost",
                                                "IP:127.0.0.1",
                                                "URI:spiffe://test/shop");
                            });
        }
    }

    @Test
    void rotatedCertificatesAreUsedAndNoStreamEnds() throws Exception {
        try (ControlPlane controlPlane = start(mutual());
                TestClient before = client(controlPlane, ca, shop)) {
            Stream stream = before.open().subscribe("foo-app", RATE_LIMIT);
            stream.next();

            server.replaceBy(next);
            TestCertificate.replace(ca.certificate(), otherCa.certificate());

            await().atMost(PATIENCE).until(() -> isServed(controlPlane, otherCa, stranger));
            await().atMost(PATIENCE).until(() -> !isServed(controlPlane, otherCa, shop));
            rules.put(rateLimit("a", 2));
            assertThat(rulesOf(stream.next())).containsExactly(rateLimit("a", 2));
            assertThat(stream.end()).isNotDone();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"other pair", "torn", "expired", "gone"})
    void newFilesThatCannotBeUsedLeaveTheOldOnesInForce(String fault) throws Exception {
        try (ControlPlane controlPlane = start(serverOnly())) {
            switch (fault) {
                case "other pair" ->
                        TestCertificate.replace(server.certificate(), next.certificate());
                case "torn" ->
                        Files.writeString(
                                server.key(), Files.readString(next.key()).substring(0, 60));
                case "expired" -> server.replaceBy(expired);
                default -> Files.delete(server.certificate());
            }
            var looks = new CopyOnWriteArrayList<Boolean>();
            await().atMost(PATIENCE)
                    .until(
                            () -> {
                                looks.add(isServed(controlPlane, ca, null));
                                return looks.size() == 10;
                            });
            assertThat(looks).containsOnly(true);

            server.replaceBy(next);

            await().atMost(PATIENCE).until(() -> isServed(controlPlane, otherCa, null));
        }
    }

    @Test
    void certificateThatIsThereBeforeItIsValidIsTakenWhenItIs() throws Exception {
        Instant now = Instant.now();
        TestCertificate soon = otherCa.sign("soon", now.plusSeconds(10), now.plus(DAYS));
        try (ControlPlane controlPlane = start(serverOnly())) {
            server.replaceBy(soon);
            assertThat(isServed(controlPlane, ca, null)).isTrue();

            await().atMost(Duration.ofSeconds(40))
                    .until(() -> isServed(controlPlane, otherCa, null));
        }
    }

    @Test
    void oneFileMayHoldKeyAndCertificatesInAnyOrderBehindAByteOrderMark() throws Exception {
        Path all = directory.resolve("all.pem");
        Files.writeString(
                all,
                "\uFEFF"
                        + Files.readString(ca.certificate())
                        + Files.readString(server.key())
                        + "the certificate of the server\n"
                        + Files.readString(server.certificate()));
        try (ControlPlane controlPlane = start(ServerTls.of(all, all))) {
            assertThat(isServed(controlPlane, ca, null)).isTrue();
            assertThat(isServed(controlPlane, otherCa, null)).isFalse();
        }
    }

    @Test
    void fileThatCannotBeUsedAtTheStartIsNamedWithTheFixAndWithoutItsContent() throws Exception {
        assertRefused(server, shop, "shop.key is not that of a certificate in");
        assertRefused(expired, expired, "expired.pem is valid only from");
        Files.writeString(shop.certificate(), "no certificate");
        assertRefused(shop, shop, "shop.pem must hold a certificate in PEM");
        String secret = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQ";
        Files.writeString(
                server.key(),
                "-----BEGIN PRIVATE KEY-----\n" + secret + "\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> start(serverOnly()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("server.key must hold an RSA or EC private key in PKCS#8")
                .satisfies(e -> assertThat(stackTraceOf(e)).doesNotContain(secret));
        Files.delete(server.key());
        assertRefused(server, server, "server.key cannot be read");
    }

    private static String stackTraceOf(Throwable e) {
        var text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private void assertRefused(TestCertificate cert, TestCertificate key, String reason) {
        var tls = ServerTls.of(cert.certificate(), key.key());
        assertThatThrownBy(() -> start(tls))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(reason);
    }

    private ServerTls serverOnly() {
        return ServerTls.of(server.certificate(), server.key());
    }

    private ServerTls mutual() {
        return serverOnly().withClientCa(ca.certificate());
    }

    private ControlPlane start(ServerTls tls) {
        return builder(tls).start();
    }

    private ControlPlaneBuilder builder(ServerTls tls) {
        return ControlPlane.builder()
                .port(0)
                .source(rules)
                .tls(tls)
                .tlsReloadInterval(Duration.ofMillis(50));
    }

    private boolean isServed(
            ControlPlane controlPlane, TestCertificate trusted, TestCertificate own)
            throws Exception {
        try (TestClient client = client(controlPlane, trusted, own)) {
            Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
            await().atMost(PATIENCE).until(() -> stream.end().isDone() || stream.hasNext());
            return !stream.end().isDone();
        }
    }

    /**
     * @param own what the client shows; {@code null} for nothing
     */
    private static TestClient client(
            ControlPlane controlPlane, TestCertificate trusted, TestCertificate own)
            throws Exception {
        var tls = TlsChannelCredentials.newBuilder().trustManager(trusted.certificate().toFile());
        if (own != null) {
            tls.keyManager(own.certificate().toFile(), own.key().toFile());
        }
        ChannelCredentials credentials = tls.build();
        return new TestClient(
                NettyChannelBuilder.forAddress("localhost", controlPlane.port(), credentials)
                        .build());
    }
}
