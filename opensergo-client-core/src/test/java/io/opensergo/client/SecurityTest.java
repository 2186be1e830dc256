package io.opensergo.client;

import static io.opensergo.client.Recorder.limit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.LogCapture;
import io.opensergo.testsupport.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS whose files are replaced, names of servers, and tokens. */
class SecurityTest {

    private static final Target SHOP = Target.of("shop");

    @TempDir static Path made;

    private static TestCertificate first;
    private static TestCertificate second;
    private static TestCertificate elsewhere;

    @TempDir Path files;

    private final List<AutoCloseable> open = new ArrayList<>();
    private Path caFile;
    private Path certFile;
    private Path keyFile;

    @BeforeAll
    static void makeCertificates() throws Exception {
        first = TestCertificate.selfSigned(made, "first");
        second = TestCertificate.selfSigned(made, "second");
        elsewhere = TestCertificate.selfSignedFor(made, "elsewhere", "control-plane.example.org");
    }

    @BeforeEach
    void nameFiles() throws IOException {
        caFile = files.resolve("ca.pem");
        certFile = files.resolve("cert.pem");
        keyFile = files.resolve("key.pem");
        TestCertificate.replace(caFile, first.certificate());
        TestCertificate.replace(certFile, first.certificate());
        TestCertificate.replace(keyFile, first.key());
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private ScriptedControlPlane open(ScriptedControlPlane server) {
        open.add(server);
        return server;
    }

    private static ScriptedControlPlane tlsServer(int port, TestCertificate certificate) {
        return ScriptedControlPlane.startTls(
                port, certificate.certificate().toFile(), certificate.key().toFile());
    }

    private OpenSergoClient client(String endpoint, @Nullable TlsSettings tls) {
        return client(endpoint, tls, null);
    }

    private OpenSergoClient client(
            String endpoint, @Nullable TlsSettings tls, @Nullable Supplier<String> token) {
        var builder =
                OpenSergoClients.builder()
                        .endpoints(endpoint)
                        .answerTimeout(Duration.ofMinutes(1))
                        .backoff(Duration.ofMillis(1), Duration.ofMillis(20));
        if (tls != null) {
            builder.tls(tls);
        }
        if (token != null) {
            builder.token(token);
        }
        OpenSergoClient client = builder.build();
        open.add(client);
        return client;
    }

    private static void awaitPhase(OpenSergoClient client, Phase phase) {
        await().until(() -> client.state().phase() == phase);
    }

    @Test
    void authorityThatIsReplacedCountsFromTheNextConnectionOnAndNoRuleIsLost() throws Exception {
        ScriptedControlPlane old = open(tlsServer(0, first));
        OpenSergoClient client =
                client("https://localhost:" + old.port(), TlsSettings.trusting(caFile));
        var follower = new Recorder<>(client.rules(SHOP, RateLimitStrategy.KIND));
        old.stream().answerSubscribe(0, 1, limit("a", 5));
        follower.get(0);
        int port = old.port();

        TestCertificate.replace(caFile, second.certificate());
        old.stream().push(RateLimitStrategy.KIND, 2, limit("a", 6));
        follower.get(1);
        old.kill();
        ScriptedControlPlane next = open(tlsServer(port, second));
        next.stream().answerSubscribe(0, 1, limit("a", 7));

        assertThat(follower.get(2).rules()).containsExactly(limit("a", 7));
        assertThat(follower.snapshots()).noneMatch(snapshot -> snapshot.rules().isEmpty());
    }

    @Test
    void ownCertificateThatIsReplacedIsShownFromTheNextConnectionOn() throws Exception {
        ScriptedControlPlane old = open(ScriptedControlPlane.startMutualTls(0, first, first));
        OpenSergoClient client =
                client("localhost:" + old.port(), new TlsSettings(caFile, certFile, keyFile, null));
        awaitPhase(client, Phase.READY);
        int port = old.port();

        TestCertificate.replace(certFile, second.certificate());
        TestCertificate.replace(keyFile, second.key());
        old.kill();
        ScriptedControlPlane next = open(ScriptedControlPlane.startMutualTls(port, first, second));
        client.rules(SHOP, RateLimitStrategy.KIND).subscribe();

        next.stream().subscribe(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"half", "empty", "missing", "pair"})
    void filesThatCannotBeUsedLeaveTheLastGoodOnesInUseAndAreReportedOnce(String fault)
            throws Exception {
        ScriptedControlPlane server = open(ScriptedControlPlane.startMutualTls(0, first, first));
        OpenSergoClient client =
                client(
                        "localhost:" + server.port(),
                        new TlsSettings(caFile, certFile, keyFile, null));
        var follower = new Recorder<>(client.rules(SHOP, RateLimitStrategy.KIND));
        server.stream().answerSubscribe(0, 1, limit("a", 5));
        follower.get(0);
        try (LogCapture log = LogCapture.open()) {
            spoil(fault);
            for (int stream = 0; stream < 3; stream++) {
                server.stream(stream).fail(Status.UNAVAILABLE);
                server.stream(stream + 1).subscribe(0);
            }

            assertThat(log.linesOf(TlsContext.class))
                    .singleElement()
                    .asString()
                    .contains("cannot be used: tls");
        }
        server.stream(3).answerSubscribe(0, 1, limit("a", 6));
        assertThat(follower.get(1).rules()).containsExactly(limit("a", 6));
    }

    private void spoil(String fault) throws IOException {
        byte[] good = Files.readAllBytes(keyFile);
        switch (fault) {
            case "half" -> Files.write(keyFile, Arrays.copyOf(good, good.length / 2));
            case "empty" -> Files.write(caFile, new byte[0]);
            case "missing" -> Files.delete(certFile);
            default -> TestCertificate.replace(keyFile, second.key());
        }
    }

    @Test
    void filesThatAreGoodAgainAreUsed() throws Exception {
        ScriptedControlPlane server = open(tlsServer(0, second));
        OpenSergoClient client = client("localhost:" + server.port(), TlsSettings.trusting(caFile));
        awaitPhase(client, Phase.RECOVERING);
        Files.writeString(caFile, "-----BEGIN CERTIFICATE-----\n");
        Files.delete(caFile);

        TestCertificate.replace(caFile, second.certificate());

        awaitPhase(client, Phase.READY);
    }

    @Test
    void certificateForAnotherHostIsRefusedByDefaultAndTheSettingIsNamed() {
        ScriptedControlPlane server = open(tlsServer(0, elsewhere));
        var trusting = TlsSettings.trusting(elsewhere.certificate());
        OpenSergoClient client = client("https://localhost:" + server.port(), trusting);
        awaitPhase(client, Phase.RECOVERING);

        assertThat(client.state().cause())
                .hasMessageContaining(
                        "tls.serverName: the server's certificate is for another host")
                .hasMessageContaining("localhost");
        assertThat(server.streamCount()).isZero();

        OpenSergoClient byAddress = client("https://127.0.0.1:" + server.port(), trusting);
        awaitPhase(byAddress, Phase.RECOVERING);
        assertThat(byAddress.state().cause()).hasMessageContaining("tls.serverName");
    }

    @Test
    void nameOfTheServerCanBeSet() {
        ScriptedControlPlane server = open(tlsServer(0, elsewhere));

        OpenSergoClient client =
                client(
                        "https://localhost:" + server.port(),
                        new TlsSettings(
                                elsewhere.certificate(), null, null, "control-plane.example.org"));

        awaitPhase(client, Phase.READY);
    }

    @Test
    void certificateThatIsNotTrustedIsRefusedAndTheSettingIsNamed() {
        ScriptedControlPlane server = open(tlsServer(0, first));
        OpenSergoClient client = client("https://localhost:" + server.port(), null);
        awaitPhase(client, Phase.RECOVERING);

        assertThat(client.state().cause())
                .hasMessageContaining("tls.caFile")
                .hasMessageContaining("trusts");
        assertThat(server.streamCount()).isZero();

        OpenSergoClient ofSameName =
                client(
                        "https://localhost:" + server.port(),
                        TlsSettings.trusting(second.certificate()));
        awaitPhase(ofSameName, Phase.RECOVERING);
        assertThat(ofSameName.state().cause()).hasMessageContaining("tls.caFile");
    }

    @Test
    void tokenWithoutASchemeGoesByTlsOnly() {
        ScriptedControlPlane plain = open(ScriptedControlPlane.start());
        OpenSergoClient client = client(plain.endpoint(), null, () -> "s3cret");
        awaitPhase(client, Phase.RECOVERING);

        assertThat(plain.authorizations()).isEmpty();

        OpenSergoClient byScheme = client("http://" + plain.endpoint(), null, () -> "s3cret");
        byScheme.rules(SHOP, RateLimitStrategy.KIND).subscribe();
        plain.stream();
        assertThat(plain.authorizations()).containsExactly("Bearer s3cret");
    }

    @Test
    void tokenIsAskedForOnEachStream() {
        ScriptedControlPlane plain = open(ScriptedControlPlane.start());
        List<String> tokens = new ArrayList<>(List.of("one", "two"));
        OpenSergoClient client = client("http://" + plain.endpoint(), null, () -> tokens.remove(0));
        client.rules(SHOP, RateLimitStrategy.KIND).subscribe();

        plain.stream().fail(Status.UNAVAILABLE);
        plain.stream(1);

        assertThat(plain.authorizations()).containsExactly("Bearer one", "Bearer two");
    }

    private static Supplier<String> supplier(String behaviour) {
        return switch (behaviour) {
            case "throws" ->
                    () -> {
                        throw new IllegalStateException("cannot refresh s3cret");
                    };
            case "errs" ->
                    () -> {
                        throw new AssertionError("cannot refresh s3cret");
                    };
            case "null" -> () -> null;
            case "blank" -> () -> " \t";
            case "line" -> () -> "s3cret\n";
            default -> () -> "s3crét";
        };
    }

    @ParameterizedTest
    @CsvSource({
        "throws, the supplier failed with java.lang.IllegalStateException",
        "errs, the supplier failed with java.lang.AssertionError",
        "null, was null",
        "blank, was blank",
        "line, has white space at position 6 of 7",
        "accent, has another at position 4 of 6"
    })
    void tokenThatCannotBeSentIsARefusalThatNamesTheSettingAndNotTheToken(
            String behaviour, String expected) {
        ScriptedControlPlane plain = open(ScriptedControlPlane.start());

        OpenSergoClient client = client("http://" + plain.endpoint(), null, supplier(behaviour));
        awaitPhase(client, Phase.REFUSED);

        assertThat(client.state().cause())
                .hasMessageContaining("token: ")
                .hasMessageContaining(expected);
        assertThat(client.state().toString()).doesNotContain("s3cr");
        assertThat(plain.streamCount()).isZero();
    }

    @Test
    void clientRecoversOnceTheSupplierDoes() {
        ScriptedControlPlane plain = open(ScriptedControlPlane.start());
        List<String> tokens = new ArrayList<>(List.of("", "", "good"));

        OpenSergoClient client =
                client(
                        "http://" + plain.endpoint(),
                        null,
                        () -> tokens.size() > 1 ? tokens.remove(0) : tokens.get(0));
        client.rules(SHOP, RateLimitStrategy.KIND).subscribe();

        plain.stream();
        assertThat(plain.authorizations()).containsExactly("Bearer good");
    }

    @Test
    void plaintextToAnotherHostThatNobodyAskedForIsWarnedOfOnce() {
        try (LogCapture log = LogCapture.open()) {
            client("control-plane.invalid", null);

            assertThat(log.linesOf(ChannelFactory.class))
                    .singleElement()
                    .asString()
                    .contains("[control-plane.invalid]")
                    .contains("https://")
                    .contains("http://");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://control-plane.invalid", "localhost:1", "[::1]:1"})
    void connectionThatWasAskedForIsNotWarnedOf(String endpoint) {
        try (LogCapture log = LogCapture.open()) {
            client(endpoint, null);

            assertThat(log.linesOf(ChannelFactory.class)).isEmpty();
        }
    }
}
