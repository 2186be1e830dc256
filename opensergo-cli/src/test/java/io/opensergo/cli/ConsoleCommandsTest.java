package io.opensergo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.opensergo.console.Console;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.ControlPlaneBuilder;
import io.opensergo.controlplane.DirectoryRuleSource;
import io.opensergo.controlplane.ServerTls;
import io.opensergo.controlplane.TokenAuthorizer;
import io.opensergo.gitrepository.GitRuleRepository;
import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.testsupport.TestCertificate;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The commands that ask the console of a control plane. */
class ConsoleCommandsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String RULE =
            """
            # agreed with the shop team
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: RateLimitStrategy
            metadata: {name: a, labels: {app: shop}}
            spec: {metricType: RequestAmount, limitMode: Local, threshold: 5, statDurationSeconds: 1}
            """;
    private static final String CHANGED = RULE.replace("threshold: 5", "threshold: 80");

    @TempDir private Path rules;
    @TempDir private Path elsewhere;
    private ControlPlane controlPlane;
    private RuleRepository repository;
    private Console console;

    private record Result(int exitCode, String out, String err) {}

    @BeforeEach
    void serveInPlaintext() throws IOException {
        serve(null);
    }

    private void serve(@Nullable ServerTls tls) throws IOException {
        Files.writeString(rules.resolve("shop.yaml"), RULE);
        TokenAuthorizer tokens =
                TokenAuthorizer.file(
                        Files.writeString(
                                elsewhere.resolve("tokens.yaml"),
                                """
                                tokens:
                                  - {name: ann, token: token-of-ann, role: write}
                                  - {name: rea, token: token-of-rea, role: read}
                                """));
        ControlPlaneBuilder builder =
                ControlPlane.builder()
                        .port(0)
                        .source(DirectoryRuleSource.of(rules))
                        .authorizer(tokens);
        if (tls != null) {
            builder.tls(tls);
        }
        controlPlane = builder.start();
        repository = GitRuleRepository.openDirectory(rules, RepositoryOptions.reader());
        console = Console.builder(controlPlane).port(0).repository(repository).start();
    }

    @AfterEach
    void stop() {
        console.close();
        repository.close();
        controlPlane.close();
    }

    private String url() {
        return (console.isEncrypted() ? "https" : "http") + "://localhost:" + console.port();
    }

    private static Result runPlain(String... args) {
        CommandLine line = OpenSergoCommand.commandLine();
        var out = new StringWriter();
        var err = new StringWriter();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        int exitCode = line.execute(args);
        return new Result(exitCode, out.toString(), err.toString());
    }

    private Result runAs(String name, String command, String... args) throws IOException {
        Path token = Files.writeString(elsewhere.resolve(name), "token-of-" + name + "\n");
        List<String> all = new ArrayList<>();
        all.addAll(List.of(command, "--console", url(), "--console-token-file", token.toString()));
        all.addAll(List.of(args));
        return runPlain(all.toArray(String[]::new));
    }

    private Result run(String command, String... args) throws IOException {
        return runAs("ann", command, args);
    }

    private String file(String text) throws IOException {
        return Files.writeString(elsewhere.resolve("new.yaml"), text).toString();
    }

    @Nested
    class Rules {

        @Test
        void areListedAndPrintedAsTheyAreStored() throws IOException {
            assertThat(run("get").out())
                    .isEqualToIgnoringNewLines(
                            "RateLimitStrategy default/a  app shop  shop.yaml:2");
            assertThat(run("get", "RateLimitStrategy", "a").out()).isEqualTo(RULE);
            assertThat(run("get", "RateLimitStrategy", "z").err())
                    .contains("RateLimitStrategy default/z is not in console " + url());
        }

        @Test
        void areStoredInTheNameOfTheTokenAndTakenBack() throws IOException {
            assertThat(run("diff", file(CHANGED)).out())
                    .contains("--- RateLimitStrategy default/a");
            Result put = run("put", file(CHANGED), "-m", "for the sale");
            assertThat(put.err()).isEmpty();
            assertThat(put.out()).startsWith("changed RateLimitStrategy default/a");
            assertThat(rules.resolve("shop.yaml")).content().isEqualTo(CHANGED);

            String history = run("history", "--diff").out();
            assertThat(history).contains("  ann from ", "    for the sale", "+spec: ");

            String change = history.substring(0, history.indexOf(' '));
            assertThat(run("rollback", change).out()).startsWith("changed");
            assertThat(rules.resolve("shop.yaml")).content().isEqualTo(RULE);
        }

        @Test
        void areDeleted() throws IOException {
            assertThat(run("delete", "RateLimitStrategy", "a").out()).startsWith("deleted");

            assertThat(run("get").out()).isEmpty();
            assertThat(run("delete", "RateLimitStrategy", "a").exitCode()).isEqualTo(1);
        }

        @Test
        void areNotStoredByWhoMayOnlyReadThem() throws IOException {
            Result result = runAs("rea", "put", file(CHANGED));

            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.err()).contains("default/a' may not be changed with this token");
            assertThat(rules.resolve("shop.yaml")).content().isEqualTo(RULE);
        }
    }

    @Test
    void aConsoleWithTlsIsTrustedByItsAuthority() throws Exception {
        stop();
        TestCertificate certificate = TestCertificate.selfSigned(elsewhere, "own");
        Path authority = certificate.certificate();
        serve(ServerTls.of(authority, certificate.key()));

        assertThat(run("get", "--console-ca", authority.toString()).out())
                .startsWith("RateLimitStrategy default/a");
        assertThat(run("get").err()).contains("TLS failed", "--console-ca");
    }

    @Nested
    class Status {

        @Test
        void saysWhatIsServedAndThatAllIsWell() throws IOException {
            assertThat(run("status").out())
                    .contains(
                            "console " + url() + ", running since 20",
                            "1 rule in force, stored in directory " + rules,
                            "0 subscribers, 0 instances reported",
                            "  default/shop  rules 1  subscribers 0  behind 0  refusing 0",
                            "nothing needs attention");
        }

        @Test
        void namesFaultyRules() throws IOException {
            Files.writeString(rules.resolve("faulty.yaml"), RULE.replace("5,", "-5,"));

            await().atMost(PATIENCE)
                    .untilAsserted(
                            () ->
                                    assertThat(run("status").out())
                                            .contains(
                                                    "needs attention:",
                                                    "faulty.yaml:5:",
                                                    "spec.threshold must be"));
        }

        @Test
        void isPrintedAsJsonOnDemand() throws IOException {
            JsonNode status = new ObjectMapper().readTree(run("status", "--output", "json").out());

            assertThat(status.path("rules").asInt()).isEqualTo(1);
            assertThat(status.path("applications").path(0).path("app").asText()).isEqualTo("shop");
        }

        @Test
        void needsAConsole() {
            Result result = runPlain("status");

            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err()).contains("Name the console: --console URL");
        }
    }

    @Nested
    class BadInput {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "localhost:8848",
                    "ftp://localhost",
                    "http://",
                    "http://a:b@localhost",
                    "http://localhost?x=y",
                    "not a url"
                })
        void whatIsNoAddressOfAConsole(String url) {
            Result result = runPlain("get", "--console", url);

            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err())
                    .contains("--console must be a URL such as http://localhost:8848, was '" + url);
        }

        @Test
        void twoPlacesOfRules() {
            Result result = runPlain("get", "--console", url(), "--rules", rules.toString());

            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err()).contains("one of --rules DIR, --etcd HOST:PORT and --console");
        }

        @Test
        void aTokenWithoutAConsole() {
            Result result = runPlain("get", "--console-token-file", "t", "--rules", "r");

            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err()).contains("The options --console-... need --console");
        }

        @Test
        void noTokenAWrongOneAndFilesThatHoldNone() throws IOException {
            assertThat(runPlain("get", "--console", url()).err())
                    .contains("name a token by --console-token-file");
            assertThat(runAs("nobody", "get").err()).contains("console " + url() + ": ");
            Path empty = Files.writeString(elsewhere.resolve("empty"), "\n");
            assertThat(
                            runPlain(
                                            "get",
                                            "--console",
                                            url(),
                                            "--console-token-file",
                                            empty.toString())
                                    .err())
                    .contains("--console-token-file must hold one token", "is empty");
            assertThat(runPlain("get", "--console", url(), "--console-token-file", "none").err())
                    .contains("--console-token-file must name a text file that can be read");
        }

        @Test
        void anAuthorityWithoutTlsAndAFileWithoutCertificates() throws IOException {
            String none = file("no certificate");

            assertThat(runPlain("get", "--console", url(), "--console-ca", none).err())
                    .contains("--console-ca needs a --console that begins with https://");
            assertThat(
                            runPlain("get", "--console", "https://localhost", "--console-ca", none)
                                    .err())
                    .contains("--console-ca must hold certificates in PEM");
        }

        @Test
        void aPortWhereNobodyListens() throws IOException {
            int port;
            try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = socket.getLocalPort();
            }

            Result result = runPlain("get", "--console", "http://localhost:" + port);

            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.err()).contains("not reachable; check host and port");
        }

        @Test
        void aServerThatAnswersSomethingElse() throws IOException {
            assertThat(answered(200, "{}")).contains("its answer has no 'rules'");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "200|<html>",
                    "404|<html>",
                    "302|",
                    "200|[]",
                    "200|[[[[",
                    "500|{\"type\": \"about:blank\"}"
                })
        void aServerThatIsNoConsole(int status, String body) throws IOException {
            assertThat(answered(status, body == null ? "" : body))
                    .contains("it answered with status " + status + " and no JSON of a console");
        }

        /** Returns what is said of a server that gives this answer to everything. */
        private String answered(int status, String body) throws IOException {
            byte[] answer = body.getBytes(StandardCharsets.UTF_8);
            HttpServer server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext(
                    "/",
                    exchange -> {
                        exchange.getResponseHeaders().add("Location", url());
                        exchange.sendResponseHeaders(
                                status, answer.length == 0 ? -1 : answer.length);
                        exchange.getResponseBody().write(answer);
                        exchange.close();
                    });
            server.start();
            try {
                String url = "http://localhost:" + server.getAddress().getPort();
                Result result = runPlain("get", "--console", url);
                assertThat(result.exitCode()).isEqualTo(1);
                return result.err();
            } finally {
                server.stop(0);
            }
        }
    }
}
