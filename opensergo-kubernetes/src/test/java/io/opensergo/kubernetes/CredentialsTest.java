package io.opensergo.kubernetes;

import static io.opensergo.kubernetes.ScriptedCluster.rate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Which cluster is asked, as whom, and what is said when that does not work. */
class CredentialsTest {

    private static final RuleKind<?> RATE = RateLimitStrategy.KIND;

    private final Recorder heard = new Recorder();
    private final Map<String, String> properties = new HashMap<>();

    @TempDir private Path directory;
    private Path kubeconfig;
    private ScriptedApiServer server;
    private KubernetesRuleSource source;

    @BeforeAll
    static void lookOften() {
        Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    }

    @BeforeEach
    void startServer() throws Exception {
        server = new ScriptedApiServer();
        server.install(RATE);
        server.apply(RATE, "shop", "a", rate(1));
        server.accept("one");
        kubeconfig = Kubeconfigs.withToken(directory.resolve("config"), server.url(), "one");
    }

    @AfterEach
    void end() throws Exception {
        if (source != null) {
            source.close();
        }
        server.close();
        properties.forEach(
                (key, before) -> {
                    if (before == null) {
                        System.clearProperty(key);
                    } else {
                        System.setProperty(key, before);
                    }
                });
    }

    @Test
    void tokenThatIsRotatedIsReadAnew() throws Exception {
        start(builder());
        server.accept("two");
        server.cutConnections();
        await().until(() -> heard.problems().contains("expired"));
        assertThat(heard.problems()).doesNotContain("one");

        Kubeconfigs.withToken(kubeconfig, server.url(), "two");
        server.apply(RATE, "shop", "b", rate(1));

        await().until(() -> heard.names().size() == 2 && heard.problems().isEmpty());
    }

    @Test
    void podUsesItsServiceAccountAndReadsTheTokenAnew() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), "one");
        inPod(token);
        start(KubernetesRuleSource.builder());
        assertThat(heard.names()).hasSize(1);

        Files.writeString(token, "two");
        server.accept("two");
        server.cutConnections();
        server.apply(RATE, "shop", "b", rate(1));

        await().until(() -> heard.names().size() == 2 && heard.problems().isEmpty());
    }

    @Test
    void tokenThatIsNotAcceptedIsSaidAtTheStart() {
        server.accept("another");

        assertStartFails(
                builder(), server.url(), "does not accept the credentials", "token", "expired");
        assertThat(server.requests()).hasSizeLessThan(20);
    }

    @Test
    void contextThatIsMissingIsNamedWithThoseThereAre() {
        assertStartFails(
                builder().context("prod"), "no context 'prod'", "config", "[test, elsewhere]");
    }

    @Test
    void contextWithoutAClusterIsNamed() {
        assertStartFails(
                builder().context("elsewhere"), "no server for cluster 'gone'", "'elsewhere'");
    }

    @Test
    void contextThatIsChosenCounts() throws Exception {
        start(builder().context("test"));

        assertThat(source.name()).isEqualTo("kubernetes context test");
        assertThat(heard.names()).hasSize(1);
    }

    @Test
    void kubeconfigThatIsNotThereOrNoYamlIsNamed() throws Exception {
        Path nowhere = directory.resolve("nowhere");
        assertStartFails(
                KubernetesRuleSource.builder().kubeconfig(nowhere),
                nowhere.toString(),
                "does not exist");

        Files.writeString(kubeconfig, "{");
        assertStartFails(builder(), kubeconfig.toString(), "cannot be read");

        Files.writeString(kubeconfig, "contexts: [{name: x}]");
        assertStartFails(builder(), "no current-context", "[x]");
    }

    @Test
    void processThatIsInNoPodAndHasNoKubeconfigSaysSo() {
        set("kubeconfig", directory.resolve("nowhere").toString());

        assertStartFails(KubernetesRuleSource.builder(), "no cluster", "nowhere", "KUBECONFIG");
        assertStartFails(KubernetesRuleSource.builder().context("x"), "no context 'x'");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the plugin is a script of the shell")
    void credentialPluginIsRunAndItsFailureIsSaidWithItsHint() throws Exception {
        Path plugin =
                script(
                        """
                        echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",'
                        echo '"status":{"token":"one"}}'
                        """);
        Kubeconfigs.withUser(kubeconfig, server.url(), exec(plugin));
        start(builder());
        assertThat(heard.names()).hasSize(1);
        source.close();

        script("echo 'not logged in'; exit 1");

        assertStartFails(
                builder(), "credential plugin", plugin.toString(), "by hand", "Install the tool");
    }

    @Test
    void serverThatIsNotThereIsSaid() throws Exception {
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        String url = "http://localhost:" + port;
        Kubeconfigs.withToken(kubeconfig, url, "one");

        assertStartFails(builder().startTimeout(Duration.ofMillis(300)), url, "connection refused");
    }

    @Test
    void serverThatDoesNotAnswerIsSaid() {
        server.script(
                (request, reply) -> {
                    await().atMost(Duration.ofMinutes(1)).until(() -> heard.batches() > 0);
                    return true;
                });

        assertStartFails(
                builder().startTimeout(Duration.ofMillis(300)),
                server.url(),
                "no answer within 0 s");
        heard.changed(List.of(), List.of(), 1);
    }

    @Test
    void selectorThatTheServerDoesNotUnderstandIsSaid() {
        server.refuse(
                400,
                "unable to parse requirement",
                request -> request.query("labelSelector").equals("a b c"));

        assertStartFails(builder().selector("a b c"), "unable to parse requirement");
    }

    private KubernetesRuleSourceBuilder builder() {
        return KubernetesRuleSource.builder().kubeconfig(kubeconfig);
    }

    private void start(KubernetesRuleSourceBuilder builder) {
        source = builder.timing(ScriptedCluster.QUICK).build();
        source.start(heard);
    }

    private void assertStartFails(KubernetesRuleSourceBuilder builder, String... reasons) {
        int batches = heard.batches();
        assertThatThrownBy(() -> start(builder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContainingAll(reasons);
        assertThat(heard.batches()).isEqualTo(batches);
    }

    private void inPod(Path token) {
        set("kubernetes.auth.tryKubeConfig", "false");
        set("kubernetes.master", server.url());
        set("kubernetes.auth.serviceAccount.token", token.toString());
    }

    private void set(String key, String value) {
        properties.put(key, System.setProperty(key, value));
    }

    private Path script(String text) throws Exception {
        Path file = Files.writeString(directory.resolve("plugin"), "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    private static String exec(Path plugin) {
        return "{exec: {apiVersion: client.authentication.k8s.io/v1, command: "
                + plugin
                + ", installHint: Install the tool}}";
    }
}
