package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.api.ConfigurationException;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.testsupport.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    @ParameterizedTest
    @CsvSource({
        "localhost:10246, localhost, 10246, ",
        "control-plane, control-plane, 10246, ",
        "http://10.0.0.1:80, 10.0.0.1, 80, http",
        "https://cp.example.org, cp.example.org, 10246, https",
        "https://cp.example.org:443/, cp.example.org, 443, https",
        "[::1]:10246, ::1, 10246, ",
    })
    void endpointIsAHostWithAPortAndAScheme(String text, String host, int port, String scheme) {
        Endpoint endpoint = Endpoint.parse(text, "endpoint");

        assertThat(endpoint.host()).isEqualTo(host);
        assertThat(endpoint.port()).isEqualTo(port);
        assertThat(endpoint.scheme()).isEqualTo(scheme);
    }

    @Test
    void ipv6AddressIsBracketedAndEncodedForTheResolver() {
        assertThat(Endpoint.parse("[::1]:5", "endpoint").grpcTarget())
                .isEqualTo("dns:///%5B::1%5D:5");
        assertThat(Endpoint.parse("a:5", "endpoint").grpcTarget()).isEqualTo("dns:///a:5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "localhost:",
                "localhost:x",
                "localhost:0",
                "localhost:65536",
                "localhost:-1",
                "ftp://localhost",
                "http://",
                "localhost:1/path",
                "a b:1"
            })
    void malformedEndpointIsAnErrorThatNamesSettingAndValue(String text) {
        assertThatThrownBy(() -> Endpoint.parse(text, "endpoint"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("endpoint")
                .hasMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "user:s3cret@localhost:1",
                "http://s3cret@localhost",
                "https://user:s3@s3cret@localhost",
                "localhost:1?token=s3cret",
                "http://localhost?s3cret",
                "localhost#s3cret",
                "https://user:s3cret@local host"
            })
    void malformedEndpointDoesNotLeakCredentials(String text) {
        assertThatThrownBy(() -> Endpoint.parse(text, "endpoint"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("***")
                .hasMessageContaining("local")
                .hasMessageNotContaining("s3")
                .hasNoCause();
    }

    @Test
    void neitherVariableMeansOff() {
        assertThat(Bootstrap.find(Map.of())).isEmpty();
        assertThat(
                        Bootstrap.find(
                                Map.of(
                                        "OPENSERGO_BOOTSTRAP_CONFIG",
                                        "",
                                        "OPENSERGO_BOOTSTRAP",
                                        " ")))
                .isEmpty();
    }

    @Test
    void withoutAnEndpointAnAdapterGetsNoClient() {
        assertThat(OpenSergoClients.builder().app("shop").buildIfConfigured()).isEmpty();
    }

    @Test
    void withAnEndpointAnAdapterGetsAClient() {
        var settings = OpenSergoClients.builder().app("shop").endpoints("localhost:1");
        try (OpenSergoClient client = settings.buildIfConfigured().orElseThrow()) {
            assertThat(client.target()).isEqualTo(Target.of("shop"));
        }
    }

    @Test
    void inlineJsonGoesBeforeTheFile(@TempDir Path directory) throws IOException {
        Path file =
                Files.writeString(directory.resolve("b.json"), "{\"endpoint\":\"from-file:1\"}");
        Map<String, String> both =
                Map.of(
                        "OPENSERGO_BOOTSTRAP_CONFIG",
                        "{\"endpoint\":\"inline:1\"}",
                        "OPENSERGO_BOOTSTRAP",
                        file.toString());

        assertThat(Bootstrap.find(both).orElseThrow().endpoints()).containsExactly("inline:1");
        assertThat(
                        Bootstrap.find(Map.of("OPENSERGO_BOOTSTRAP", file.toString()))
                                .orElseThrow()
                                .endpoints())
                .containsExactly("from-file:1");
    }

    @Test
    void everyKeyIsRead() {
        Bootstrap bootstrap =
                inline(
                        """
                        {"endpoints": ["a:1", "b:2"], "namespace": "prod", "app": "shop", "token": "t",
                         "cacheDir": "/var/cache/shop", "cacheMaxAgeSeconds": 86400, "reportDecisions": false,
                         "tls": {"caFile": "ca.pem", "certFile": "c.pem", "keyFile": "k.pem", "serverName": "cp"}}
                        """);

        assertThat(bootstrap.endpoints()).isEqualTo(List.of("a:1", "b:2"));
        assertThat(bootstrap.namespace()).isEqualTo("prod");
        assertThat(bootstrap.app()).isEqualTo("shop");
        assertThat(bootstrap.token()).isEqualTo("t");
        assertThat(bootstrap.cacheDir()).isEqualTo(Path.of("/var/cache/shop"));
        assertThat(bootstrap.cacheMaxAge()).isEqualTo(Duration.ofDays(1));
        assertThat(bootstrap.reportDecisions()).isFalse();
        assertThat(bootstrap.toString()).doesNotContain("\"t\"").doesNotContain("token");
        assertThat(bootstrap.tls())
                .isEqualTo(
                        new TlsSettings(
                                Path.of("ca.pem"), Path.of("c.pem"), Path.of("k.pem"), "cp"));
    }

    private static Bootstrap inline(String json) {
        return Bootstrap.find(Map.of("OPENSERGO_BOOTSTRAP_CONFIG", json)).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"endpoint\": \"a:1\"        | line 1",
                "[]                            | JSON object",
                "nonsense                      | malformed",
                "{}                            | endpoint",
                "{\"endpoint\": 5}             | 'endpoint' must be a text",
                "{\"endpoint\": \"\"}          | not empty",
                "{\"endpoints\": []}           | endpoints",
                "{\"endpoints\": [1]}          | list of texts",
                "{\"endpoint\": \"a\", \"endpoints\": [\"b\"]} | either",
                "{\"endpoint\": \"a\", \"endpiont\": \"b\"}    | unknown key 'endpiont', did you mean 'endpoint'? Allowed are [app, cacheDir, cacheMaxAgeSeconds, endpoint",
                "{\"endpoint\": \"a\", \"TLS\": {}}            | did you mean 'tls'?",
                "{\"endpoint\": \"a\", \"tokens\": \"x\"}      | did you mean 'token'?",
                "{\"endpoint\": \"a\", \"cacheMaxAgeSecond\": 5} | did you mean 'cacheMaxAgeSeconds'?",
                "{\"endpoint\": \"a\", \"cacheDir\": 5}        | 'cacheDir' must be a text",
                "{\"endpoint\": \"a\", \"cacheDir\": \"a\\u0000b\"}   | 'cacheDir' must be a path",
                "{\"endpoint\": \"a\", \"reportDecisions\": \"no\"}   | 'reportDecisions' must be true or false",
                "{\"endpoint\": \"a\", \"cacheMaxAgeSeconds\": 0}   | whole number of seconds",
                "{\"endpoint\": \"a\", \"cacheMaxAgeSeconds\": 1.5} | whole number of seconds",
                "{\"endpoint\": \"a\", \"cacheMaxAgeSeconds\": 1e3} | whole number of seconds",
                "{\"endpoint\": \"a\", \"tls\": true}          | 'tls' must be an object",
                "{\"endpoint\": \"a\", \"tls\": {\"ca\": \"x\"}} | unknown key 'tls.ca'",
                "{\"endpoint\": \"a\", \"tls\": {\"certFile\": \"x\"}} | together",
            })
    void badBootstrapIsAnErrorThatNamesTheVariableAndTheFault(String json, String expected) {
        assertThatThrownBy(() -> inline(json))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("OPENSERGO_BOOTSTRAP_CONFIG")
                .hasMessageContaining(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPENSERGO_LABEL", "label", "tag", "env", "trafficTag", "version"})
    void keyOfAnotherClientIsIgnoredWithAWarning(String key) {
        try (LogCapture log = LogCapture.open()) {
            Bootstrap bootstrap = inline("{\"endpoint\": \"a:1\", \"" + key + "\": {\"x\": 1}}");

            assertThat(bootstrap.endpoints()).containsExactly("a:1");
            assertThat(log.linesOf(Bootstrap.class))
                    .singleElement()
                    .asString()
                    .contains("WARN")
                    .contains("OPENSERGO_BOOTSTRAP_CONFIG")
                    .contains("unknown key '" + key + "'")
                    .contains("endpoint");
        }
    }

    @Test
    void variableOfAnotherClientMeansNothing() {
        assertThat(Bootstrap.find(Map.of("OPENSERGO_LABEL", "canary"))).isEmpty();
    }

    @Test
    void byteOrderMarkIsNoPartOfTheJson() {
        assertThat(inline("\uFEFF{\"endpoint\": \"a:1\"}").endpoints()).containsExactly("a:1");
    }

    @ParameterizedTest
    @CsvSource({"PT0S, 0 s", "PT-1S, -1 s"})
    void maximumAgeOfTheCacheIsPositive(Duration age, String shown) {
        assertThatThrownBy(() -> OpenSergoClients.builder().cacheMaxAge(age))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("cacheMaxAge")
                .hasMessageContaining("was " + shown);
    }

    @Test
    void malformedBootstrapDoesNotLeakItsText() {
        assertThatThrownBy(() -> inline("{\"token\": \"s3cret\","))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageNotContaining("s3cret")
                .hasNoCause();
    }

    @Test
    void unreadableBootstrapFileIsAnErrorThatNamesIt(@TempDir Path directory) {
        String missing = directory.resolve("missing.json").toString();

        assertThatThrownBy(() -> Bootstrap.find(Map.of("OPENSERGO_BOOTSTRAP", missing)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("OPENSERGO_BOOTSTRAP")
                .hasMessageContaining(missing);
    }
}
