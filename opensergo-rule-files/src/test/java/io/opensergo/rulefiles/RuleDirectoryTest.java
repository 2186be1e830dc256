package io.opensergo.rulefiles;

import static io.opensergo.testsupport.RateLimits.document;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A directory that is polled for real. */
@Timeout(60)
class RuleDirectoryTest {

    @TempDir private Path temp;
    private final Recorder recorder = new Recorder();

    @Test
    void reportsWhatIsThereBeforeItReturnsAndChangesAfterwards() throws IOException {
        Path file = Files.writeString(temp.resolve("a.yaml"), document("a", 1));

        try (var following = follow(temp)) {
            assertThat(recorder.thresholds).containsOnly(Map.entry("a", 1L));

            Files.writeString(file, document("a", 2));
            await().until(() -> recorder.thresholds.equals(Map.of("a", 2L)));

            Files.delete(file);
            await().until(recorder.thresholds::isEmpty);
        }
    }

    @Test
    void goesOnWhenItsListenerFails() throws IOException {
        Path file = Files.writeString(temp.resolve("a.yaml"), document("a", 1));
        try (var following = follow(temp)) {
            recorder.failure = new IllegalStateException("of the test");
            Files.writeString(file, document("a", 2));
            await().until(() -> recorder.failure == null);

            Files.writeString(file, document("a", 3));

            await().until(() -> recorder.thresholds.equals(Map.of("a", 3L)));
        }
    }

    @Test
    void endsItsThreadsWhenTheFollowingEnds() {
        var following = follow(temp);
        assertThat(threadsOf(temp)).isNotEmpty();

        following.close();
        following.close();

        await().untilAsserted(() -> assertThat(threadsOf(temp)).isEmpty());
    }

    /** It would wait for the scan that it is told by. */
    @Test
    void listenerMayEndTheFollowing() throws IOException {
        var following = new AtomicReference<RuleDirectory.Following>();
        var took = new AtomicReference<Duration>();
        recorder.onChange =
                () -> {
                    RuleDirectory.Following own = following.get();
                    if (own != null) {
                        long start = System.nanoTime();
                        own.close();
                        took.set(Duration.ofNanos(System.nanoTime() - start));
                    }
                };
        following.set(follow(temp));

        Files.writeString(temp.resolve("a.yaml"), document("a", 1));

        await().untilAsserted(() -> assertThat(took.get()).isLessThan(Duration.ofSeconds(4)));
        await().untilAsserted(() -> assertThat(threadsOf(temp)).isEmpty());
    }

    @Test
    void leavesNoThreadBehindWhenItCannotBegin() throws IOException {
        Files.writeString(temp.resolve("a.yaml"), document("a", 1));
        recorder.failure = new IllegalStateException("of the test");

        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> follow(temp));

        await().untilAsserted(() -> assertThat(threadsOf(temp)).isEmpty());
    }

    @Test
    void namesADirectoryThatIsNotThereOrIsNone() throws IOException {
        Path missing = temp.resolve("missing");
        Path file = Files.createFile(temp.resolve("a.yaml"));

        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> follow(missing))
                .withMessage(
                        "the rule directory "
                                + missing
                                + " does not exist: create it or name another");
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> follow(file))
                .withMessage(
                        file + " is no directory: name the directory that holds the rule files");
    }

    @Test
    void namesADirectoryThatMayNotBeRead() {
        assumeTrue(
                temp.toFile().setReadable(false) && !Files.isReadable(temp), "root may read all");
        try {
            assertThatExceptionOfType(UncheckedIOException.class)
                    .isThrownBy(() -> follow(temp))
                    .withMessageContaining(temp + " may not be read");
        } finally {
            assertThat(temp.toFile().setReadable(true)).isTrue();
        }
    }

    @Test
    void refusesAnIntervalThatIsNotPositive() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RuleDirectory.of(temp).withPollInterval(Duration.ofMillis(-1)))
                .withMessage("interval must be positive, was PT-0.001S");
    }

    private RuleDirectory.Following follow(Path directory) {
        return RuleDirectory.of(directory).withPollInterval(Duration.ofMillis(10)).follow(recorder);
    }

    private static List<String> threadsOf(Path directory) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.contains(directory.toString()))
                .toList();
    }

    /** Holds what was reported, and fails once if it is told to. */
    private static final class Recorder implements RuleDirectory.Listener {

        private final Map<String, Long> thresholds = new ConcurrentHashMap<>();
        private volatile @Nullable RuntimeException failure;
        private volatile Runnable onChange = () -> {};

        @Override
        public void changed(
                Collection<? extends Rule> puts,
                Collection<RuleId> deletes,
                long revision,
                Map<RuleId, String> places) {
            RuntimeException thrown = failure;
            failure = null;
            if (thrown != null) {
                throw thrown;
            }
            onChange.run();
            deletes.forEach(id -> thresholds.remove(id.name()));
            puts.forEach(
                    rule -> thresholds.put(rule.name(), ((RateLimitStrategy) rule).threshold()));
        }

        @Override
        public void problems(List<Problem> problems) {}
    }
}
