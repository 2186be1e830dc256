package io.opensergo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opensergo.testsupport.JavaCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code serve --kubernetes} on an API server that has one rule and never another. */
class ServeKubernetesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String GROUP = "/apis/fault-tolerance.opensergo.io/v1alpha1";
    private static final String RULE =
            """
            {"metadata": {"resourceVersion": "7"}, "items": [{
              "apiVersion": "fault-tolerance.opensergo.io/v1alpha1", "kind": "ThrottlingStrategy",
              "metadata": {"name": "a", "namespace": "shop", "labels": {"app": "shop"}, "resourceVersion": "7"},
              "spec": {"minIntervalOfRequests": "5ms", "queueTimeout": "1s"}}]}
            """;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir private Path directory;
    private HttpServer server;
    private ExecutorService threads;
    private Path kubeconfig;
    private Process process;

    @BeforeEach
    void startServer() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        kubeconfig =
                Files.writeString(
                        directory.resolve("kubeconfig"),
                        """
                        current-context: test
                        contexts: [{name: test, context: {cluster: here, user: me}}]
                        clusters: [{name: here, cluster: {server: "http://localhost:%d"}}]
                        users: [{name: me, user: {token: secret}}]
                        """
                                .formatted(server.getAddress().getPort()));
    }

    @AfterEach
    void end() throws Exception {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void servesTheRulesOfTheClusterUntilItIsToldToEnd() throws Exception {
        process =
                new JavaCommand()
                        .with("-Xmx128m")
                        .process(
                                OpenSergoCommand.class,
                                "serve",
                                "--kubernetes",
                                "--kubeconfig",
                                kubeconfig.toString(),
                                "--context",
                                "test",
                                "--kube-namespace",
                                "shop,bank",
                                "--port",
                                "0")
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("log").toFile())
                        .start();

        await().atMost(PATIENCE).until(() -> log().contains("Serving") || !process.isAlive());
        assertThat(log())
                .contains("Added ThrottlingStrategy shop/shop/a (resourceVersion 7)")
                .contains("Serving the rules of kubernetes context test on localhost:")
                .doesNotContain("fabric8", "secret");
        process.destroy();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--context prod; 1; no context 'prod' in kubeconfig",
                "--kubeconfig nowhere; 1; kubeconfig nowhere does not exist",
                "--kube-epoch soon; 2; must be like 2026-11-30T12:00:00Z",
                "--rules rules; 2; exclude each other",
                "--kube-webhook 9443; 2; --kube-webhook needs --tls-cert and --tls-key",
                "--kube-webhook 70000; 2; --kube-webhook must be a port from 0 to 65535",
            })
    void wrongOptionIsNamedWithTheFix(String options, int exitCode, String reason) {
        List<String> arguments = new ArrayList<>(List.of("serve", "--kubernetes"));
        arguments.addAll(List.of(options.split(" ", -1)));
        if (!options.contains("--kubeconfig")) {
            arguments.addAll(List.of("--kubeconfig", kubeconfig.toString()));
        }

        assertThat(run(arguments)).isEqualTo(exitCode);
        assertThat(err.toString()).contains(reason).doesNotContain("Exception");
    }

    @Test
    void optionOfTheClusterAloneAsksForTheOthers() {
        assertThat(run(List.of("serve", "--kube-namespace", "shop"))).isEqualTo(2);
        assertThat(err.toString()).contains("need --kubernetes");
        assertThat(run(List.of("serve", "--rules", ".", "--kube-webhook", "0"))).isEqualTo(2);
        assertThat(err.toString()).contains("--kube-webhook needs --kubernetes");
    }

    @Test
    void serveWithoutRulesNamesBothKinds() {
        assertThat(run(List.of("serve"))).isEqualTo(2);
        assertThat(err.toString()).contains("--rules", "--kubernetes");
    }

    private int run(List<String> arguments) {
        CommandLine command = OpenSergoCommand.commandLine();
        command.setOut(new PrintWriter(out));
        command.setErr(new PrintWriter(err));
        return command.execute(arguments.toArray(String[]::new));
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        if (query.contains("watch=1")) {
            exchange.sendResponseHeaders(200, 0); // and no event
            exchange.getResponseBody().flush();
        } else if (path.equals(GROUP)) {
            reply(
                    exchange,
                    200,
                    "{\"resources\": [{\"name\": \"throttlings\", \"kind\": \"ThrottlingStrategy\"}]}");
        } else if (path.equals(GROUP + "/namespaces/shop/throttlings")) {
            reply(exchange, 200, RULE);
        } else if (path.endsWith("/throttlings")) {
            reply(exchange, 200, "{\"metadata\": {\"resourceVersion\": \"9\"}, \"items\": []}");
        } else if (path.endsWith("/kube-system")) {
            reply(
                    exchange,
                    200,
                    "{\"metadata\": {\"creationTimestamp\": \"2026-01-01T00:00:00Z\"}}");
        } else {
            reply(exchange, 404, "{\"kind\": \"Status\", \"code\": 404}");
        }
    }

    private static void reply(HttpExchange exchange, int code, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
