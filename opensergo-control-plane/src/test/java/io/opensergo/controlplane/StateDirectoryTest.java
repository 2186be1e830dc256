package io.opensergo.controlplane;

import static io.opensergo.testsupport.RateLimits.document;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.rules.document.RuleKinds;
import io.opensergo.testsupport.LogCapture;
import io.opensergo.testsupport.ManualClock;
import io.opensergo.testsupport.RateLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions across restarts of a control plane with a state directory. */
class StateDirectoryTest {

    private static final Instant NOW =
            Instant.now().truncatedTo(ChronoUnit.MICROS).minusSeconds(60);

    @TempDir private Path temp;
    private Path rules;
    private Path state;

    @BeforeEach
    void createRules() throws IOException {
        rules = Files.createDirectory(temp.resolve("rules"));
        state = temp.resolve("state");
        write(document("a", 1), NOW);
    }

    @Test
    void versionsGoOnRisingAfterARestartOnRestoredRules() throws IOException {
        long served = revisionAfterStart();
        write(document("a", 2), NOW.minusSeconds(86_400));

        try (var log = LogCapture.open()) {
            assertThat(revisionAfterStart()).isGreaterThan(served);
            assertThat(log.linesOf(RevisionFile.class))
                    .singleElement()
                    .asString()
                    .contains("restored from a backup", NOW.toString());
        }
        assertThat(revisionAfterStart()).isGreaterThan(served);
    }

    @Test
    void versionsGoOnRisingWhenAllRulesAreGone() throws IOException {
        long served = revisionAfterStart();
        Files.delete(rules.resolve("a.yaml"));
        setTime(NOW.minusSeconds(86_400));

        assertThat(revisionAfterStart()).isGreaterThan(served);
    }

    @Test
    void restartOnTheSameRulesServesTheVersionThatReplicasServe() {
        long served = revisionAfterStart();

        assertThat(revisionAfterStart()).isEqualTo(served).isEqualTo(Versions.at(NOW));
    }

    @Test
    void editAfterARestoreIsServedUnderItsOwnTime() throws IOException {
        revisionAfterStart();
        write(document("a", 2), NOW.minusSeconds(86_400));
        revisionAfterStart();
        write(document("a", 3), NOW.plusSeconds(10));

        assertThat(revisionAfterStart()).isEqualTo(Versions.at(NOW.plusSeconds(10)));
    }

    @Test
    void changesWhileItRunsAreKept() {
        var source = new InMemoryRuleSource();
        long served;
        try (ControlPlane controlPlane =
                ControlPlane.builder().port(0).source(source).stateDirectory(state).start()) {
            source.put(RateLimits.rateLimit("a", 1));
            served = controlPlane.status().revision();
        }

        assertThat(RevisionFile.in(state))
                .satisfies(file -> assertThat(liftedBy(file)).isEqualTo(served + 1));
    }

    @Test
    void stateThatCannotBeUsedIsAnErrorThatNamesIt() throws IOException {
        Files.createDirectories(state);
        Path file = Files.writeString(state.resolve("revision"), "much");

        assertThatThrownBy(this::revisionAfterStart)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContainingAll(file.toString(), "holds no revision", "delete it");
        Path inTheWay = Files.writeString(temp.resolve("file"), "");
        assertThatThrownBy(() -> RevisionFile.in(inTheWay))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContainingAll(inTheWay.toString(), "may write to");
    }

    private static long liftedBy(RevisionFile file) {
        var store = new RuleStore(RuleKinds.standard(), new ManualClock(NOW));
        file.resume(store);
        return store.revision();
    }

    private long revisionAfterStart() {
        try (ControlPlane controlPlane =
                ControlPlane.builder()
                        .port(0)
                        .source(DirectoryRuleSource.of(rules))
                        .stateDirectory(state)
                        .start()) {
            return controlPlane.status().revision();
        }
    }

    private void write(String content, Instant time) throws IOException {
        Files.writeString(rules.resolve("a.yaml"), content);
        setTime(time);
    }

    private void setTime(Instant time) throws IOException {
        try (Stream<Path> entries = Files.list(rules)) {
            for (Path each : entries.toList()) {
                Files.setLastModifiedTime(each, FileTime.from(time));
            }
        }
        Files.setLastModifiedTime(rules, FileTime.from(time));
    }
}
