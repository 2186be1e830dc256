package io.opensergo.controlplane;

import static io.opensergo.testsupport.RateLimits.document;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.rules.Rule;
import io.opensergo.testsupport.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the control plane says of changes. */
class ChangeLogTest {

    private final LogCapture log = LogCapture.open();
    private final ChangeLog changes = new ChangeLog("memory", key -> 3, id -> false);

    @AfterEach
    void endCapture() {
        log.close();
    }

    @Test
    void saysWhatWasAddedEditedAndRemovedInALineEach() {
        Rule a = rateLimit("a", 1);
        Rule edited = rateLimit("a", 2);

        changes.log(List.of(a), List.of(), Map.of(a.id(), "rules/a.yaml:12"), 7);
        changes.log(List.of(edited), List.of(), Map.of(a.id(), "rules/a.yaml:13"), 8);
        changes.log(List.of(edited), List.of(), Map.of(), 9);
        changes.log(List.of(), List.of(a.id()), Map.of(), 10);

        assertThat(lines())
                .satisfiesExactly(
                        line ->
                                assertThat(line)
                                        .endsWith(
                                                "Added RateLimitStrategy default/foo-app/a"
                                                        + " (rules/a.yaml:12), revision 7, 3 subscribers"),
                        line ->
                                assertThat(line)
                                        .endsWith(
                                                "Edited RateLimitStrategy default/foo-app/a"
                                                        + " (rules/a.yaml:13), revision 8, 3 subscribers"),
                        line ->
                                assertThat(line)
                                        .endsWith(
                                                "Removed RateLimitStrategy default/foo-app/a (memory),"
                                                        + " revision 10, 3 subscribers"));
    }

    @Test
    void ruleThatIsTakenAwayAndPutInOneBatchIsEdited() {
        Rule a = rateLimit("a", 1);
        Rule b = rateLimit("b", 1);
        changes.log(List.of(a, b), List.of(), Map.of(), 7);

        changes.log(List.of(rateLimit("a", 2), b), List.of(a.id(), b.id()), Map.of(), 8);

        assertThat(lines()).hasSize(3).last().asString().contains("Edited", "/a ");
    }

    @Test
    void ruleThatAnotherSourceHasIsSaidToHaveNoEffect() {
        var first = new InMemoryRuleSource();
        var second = new InMemoryRuleSource();
        try (ControlPlane controlPlane =
                ControlPlane.builder().port(0).source(first).source(second).start()) {
            first.put(rateLimit("a", 1));
            second.put(rateLimit("a", 2), rateLimit("b", 2));
            second.delete(rateLimit("a", 2).id());

            assertThat(controlPlane.problems()).isEmpty();
        }

        String noEffect = "without effect: another source has it and counts";
        assertThat(lines()).hasSize(4);
        assertThat(lines().get(0)).contains("Added", "/a ").doesNotContain(noEffect);
        assertThat(lines().get(1)).contains("Added", "/a ").endsWith(noEffect);
        assertThat(lines().get(2)).contains("Added", "/b ").doesNotContain(noEffect);
        assertThat(lines().get(3)).contains("Removed", "/a ").endsWith(noEffect);
    }

    @Test
    void countsWhatIsMoreThanAnybodyReads() {
        List<Rule> many =
                IntStream.range(0, 5_000).<Rule>mapToObj(i -> rateLimit("r" + i, 1)).toList();

        changes.log(many, List.of(), Map.of(), 7);

        assertThat(lines())
                .hasSize(ChangeLog.MAX_LINES + 1)
                .last()
                .asString()
                .endsWith("... and 4950 more rules of memory changed, revision 7");
    }

    @Test
    void directorySaysTheFileAndTheLine(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("a.yaml"), document("x", 1));
        try (ControlPlane controlPlane =
                ControlPlane.builder().port(0).source(DirectoryRuleSource.of(directory)).start()) {
            Files.writeString(file, document("x", 1) + document("y", 1));
            await().until(() -> lines().size() == 2);
            Files.delete(file);
            await().until(() -> lines().size() == 4);
            assertThat(controlPlane.problems()).isEmpty();
        }

        assertThat(lines().get(0)).contains("Added", "/x (" + file + ":2)", "0 subscribers");
        assertThat(lines().get(1)).contains("Added", "/y (" + file + ":15)");
        assertThat(lines().subList(2, 4)).allMatch(line -> line.contains("Removed"));
    }

    private List<String> lines() {
        return log.linesOf(ChangeLog.class);
    }
}
