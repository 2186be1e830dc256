package io.opensergo.controlplane;

import static io.opensergo.controlplane.Rules.RATE_LIMIT;
import static io.opensergo.controlplane.Rules.rateLimit;
import static io.opensergo.controlplane.TestClient.rulesOf;
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
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who the two ends prove to be, over real handshakes. */
class ServerTlsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir private static Path made;
    private static Certificates originals;

    @TempDir private Path directory;
    private Certificates certificates;
    private final InMemoryRuleSource rules = new InMemoryRuleSource();

    @BeforeAll
    static void make() throws Exception {
        originals = new Certificates(made);
        originals.makeCa("ca");
        originals.makeCa("other-ca");
        originals.make("server", "ca");
        originals.make("next", "other-ca");
        originals.make("shop", "ca");
        originals.make("stranger", "other-ca");
        originals.make("expired", "ca", "-startdate", "-10d", "-validity", "5");
    }

    @BeforeEach
    void copy() throws Exception {
        certificates = new Certificates(directory);
        for (String name :
                List.of("ca", "other-ca", "server", "next", "shop", "stranger", "expired")) {
            Files.copy(originals.cert(name), certificates.cert(name));
            Files.copy(originals.key(name), certificates.key(name));
        }
        rules.put(rateLimit("a", 1));
    }

    @Test
    void realClientReadsRulesOverTls() throws Exception {
        try (ControlPlane controlPlane = start(serverOnly());
                OpenSergoClient client =
                        OpenSergoClients.builder()
                                .endpoints("https://localhost:" + controlPlane.port())
                                .tls(TlsSettings.trusting(certificates.cert("ca")))
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
                TestClient client = client(controlPlane, "other-ca", null)) {
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
                TestClient shop = client(controlPlane, "ca", "shop");
                TestClient stranger = client(controlPlane, "ca", "stranger");
                TestClient nobody = client(controlPlane, "ca", null)) {
            assertThat(rulesOf(shop.open().subscribe("foo-app", RATE_LIMIT).next())).hasSize(1);
            assertThat(stranger.open().status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
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
                TestClient shop = client(controlPlane, "ca", "shop")) {
            shop.open().subscribe("foo-app", RATE_LIMIT).next();

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
                TestClient before = client(controlPlane, "ca", "shop")) {
            Stream stream = before.open().subscribe("foo-app", RATE_LIMIT);
            stream.next();

            certificates.rotate("server", "next");
            Certificates.replace(certificates.cert("ca"), certificates.cert("other-ca"));

            await().atMost(PATIENCE).until(() -> isServed(controlPlane, "other-ca", "stranger"));
            await().atMost(PATIENCE).until(() -> !isServed(controlPlane, "other-ca", "shop"));
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
                        Certificates.replace(
                                certificates.cert("server"), certificates.cert("next"));
                case "torn" ->
                        Files.writeString(
                                certificates.key("server"),
                                Files.readString(certificates.key("next")).substring(0, 60));
                case "expired" -> certificates.rotate("server", "expired");
                default -> Files.delete(certificates.cert("server"));
            }
            var looks = new CopyOnWriteArrayList<Boolean>();
            await().atMost(PATIENCE)
                    .until(
                            () -> {
                                looks.add(isServed(controlPlane, "ca", null));
                                return looks.size() == 10;
                            });
            assertThat(looks).containsOnly(true);

            certificates.rotate("server", "next");

            await().atMost(PATIENCE).until(() -> isServed(controlPlane, "other-ca", null));
        }
    }

    @Test
    void certificateThatIsThereBeforeItIsValidIsTakenWhenItIs() throws Exception {
        originals.make("soon", "other-ca", "-startdate", "+10S", "-validity", "5");
        try (ControlPlane controlPlane = start(serverOnly())) {
            certificates.rotate("server", originals.cert("soon"), originals.key("soon"));
            assertThat(isServed(controlPlane, "ca", null)).isTrue();

            await().atMost(Duration.ofSeconds(40))
                    .until(() -> isServed(controlPlane, "other-ca", null));
        }
    }

    @Test
    void oneFileMayHoldKeyAndCertificatesInAnyOrderBehindAByteOrderMark() throws Exception {
        Path all = directory.resolve("all.pem");
        Files.writeString(
                all,
                "\uFEFF"
                        + Files.readString(certificates.cert("ca"))
                        + Files.readString(certificates.key("server"))
                        + "the certificate of the server\n"
                        + Files.readString(certificates.cert("server")));
        try (ControlPlane controlPlane = start(ServerTls.of(all, all))) {
            assertThat(isServed(controlPlane, "ca", null)).isTrue();
            assertThat(isServed(controlPlane, "other-ca", null)).isFalse();
        }
    }

    @Test
    void fileThatCannotBeUsedAtTheStartIsNamedWithTheFixAndWithoutItsContent() throws Exception {
        assertRefused("server", "shop", "shop.key is not that of a certificate in");
        assertRefused("expired", "expired", "expired.pem is valid only from");
        Files.writeString(certificates.cert("shop"), "no certificate");
        assertRefused("shop", "shop", "shop.pem must hold a certificate in PEM");
        String secret = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQ";
        Files.writeString(
                certificates.key("server"),
                "-----BEGIN PRIVATE KEY-----\n" + secret + "\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> start(serverOnly()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("server.key must hold an RSA or EC private key in PKCS#8")
                .satisfies(e -> assertThat(stackTraceOf(e)).doesNotContain(secret));
        Files.delete(certificates.key("server"));
        assertRefused("server", "server", "server.key cannot be read");
    }

    private static String stackTraceOf(Throwable e) {
        var text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private void assertRefused(String cert, String key, String reason) {
        var tls = ServerTls.of(certificates.cert(cert), certificates.key(key));
        assertThatThrownBy(() -> start(tls))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(reason);
    }

    private ServerTls serverOnly() {
        return ServerTls.of(certificates.cert("server"), certificates.key("server"));
    }

    private ServerTls mutual() {
        return serverOnly().withClientCa(certificates.cert("ca"));
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

    private boolean isServed(ControlPlane controlPlane, String ca, String name) throws Exception {
        try (TestClient client = client(controlPlane, ca, name)) {
            Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
            await().atMost(PATIENCE).until(() -> stream.end().isDone() || stream.hasNext());
            return !stream.end().isDone();
        }
    }

    /**
     * @param name whose certificate the client shows; {@code null} for none
     */
    private TestClient client(ControlPlane controlPlane, String ca, String name) throws Exception {
        var tls = TlsChannelCredentials.newBuilder().trustManager(originals.cert(ca).toFile());
        if (name != null) {
            tls.keyManager(originals.cert(name).toFile(), originals.key(name).toFile());
        }
        ChannelCredentials credentials = tls.build();
        return new TestClient(
                NettyChannelBuilder.forAddress("localhost", controlPlane.port(), credentials)
                        .build());
    }
}
