package io.opensergo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class OpenSergoCommandTest {

    private static final String GOOD =
            """
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: RateLimitStrategy
            metadata: {name: a, labels: {app: shop}}
            spec: {metricType: RequestAmount, limitMode: Local, threshold: 5, statDurationSeconds: 1}
            """;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir private Path directory;

    private int run(String... args) {
        CommandLine command = OpenSergoCommand.commandLine();
        command.setOut(new PrintWriter(out));
        command.setErr(new PrintWriter(err));
        return command.execute(args);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    @Test
    void helpNamesEveryCommand() {
        assertThat(run("--help")).isZero();

        assertThat(out.toString()).contains("serve", "watch", "validate", "schema");
    }

    @Test
    void helpShowsDefaultsAsTheyAreTyped() {
        assertThat(run("watch", "--help")).isZero();

        assertThat(out.toString()).contains("--output=text|json", "default: text.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "nonsense", "serve", "watch --app shop", "validate", "schema Nonsense"})
    void wrongUsageHasAnExitCodeOfItsOwn(String line) {
        assertThat(run(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(2);
        assertThat(err.toString()).isNotEmpty();
    }

    @Test
    void validFilesAreCounted() throws IOException {
        write("a.yaml", GOOD);

        assertThat(run("validate", directory.toString())).isZero();
        assertThat(out.toString()).contains("1 file, 1 rule, 0 errors, 0 warnings");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void everyErrorOfEveryDocumentIsReportedWithItsPlace() throws IOException {
        Path file =
                write(
                        "bad.yaml",
                        GOOD.replace("threshold: 5", "threshold: -5").replace("Local", "Lokal")
                                + "---\n"
                                + GOOD
                                + "---\nfoo: [\n");
        Path other =
                write(
                        "other.yaml",
                        GOOD.replace("labels: {app: shop}", "labels: {}")
                                .replace("name: a", "name: b"));

        assertThat(run("validate", file.toString(), other.toString())).isEqualTo(1);

        assertThat(err.toString())
                .contains(file + ":4:", "spec.limitMode", "did you mean 'Local'")
                .contains("spec.threshold must be a whole number >= 0, was -5 (document 1)")
                .contains("is not valid YAML")
                .contains(other + ":3:", "metadata.labels.app is required");
        assertThat(out.toString()).contains("2 files, 1 rule, 4 errors");
    }

    @Test
    void sameRuleInTwoFilesIsAnErrorThatNamesBoth() throws IOException {
        Path first = write("a.yaml", GOOD);
        Path second = write("b.yaml", GOOD);

        assertThat(run("validate", directory.toString())).isEqualTo(1);
        assertThat(err.toString()).contains(first.toString(), second.toString(), "default/a");
    }

    @Test
    void referenceThatLeadsNowhereIsAWarning() throws IOException {
        write(
                "a.yaml",
                """
                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                kind: FaultToleranceRule
                metadata: {name: r, labels: {app: shop}}
                spec: {targets: [], strategies: [{name: nowhere}, {name: a}]}
                ---
                """
                        + GOOD);

        assertThat(run("validate", directory.toString())).isZero();
        assertThat(err.toString()).contains("warning", "'nowhere'").doesNotContain("'a'");
    }

    private static String rule(String app, String references) {
        return """
        apiVersion: fault-tolerance.opensergo.io/v1alpha1
        kind: FaultToleranceRule
        metadata: {name: r, labels: {app: %s}}
        spec: {targets: [], %s}
        ---
        """
                .formatted(app, references);
    }

    @Test
    void strategyThatIsThereButInvalidIsNamedWithItsPlace() throws IOException {
        Path file =
                write(
                        "a.yaml",
                        rule("shop", "strategies: [{name: a}]")
                                + GOOD.replace("threshold: 5", "threshold: -5"));

        assertThat(run("validate", directory.toString())).isEqualTo(1);
        assertThat(err.toString())
                .containsPattern(
                        "warning: .*refers to a strategy 'a' that is invalid in "
                                + Pattern.quote(file.toString())
                                + ":[0-9]+");
    }

    @Test
    void fallbackActionThatLeadsNowhereIsAWarning() throws IOException {
        write("a.yaml", rule("shop", "strategies: [{name: a}], fallbackAction: page") + GOOD);

        assertThat(run("validate", directory.toString())).isZero();
        assertThat(err.toString())
                .contains("refers to a fallbackAction 'page' that is not among these files");
    }

    @Test
    void applicationThatNoRuleHasIsAWarningOnBothSides() throws IOException {
        write("a.yaml", rule("shpo", "strategies: [{name: a}]") + GOOD);

        assertThat(run("validate", directory.toString())).isZero();
        assertThat(err.toString())
                .contains("refers to a strategy 'a' that is of application 'shop' in ")
                .contains(
                        "is of application 'shop', which no FaultToleranceRule of these files has;"
                                + " they have [shpo]");
    }

    @Test
    void limitThatNeedsAStoreIsAHint() throws IOException {
        write("a.yaml", GOOD.replace("Local", "Global"));

        assertThat(run("validate", directory.toString())).isZero();
        assertThat(err.toString())
                .startsWith("hint: ")
                .contains("limitMode Global, which needs a store that the instances share");
        assertThat(out.toString()).contains("0 errors, 0 warnings");
    }

    @Test
    void modeThatNobodyKnowsIsAnErrorWithItsPlace() throws IOException {
        Path file =
                write(
                        "a.yaml",
                        GOOD.replace(
                                "labels: {app: shop}",
                                "labels: {app: shop}, annotations: {opensergo.io/mode: shadwo}"));

        assertThat(run("validate", directory.toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains(file + ":3:")
                .contains(
                        "metadata.annotations.opensergo.io/mode must be one of [enforce, shadow],"
                                + " was \"shadwo\"");
    }

    @Test
    void directoryWithoutRuleFilesIsAnError() throws IOException {
        write("readme.txt", "nothing");

        assertThat(run("validate", directory.toString())).isEqualTo(1);
        assertThat(err.toString()).contains(directory.toString());
    }

    @Test
    void filesAreThoseThatServeReads() throws IOException {
        write("UP.YAML", GOOD);
        write("up.Json", GOOD.replace("name: a", "name: b"));
        write(".hidden.yaml", "nonsense");
        Files.createSymbolicLink(directory.resolve("loop"), directory);
        Files.createSymbolicLink(directory.resolve("self"), Path.of("self"));

        assertThat(run("validate", directory.toString())).isEqualTo(1);

        assertThat(out.toString()).contains("2 files");
        assertThat(err.toString())
                .containsPattern("(?m)^warning: .*loop: is a link to a directory that holds it$")
                .contains("self: cannot be read")
                .doesNotContain("hidden");
    }

    @Test
    void standardInputIsReadToo() {
        InputStream before = System.in;
        try {
            System.setIn(
                    new ByteArrayInputStream(
                            GOOD.replace("5", "-5").getBytes(StandardCharsets.UTF_8)));

            assertThat(run("validate", "-")).isEqualTo(1);
        } finally {
            System.setIn(before);
        }
        assertThat(err.toString()).contains("standard input:4:", "spec.threshold");
        assertThat(out.toString()).contains("1 file, 0 rules, 1 error");
    }

    /** Among warnings is what the specification's own examples say. */
    @Test
    void warningIsNoFailure() throws IOException {
        write(
                "lane.yaml",
                """
                apiVersion: traffic.opensergo.io/v1alpha1
                kind: TrafficLane
                metadata: {name: l, labels: {app: shop}}
                spec: {rules: {traffic: {http: {headers: [{x-user: {exact: a}}]}}, lane: {name: gray}}}
                """);

        assertThat(run("validate", directory.toString())).isZero();
        assertThat(err.toString()).contains("lane.yaml:4:", "warning", "write headers: {");
        assertThat(out.toString()).contains("1 rule, 0 errors, 1 warning");
    }

    @Test
    void missingFileIsAnError() {
        assertThat(run("validate", directory.resolve("nope.yaml").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("nope.yaml: does not exist");
    }

    @Test
    void schemaPrintsTheCrdsOfAllKindsOrOfOne() {
        assertThat(run("schema", "--crd")).isZero();
        assertThat(out.toString().split("(?m)^---$", -1))
                .hasSize(RuleKinds.standard().all().size());

        out.getBuffer().setLength(0);
        assertThat(run("schema", "--crd", "TrafficRouter")).isZero();
        assertThat(out.toString())
                .startsWith("apiVersion: apiextensions.k8s.io/v1")
                .contains("name: trafficrouters.traffic.opensergo.io")
                .doesNotContain("---");
    }

    @Test
    void serveOnAMissingDirectoryNamesIt() {
        assertThat(run("serve", "--rules", directory.resolve("nope").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("nope");
    }

    @Test
    void servePortThatIsTakenNamesIt() {
        try (ControlPlane taken = ControlPlane.builder().port(0).start()) {
            String port = Integer.toString(taken.port());

            assertThat(run("serve", "--rules", directory.toString(), "--port", port)).isEqualTo(1);
            assertThat(err.toString()).contains(port);
        }
    }

    @Test
    void watchPrintsALineOfJsonForEachSnapshot() throws IOException {
        var rules = new InMemoryRuleSource();
        rules.put(RuleReader.strict().read(GOOD, "test").orThrow());
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).source(rules).start()) {
            int exit =
                    run(
                            "watch",
                            "--endpoint",
                            "localhost:" + controlPlane.port(),
                            "--app",
                            "shop",
                            "--kind",
                            "ratelimitstrategy",
                            "--for",
                            "0.1s",
                            "--timeout",
                            "60s",
                            "--output",
                            "json");

            assertThat(exit).isZero();
        }
        List<String> lines = out.toString().lines().toList();
        assertThat(lines).hasSize(1);
        JsonNode line = new ObjectMapper().readTree(lines.get(0));
        assertThat(line.get("namespace").textValue()).isEqualTo("default");
        assertThat(line.get("app").textValue()).isEqualTo("shop");
        assertThat(line.get("kind").textValue()).isEqualTo("RateLimitStrategy");
        assertThat(line.get("version").longValue()).isPositive();
        assertThat(line.get("origin").textValue()).isEqualTo("CONTROL_PLANE");
        assertThat(line.at("/rules/0/spec/threshold").longValue()).isEqualTo(5);
        assertThat(line.get("rejected").isEmpty()).isTrue();
    }

    @Test
    void watchOfEveryKindPrintsEachForPeople() {
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).start()) {
            int exit =
                    run(
                            "watch",
                            "--endpoint",
                            "localhost:" + controlPlane.port(),
                            "--app",
                            "shop",
                            "--for",
                            "0.1s",
                            "--timeout",
                            "60s");

            assertThat(exit).isZero();
        }
        RuleKinds.standard()
                .all()
                .forEach(
                        kind ->
                                assertThat(out.toString())
                                        .contains(kind.name() + " of default/shop"));
        assertThat(out.toString()).contains("no rules");
    }

    @Test
    void watchOfNobodyFails() {
        String line = "watch --endpoint localhost:1 --app shop --for 1s --timeout 0.3s";

        assertThat(run(line.split(" "))).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("error: no answer from localhost:1 within 0.3s");
    }

    @Test
    void watchOfAMalformedEndpointNamesIt() {
        assertThat(run("watch", "--endpoint", "localhost:x", "--app", "shop")).isEqualTo(1);
        assertThat(err.toString()).contains("'localhost:x'");
    }

    @ParameterizedTest
    @CsvSource({"5s, PT5S", "0.5s, PT0.5S", "1m30s, PT1M30S", "2h, PT2H"})
    void durationsAreReadAsPeopleWriteThem(String text, Duration expected) {
        assertThat(new DurationConverter().convert(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "0s", "-1s", "5x", ""})
    void otherDurationsAreRefused(String text) {
        assertThat(run("watch", "--endpoint", "localhost:1", "--app", "shop", "--for", text))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--for");
    }
}
