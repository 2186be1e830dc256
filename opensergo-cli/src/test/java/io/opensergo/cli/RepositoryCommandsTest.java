package io.opensergo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.revwalk.RevCommit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** {@code get}, {@code put}, {@code delete}, {@code diff}, {@code history} and {@code rollback}. */
class RepositoryCommandsTest {

    private static final String RULE =
            """
            # agreed with the shop team
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: RateLimitStrategy
            metadata: {name: a, labels: {app: shop}}
            spec: {metricType: RequestAmount, limitMode: Local, threshold: 5, statDurationSeconds: 1}
            """;

    @TempDir private Path rules;
    @TempDir private Path elsewhere;

    private record Result(int exitCode, String out, String err) {}

    @BeforeEach
    void writeRules() throws IOException {
        Files.writeString(rules.resolve("shop.yaml"), RULE + "---\n" + other());
    }

    private static String other() {
        return RULE.replace("name: a", "name: b").replace("app: shop", "app: cart");
    }

    private Result run(String command, String... args) {
        CommandLine line = OpenSergoCommand.commandLine();
        var out = new StringWriter();
        var err = new StringWriter();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        List<String> all = new ArrayList<>(List.of(command, "--rules", rules.toString()));
        all.addAll(List.of(args));
        int exitCode = line.execute(all.toArray(String[]::new));
        return new Result(exitCode, out.toString(), err.toString());
    }

    private String file(String text) throws IOException {
        return Files.writeString(elsewhere.resolve("new.yaml"), text).toString();
    }

    @Test
    void getListsRulesWithTheirPlaces() {
        assertThat(run("get").out().lines())
                .containsExactly(
                        "RateLimitStrategy default/a  app shop  shop.yaml:2",
                        "RateLimitStrategy default/b  app cart  shop.yaml:8");
        assertThat(run("get", "--app", "cart").out().lines()).hasSize(1);
        assertThat(run("get", "RateLimitStrategy").out().lines()).hasSize(2);
        assertThat(run("get", "ThrottlingStrategy").out()).isEmpty();
    }

    @Test
    void getPrintsTheDocumentOfARuleWithItsComments() throws IOException {
        assertThat(run("get", "RateLimitStrategy", "a").out()).isEqualTo(RULE);

        JsonNode json =
                new ObjectMapper()
                        .readTree(run("get", "RateLimitStrategy", "a", "--output", "json").out());
        assertThat(json.path("text").asText()).isEqualTo(RULE);
        assertThat(json.path("place").asText()).isEqualTo("shop.yaml:2");
    }

    @Test
    void getOfARuleThatIsNotThereFails() {
        Result result = run("get", "RateLimitStrategy", "z");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .contains("RateLimitStrategy default/z is not in directory " + rules);
    }

    @Test
    void putChangesOneDocumentAndLeavesTheRestOfTheFile() throws IOException {
        String changed = RULE.replace("threshold: 5", "threshold: 80");

        Result result = run("put", file(changed), "-m", "for the sale");

        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).startsWith("changed RateLimitStrategy default/a");
        assertThat(rules.resolve("shop.yaml")).content().isEqualTo(changed + "---\n" + other());
    }

    @Test
    void putOfWhatIsThereChangesNothing() throws IOException {
        Result result = run("put", file(RULE + "---\n" + other()));

        assertThat(result.out()).isEqualTo("nothing to change" + System.lineSeparator());
        assertThat(rules.resolve(".opensergo/history.jsonl")).doesNotExist();
    }

    @Test
    void putOfAFaultyRuleSaysWhereAndStoresNothing() throws IOException {
        String faulty = RULE.replace("name: a", "name: c") + "---\n" + RULE.replace("5,", "-5,");

        Result result = run("put", file(faulty));

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("new.yaml:11:", "spec.threshold must be");
        assertThat(run("get").out().lines()).hasSize(2);
    }

    @Test
    void putOfOneRuleTwiceIsRefused() throws IOException {
        Result result = run("put", file(RULE + "---\n" + RULE));

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("RateLimitStrategy default/a is given twice");
    }

    @Test
    void diffShowsWhatPutWouldChange() throws IOException {
        String changed = RULE.replace("threshold: 5", "threshold: 80");

        Result result = run("diff", file(changed + "---\n" + other()));

        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .startsWith(
                        """
                        --- RateLimitStrategy default/a (shop.yaml:2)
                        +++ RateLimitStrategy default/a
                        @@ -2,4 +2,4 @@
                        """)
                .contains("\n+spec: {metricType: RequestAmount, limitMode: Local, threshold: 80,")
                .doesNotContain("default/b");
        assertThat(rules.resolve("shop.yaml")).content().isEqualTo(RULE + "---\n" + other());
    }

    @Test
    void aChangeIsInTheHistoryAndCanBeTakenBack() throws IOException {
        run(
                "put",
                file(RULE.replace("threshold: 5", "threshold: 80")),
                "-m",
                "sale",
                "--author",
                "Ann");
        run("delete", "RateLimitStrategy", "b", "--author", "Bob");

        Result history = run("history", "--diff");
        assertThat(history.out())
                .contains(
                        "  Ann",
                        "    sale",
                        "  changed RateLimitStrategy default/a",
                        "threshold: 80")
                .contains("  Bob", "  deleted RateLimitStrategy default/b", "+++ /dev/null");
        assertThat(run("history", "RateLimitStrategy", "a").out())
                .contains("Ann")
                .doesNotContain("Bob");

        String id = run("history", "RateLimitStrategy", "a").out().split(" ", -1)[0];
        Result rollback = run("rollback", id.substring(0, 6));
        assertThat(rollback.exitCode()).isZero();
        assertThat(run("get", "RateLimitStrategy", "a").out()).isEqualTo(RULE);
        assertThat(run("history", "--limit", "1").out()).contains("Take back " + id + ": sale");

        Result again = run("rollback", id);
        assertThat(again.out()).contains("nothing to change");
    }

    @Test
    void whatWasChangedSinceIsNotTakenBack() throws IOException {
        run("put", file(RULE.replace("threshold: 5", "threshold: 80")));
        String id = run("history").out().split(" ", -1)[0];
        run("put", file(RULE.replace("threshold: 5", "threshold: 81")));

        Result result = run("rollback", id);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("RateLimitStrategy default/a was changed since");
        assertThat(run("get", "RateLimitStrategy", "a").out()).contains("threshold: 81");
    }

    @Test
    void rollbackOfAnUnknownChangeSaysSo() {
        Result result = run("rollback", "nonsense");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("no change of directory").contains("'nonsense'");
    }

    @Test
    void inAWorkTreeAChangeIsACommit() throws Exception {
        try (Git git = Git.init().setDirectory(rules.toFile()).call()) {
            git.add().addFilepattern("shop.yaml").call();
            git.commit()
                    .setMessage("first")
                    .setAuthor("Dev", "dev@shop.example")
                    .setSign(false)
                    .call();

            run("put", file(RULE.replace("threshold: 5", "threshold: 80")), "-m", "for the sale");

            RevCommit newest = git.log().setMaxCount(1).call().iterator().next();
            assertThat(newest.getFullMessage()).isEqualTo("for the sale\n");
            assertThat(git.status().call().isClean()).isTrue();
            assertThat(run("rollback", newest.name()).exitCode()).isZero();
            assertThat(rules.resolve("shop.yaml")).content().isEqualTo(RULE + "---\n" + other());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "put",
                "diff",
                "rollback",
                "delete RateLimitStrategy",
                "get Nonsense a",
                "history RateLimitStrategy",
                "history --limit 0"
            })
    void wrongUsageHasAnExitCodeOfItsOwn(String line) {
        String[] words = line.split(" ", -1);
        Result result =
                run(words[0], List.of(words).subList(1, words.length).toArray(String[]::new));

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).isNotEmpty();
    }
}
