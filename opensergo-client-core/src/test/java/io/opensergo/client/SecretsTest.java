package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.opensergo.api.ConfigurationException;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.LogCapture;
import io.opensergo.testsupport.TestCertificate;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No log line of any level and no exception, with all its causes, holds a secret. */
class SecretsTest {

    private static final String SECRET = "s3cr3tT0ken";

    @TempDir Path directory;

    private static String traceOf(Throwable error) {
        var text = new StringWriter();
        error.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    static List<Supplier<String>> suppliers() {
        return List.of(
                () -> SECRET,
                () -> SECRET + "\n",
                () -> SECRET + "\u00e9",
                () -> {
                    throw new IllegalStateException(
                            "no " + SECRET, new IllegalArgumentException(SECRET));
                },
                () -> {
                    throw new StackOverflowErrorOfASupplier(SECRET);
                });
    }

    private static final class StackOverflowErrorOfASupplier extends Error {

        private static final long serialVersionUID = 1L;

        StackOverflowErrorOfASupplier(String message) {
            super(message);
        }
    }

    @ParameterizedTest
    @MethodSource("suppliers")
    void tokenIsNeverShownWhateverBecomesOfIt(Supplier<String> token) {
        try (LogCapture log = LogCapture.openForAllOfPackage(ReactiveClient.class);
                var server = ScriptedControlPlane.start()) {
            OpenSergoClient client =
                    OpenSergoClients.builder()
                            .endpoints("http://" + server.endpoint())
                            .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
                            .token(token)
                            .build();
            try (client) {
                client.rules(Target.of("shop"), RateLimitStrategy.KIND).subscribe();
                await().until(
                                () ->
                                        client.state().phase() == Phase.REFUSED
                                                || server.streamCount() > 0);
                if (server.streamCount() > 0) {
                    server.stream().fail(Status.UNAUTHENTICATED.withDescription("bad token"));
                }
                await().until(() -> client.state().phase() == Phase.REFUSED);

                assertThat(traceOf(client.state().cause())).doesNotContain(SECRET);
                assertThat(client.state().toString()).doesNotContain(SECRET);
            }
            assertThat(log.text()).contains("token").doesNotContain(SECRET);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"endpoint\": \"localhost\", \"token\": \"s3cr3tT0ken\"",
                "{\"token\": \"s3cr3tT0ken\"}",
                "{\"endpoint\": \"localhost\", \"token\": [\"s3cr3tT0ken\"]}",
                "{\"endpoint\": \"localhost\", \"token\": \"s3cr3tT0ken\", \"tokn\": 1}",
                "{\"endpoint\": \"localhost\", \"token\": \"s3cr3tT0ken\\n\"}",
                "{\"endpoint\": \"local host\", \"token\": \"s3cr3tT0ken\"}",
                "{\"endpoint\": \"https://me:s3cr3tT0ken@localhost\"}",
                "{\"endpoint\": \"http://localhost\", \"token\": \"s3cr3tT0ken\", \"tls\": {}}",
                "\"s3cr3tT0ken\"",
                "s3cr3tT0ken"
            })
    void tokenOfABootstrapThatCannotBeUsedIsNotShown(String json) {
        try (LogCapture log = LogCapture.openForAllOfPackage(ReactiveClient.class)) {
            Throwable error = null;
            try {
                Bootstrap bootstrap =
                        Bootstrap.find(Map.of("OPENSERGO_BOOTSTRAP_CONFIG", json)).orElseThrow();
                assertThat(bootstrap.toString()).doesNotContain(SECRET);
                OpenSergoClients.builder().bootstrap(bootstrap).build().close();
            } catch (ConfigurationException e) {
                error = e;
            }

            assertThat(error).isNotNull();
            assertThat(traceOf(error)).doesNotContain(SECRET);
            assertThat(log.text()).doesNotContain(SECRET);
        }
    }

    @Test
    void settingsDoNotPrintTheToken() {
        var bootstrap =
                Bootstrap.find(
                                Map.of(
                                        "OPENSERGO_BOOTSTRAP_CONFIG",
                                        "{\"endpoint\":\"localhost\",\"token\":\""
                                                + SECRET
                                                + "\"}"))
                        .orElseThrow();
        var builder = OpenSergoClients.builder().bootstrap(bootstrap);
        try (OpenSergoClient client = builder.build()) {
            List<Object> settings =
                    List.of(bootstrap, builder, client, new BearerToken(() -> SECRET));
            assertThat(settings).noneMatch(each -> each.toString().contains(SECRET));
        }
    }

    @Test
    void privateKeyThatCannotBeUsedIsNotShown() throws Exception {
        TestCertificate one = TestCertificate.selfSigned(directory, "one");
        TestCertificate other = TestCertificate.selfSigned(directory, "other");
        String key = Files.readString(other.key());
        List<String> faults =
                List.of(
                        key,
                        key.substring(0, key.length() / 2),
                        key.replace("PRIVATE KEY", "EC PRIVATE KEY"),
                        key.replace("\n-----END", "AAAA\n-----END"),
                        key.substring(key.indexOf('\n') + 1));
        String body = key.lines().skip(1).findFirst().orElseThrow();
        Path file = directory.resolve("used.pem");
        var tls = new TlsSettings(null, one.certificate(), file, null);
        try (LogCapture log = LogCapture.openForAllOfPackage(ReactiveClient.class)) {
            for (String fault : faults) {
                Files.writeString(file, fault);
                Throwable error = null;
                try {
                    new TlsContext(tls);
                } catch (ConfigurationException e) {
                    error = e;
                }
                assertThat(error).isNotNull();
                assertThat(traceOf(error)).contains("tls.keyFile").doesNotContain(body);
            }
            Files.copy(one.key(), file, StandardCopyOption.REPLACE_EXISTING);
            var context = new TlsContext(tls);
            Files.writeString(file, key);
            context.current();

            assertThat(log.linesOf(TlsContext.class)).hasSize(1);
            assertThat(log.text()).doesNotContain(body);
        }
        assertThat(tls.toString()).doesNotContain(body);
        OwnCertificate own = OwnCertificate.read(one.certificate(), one.key());
        assertThat(own.toString()).isEqualTo("OwnCertificate[CN=one]");
    }
}
