package io.opensergo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code serve --console} as an operator runs it. */
class ServeConsoleTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern CONSOLE = Pattern.compile("The console is on (\\S+)");
    private static final String RULE =
            """
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: ThrottlingStrategy
            # why it is so
            metadata: {name: a, labels: {app: shop}}
            spec: {minIntervalOfRequests: 5ms, queueTimeout: 1s}
            """;
    private static final String PATH =
            "/api/v1/rule?kind=ThrottlingStrategy&namespace=default&name=a";

    private final HttpClient http = HttpClient.newHttpClient();
    private final StringWriter err = new StringWriter();

    @TempDir private Path directory;
    private Path rules;
    private Process process;

    @BeforeEach
    void writeRules() throws Exception {
        rules = Files.createDirectory(directory.resolve("rules"));
        Files.writeString(rules.resolve("a.yaml"), RULE);
    }

    @AfterEach
    void kill() throws Exception {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    /** Returns where the console is. */
    private String serve(String... options) throws Exception {
        var arguments =
                new ArrayList<>(
                        List.of("serve", "--rules", rules.toString(), "--port", "0", "--console"));
        arguments.addAll(List.of(options));
        Path log = directory.resolve("log");
        process =
                CliProcess.builder(arguments.toArray(String[]::new))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        await().atMost(PATIENCE).until(() -> CONSOLE.matcher(Files.readString(log)).find());
        Matcher console = CONSOLE.matcher(Files.readString(log));
        assertThat(console.find()).isTrue();
        return console.group(1);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(
                request.timeout(PATIENCE).build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private HttpResponse<String> get(String url) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(url)));
    }

    private int run(String... options) {
        var arguments = new ArrayList<>(List.of("serve", "--rules", rules.toString()));
        arguments.addAll(List.of("--port", "0"));
        arguments.addAll(List.of(options));
        CommandLine command = OpenSergoCommand.commandLine();
        command.setErr(new PrintWriter(err, true));
        command.setOut(new PrintWriter(new StringWriter(), true));
        return command.execute(arguments.toArray(String[]::new));
    }

    @Test
    void showsTheRulesOfTheDirectoryAndChangesTheirFiles() throws Exception {
        String console = serve("0");
        assertThat(get(console + "/").body()).contains("OpenSergo console");
        HttpResponse<String> before = get(console + PATH);
        assertThat(before.body()).contains("# why it is so", "\"state\":\"in force\"");

        HttpResponse<String> changed =
                send(
                        HttpRequest.newBuilder(URI.create(console + PATH))
                                .header("Content-Type", "application/json")
                                .header("X-OpenSergo-Console", "1")
                                .header(
                                        "If-Match",
                                        before.headers().firstValue("etag").orElseThrow())
                                .PUT(
                                        HttpRequest.BodyPublishers.ofString(
                                                "{\"text\": \""
                                                        + RULE.replace("5ms", "7ms")
                                                                .replace("\n", "\\n")
                                                        + "\", \"message\": \"slower\"}")));

        assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
        assertThat(rules.resolve("a.yaml")).content().contains("# why it is so", "7ms");
        await().atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(get(console + PATH).body())
                                        .contains("7ms", "\"state\":\"in force\""));
        assertThat(get(console + "/api/v1/changes").body()).contains("slower");
    }

    @Test
    void asksForTheTokensOfTheControlPlane() throws Exception {
        Path tokens = directory.resolve("tokens.yaml");
        Files.writeString(tokens, "tokens: [{name: shop, token: \"12345\", apps: [shop]}]");
        String console = serve("0", "--tokens", tokens.toString());

        assertThat(get(console + "/api/v1/rules").statusCode()).isEqualTo(401);
        assertThat(
                        send(HttpRequest.newBuilder(URI.create(console + "/api/v1/rules"))
                                        .header("Authorization", "Bearer 12345"))
                                .body())
                .contains("\"total\":1", "\"mayWrite\":false");
    }

    @ParameterizedTest
    @CsvSource({
        "nonsense, 2, --console must be [HOST:]PORT",
        "localhost:70000, 2, --console must be [HOST:]PORT",
        "0.0.0.0:0, 1, give the control plane an authorizer",
        "no.such.host.invalid:0, 1, the console cannot listen on no.such.host.invalid:0"
    })
    void anAddressThatCannotBeUsedIsNamedWithTheFix(String address, int exitCode, String reason) {
        assertThat(run("--console", address)).isEqualTo(exitCode);
        assertThat(err.toString()).contains(reason);
    }

    @Test
    void aPortThatIsTakenEndsTheCommand() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(run("--console", "127.0.0.1:" + taken.getLocalPort())).isEqualTo(1);
            assertThat(err.toString())
                    .contains(
                            "the console cannot listen on 127.0.0.1:" + taken.getLocalPort(),
                            "choose another port");
        }
    }
}
