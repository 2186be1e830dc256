package io.opensergo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.testsupport.JavaCommand;
import io.opensergo.testsupport.TestCertificate;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The command as a process of its own, as an operator runs it. */
class ServeCommandTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern PORT = Pattern.compile("Serving the rules of .* on .*:(\\d+)");
    private static final Pattern MANAGEMENT = Pattern.compile("Answering .* on (\\S+:\\d+)");
    private static final String TOKEN = "the-token-of-the-shop";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir private Path directory;
    private Path rules;
    private Process process;

    @BeforeEach
    void writeRules() throws Exception {
        rules = Files.createDirectory(directory.resolve("rules"));
        Files.writeString(
                rules.resolve("a.yaml"),
                """
                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                kind: ThrottlingStrategy
                metadata: {name: a, labels: {app: shop}}
                spec: {minIntervalOfRequests: 5ms, queueTimeout: 1s}
                """);
    }

    @AfterEach
    void kill() throws Exception {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void endsWithSuccessWhenItIsToldToEnd() throws Exception {
        serve();

        process.destroy();

        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(log()).endsWith("Ended\n");
    }

    @Test
    void usedUpMemoryIsALineInTheLogAndAnExitCodeOfItsOwn() throws Exception {
        serveWith("-Xmx24m");
        Path draft = directory.resolve("draft");
        Files.write(draft, new byte[15 * 1024 * 1024]);

        Files.move(draft, rules.resolve("large.yaml"));

        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(3);
        assertThat(log()).contains("The memory is used up", "the process ends with code 3");
    }

    @Test
    void logsEachRuleWithDateAndTimeAndKeepsTheVersion() throws Exception {
        Path state = directory.resolve("state");

        serve("--state", state.toString());

        assertThat(log())
                .containsPattern(
                        "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\S+ INFO ChangeLog - Added"
                                + " ThrottlingStrategy default/shop/a \\(\\S+a\\.yaml:1\\), revision"
                                + " \\d+, 0 subscribers");
        assertThat(Files.readString(state.resolve("revision"))).matches("\\d{16}\\R");
    }

    @Test
    void servesByTlsThoseWhoseTokenOpensTheApp() throws Exception {
        TestCertificate own = TestCertificate.selfSigned(directory, "own");
        String authority = own.certificate().toString();
        Path tokens =
                Files.writeString(
                        directory.resolve("tokens.yaml"),
                        "tokens: [{name: shop, token: " + TOKEN + ", apps: [shop]}]");
        Path token = Files.writeString(directory.resolve("token"), TOKEN + "\n");
        int port =
                serve(
                        "--tls-cert",
                        authority,
                        "--tls-key",
                        own.key().toString(),
                        "--tokens",
                        tokens.toString(),
                        "--status-every",
                        "0.2s");

        assertThat(watch(port, "shop", "--tls-ca", authority, "--token-file", "" + token)).isZero();
        assertThat(out.toString()).contains("ThrottlingStrategy").contains("a");
        assertThat(watch(port, "bank", "--tls-ca", authority, "--token-file", "" + token))
                .isEqualTo(1);
        assertThat(watch(port, "shop", "--tls-ca", authority)).isEqualTo(1);
        await().atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(log())
                                        .contains("calls without a known token or certificate")
                                        .contains("keys refused that their client may not read"));
        assertThat(log() + out + err).doesNotContain(TOKEN);
    }

    @Test
    void answersProbesAndPrometheusWithoutATokenWhereClientsNeedOne() throws Exception {
        Path tokens =
                Files.writeString(
                        directory.resolve("tokens.yaml"),
                        "tokens: [{name: shop, token: " + TOKEN + ", apps: [shop]}]");
        serve("--tokens", tokens.toString(), "--management-port", "0");
        await().atMost(PATIENCE).until(() -> MANAGEMENT.matcher(log()).find());
        Matcher management = MANAGEMENT.matcher(log());
        assertThat(management.find()).isTrue();

        assertThat(get(management.group(1) + "/livez")).isEqualTo("ok\n");
        assertThat(get(management.group(1) + "/readyz")).isEqualTo("ok\n");
        assertThat(get(management.group(1) + "/metrics"))
                .contains(
                        "\nopensergo_control_plane_rules 1.0\n",
                        "\nopensergo_control_plane_refusals_total{reason=\"unauthenticated\"} 0.0\n",
                        "\nopensergo_control_plane_pushes_total 0.0\n",
                        "\njvm_memory_used_bytes{")
                .doesNotContain(TOKEN);
    }

    /** They are more than there are threads for them; the server of the JDK would wait for ever. */
    @Test
    void probesAreAnsweredBesidePeersThatDoNotFinishTheirRequests() throws Exception {
        serve("--management-port", "0");
        await().atMost(PATIENCE).until(() -> MANAGEMENT.matcher(log()).find());
        Matcher management = MANAGEMENT.matcher(log());
        assertThat(management.find()).isTrue();
        URI probe = URI.create("http://" + management.group(1) + "/livez");
        List<Socket> peers = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                var peer = new Socket(probe.getHost(), probe.getPort());
                peers.add(peer);
                peer.getOutputStream()
                        .write("GET /metrics HTTP/1.1\r\nHost".getBytes(StandardCharsets.UTF_8));
            }

            assertThat(get(management.group(1) + "/livez")).isEqualTo("ok\n");
        } finally {
            for (Socket peer : peers) {
                peer.close();
            }
        }
    }

    @Test
    void aManagementPortThatIsTakenEndsTheCommand() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = "" + taken.getLocalPort();

            assertThat(
                            run(
                                    List.of(
                                            "serve",
                                            "--rules",
                                            rules.toString(),
                                            "--port",
                                            "0",
                                            "--management-port",
                                            port)))
                    .isEqualTo(1);
            assertThat(err.toString())
                    .contains("Cannot listen on localhost:" + port, "--management-port");
        }
    }

    private static String get(String url) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://" + url))
                                .timeout(PATIENCE)
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @ParameterizedTest
    @CsvSource({
        "--management-port 70000, 2, --management-port must be from 0 to 65535",
        "--tls-cert c.pem, 2, --tls-cert needs --tls-key",
        "--tls-key c.key, 2, --tls-key needs --tls-cert",
        "--tls-client-ca ca.pem, 2, --tls-client-ca needs --tls-cert and --tls-key",
        "--tls-cert c.pem --tls-key c.key, 1, c.pem cannot be read",
        "--tokens nope.yaml, 1, nope.yaml cannot be read",
        "--max-streams 0, 2, must be a whole number >= 1",
        "--max-streams-per-client many, 2, must be a whole number >= 1",
        "--drain soon, 2, must be like 5s",
    })
    void wrongOptionIsNamedWithTheFix(String options, int exitCode, String reason) {
        List<String> arguments = new ArrayList<>(List.of("serve", "--rules", rules.toString()));
        arguments.addAll(List.of(options.split(" ")));

        assertThat(run(arguments)).isEqualTo(exitCode);
        assertThat(err.toString()).contains(reason);
    }

    @Test
    void tokenFileThatIsWrongIsNamedWithItsOption() throws Exception {
        Path tokens =
                Files.writeString(directory.resolve("tokens.yaml"), "tokens: [" + TOKEN + "]");

        assertThat(
                        run(
                                List.of(
                                        "serve",
                                        "--rules",
                                        rules.toString(),
                                        "--tokens",
                                        tokens.toString())))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--tokens: ", "'name'").doesNotContain(TOKEN);
    }

    @Test
    void tokenFileOfWatchThatIsEmptyIsNamed() throws Exception {
        Path token = Files.createFile(directory.resolve("token"));

        assertThat(watch(1, "shop", "--token-file", token.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("--token-file must hold a token");
    }

    private int serve(String... options) throws Exception {
        return serveWith("-Xmx128m", options);
    }

    private int serveWith(String memory, String... options) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of("serve", "--rules", rules.toString(), "--port", "0"));
        arguments.addAll(List.of(options));
        process =
                new JavaCommand()
                        .with(memory)
                        .process(OpenSergoCommand.class, arguments.toArray(String[]::new))
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("log").toFile())
                        .start();
        await().atMost(PATIENCE).until(() -> PORT.matcher(log()).find() || !process.isAlive());
        Matcher port = PORT.matcher(log());
        assertThat(port.find()).as(log()).isTrue();
        return Integer.parseInt(port.group(1));
    }

    private String log() throws Exception {
        return Files.readString(directory.resolve("log"));
    }

    private int watch(int port, String app, String... options) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "watch",
                                "--endpoint",
                                "localhost:" + port,
                                "--app",
                                app,
                                "--kind",
                                "ThrottlingStrategy",
                                "--for",
                                "0.1s",
                                "--timeout",
                                "60s"));
        arguments.addAll(List.of(options));
        return run(arguments);
    }

    private int run(List<String> arguments) {
        CommandLine command = OpenSergoCommand.commandLine();
        command.setOut(new PrintWriter(out));
        command.setErr(new PrintWriter(err));
        return command.execute(arguments.toArray(String[]::new));
    }
}
