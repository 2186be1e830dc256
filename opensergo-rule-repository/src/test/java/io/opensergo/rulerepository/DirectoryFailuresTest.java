package io.opensergo.rulerepository;

import static io.opensergo.rulerepository.TestRules.id;
import static io.opensergo.rulerepository.TestRules.limit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.opensergo.rules.document.RuleReader;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.JavaCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What fails changes nothing, and what is interrupted is completed or never was. */
class DirectoryFailuresTest {

    @TempDir private Path directory;

    @BeforeEach
    void writeFiles() throws IOException {
        Files.writeString(directory.resolve("a.yaml"), limit("a", 1));
        Files.writeString(directory.resolve("b.yaml"), limit("b", 1));
    }

    /** Fails at one operation, and from there on if it is a crash. */
    private static final class Failing extends FileOperations {

        private final int at;
        private final boolean crash;
        private int count;

        Failing(int at, boolean crash) {
            this.at = at;
            this.crash = crash;
        }

        boolean hasFailed() {
            return count >= at;
        }

        private void step() throws IOException {
            count++;
            if (count == at || (crash && count > at)) {
                throw new IOException("No space left on device");
            }
        }

        @Override
        void write(Path file, byte[] content) throws IOException {
            try {
                step();
            } catch (IOException e) {
                super.write(file, new byte[0]); // as a full disk leaves it
                throw e;
            }
            super.write(file, content);
        }

        @Override
        void append(Path file, byte[] content) throws IOException {
            step();
            super.append(file, content);
        }

        @Override
        void move(Path from, Path to) throws IOException {
            step();
            super.move(from, to);
        }

        @Override
        void delete(Path file) throws IOException {
            step();
            super.delete(file);
        }
    }

    private DirectoryRuleRepository with(FileOperations files) {
        return new DirectoryRuleRepository(
                directory, RuleReader.strict(), InstantSource.system(), files, null);
    }

    private static RuleEdit edit() {
        return RuleEdit.by("ann")
                .replace(limit("a", 5), StoredRule.revisionOf(limit("a", 1)))
                .delete(id("b"), StoredRule.revisionOf(limit("b", 1)))
                .create(limit("c", 1).replace("app: shop", "app: cart"))
                .build();
    }

    @Nested
    class Crashes {

        /** As a full disk has emptied configurations elsewhere. */
        @Test
        void whereverTheDiskIsFullNothingIsLost() throws IOException {
            Map<String, String> before = visible();
            int failed = 0;
            for (int at = 1; ; at++) {
                var files = new Failing(at, false);
                try {
                    with(files).commit(edit());
                    break;
                } catch (UncheckedIOException e) {
                    assertThat(e)
                            .hasMessageContaining("directory " + directory + ": not committed")
                            .hasMessageContaining("No space left on device");
                    failed++;
                    assertThat(visible()).isEqualTo(before);
                    assertThat(
                                    DirectoryRuleRepository.open(directory)
                                            .history(HistoryQuery.latest(1)))
                            .isEmpty();
                }
            }
            assertThat(failed).isGreaterThan(8);
            assertThat(visible()).containsOnlyKeys("a.yaml", "cart.yaml");
            assertThat(DirectoryRuleRepository.open(directory).history(HistoryQuery.latest(9)))
                    .hasSize(1);
        }

        private Map<String, String> visible() throws IOException {
            Map<String, String> contents = new TreeMap<>();
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    if (Files.isRegularFile(file)) {
                        contents.put(file.getFileName().toString(), Files.readString(file));
                    }
                }
            }
            return contents;
        }

        @Test
        void afterACrashAtAnyMomentAllOfABatchIsThereOrNothing() throws IOException {
            Map<String, String> before = visible();
            List<Boolean> outcomes = new ArrayList<>();
            for (int at = 1; ; at++) {
                var files = new Failing(at, true);
                try {
                    with(files).commit(edit());
                } catch (UncheckedIOException e) {
                    assertThat(e).hasMessageContaining("No space left");
                }
                boolean crashed = files.hasFailed();

                var reopened = DirectoryRuleRepository.open(directory);

                boolean committed = reopened.history(HistoryQuery.latest(9)).size() == 1;
                outcomes.add(committed);
                if (committed) {
                    assertThat(visible().keySet())
                            .filteredOn(name -> !name.startsWith("."))
                            .containsExactly("a.yaml", "cart.yaml");
                    assertThat(visible()).containsEntry("a.yaml", limit("a", 5));
                    reopened.commit(
                            RuleEdit.by("ann")
                                    .undo(reopened.history(HistoryQuery.latest(1)).get(0))
                                    .build());
                    restart();
                } else {
                    assertThat(visible().entrySet()).containsAll(before.entrySet());
                    assertThat(reopened.rules()).hasSize(2);
                }
                if (!crashed) {
                    break;
                }
            }
            assertThat(outcomes).contains(true, false).isSorted();
        }

        private void restart() throws IOException {
            for (String name :
                    List.of(
                            "a.yaml",
                            "b.yaml",
                            "shop.yaml",
                            "cart.yaml",
                            ".opensergo/history.jsonl")) {
                Files.deleteIfExists(directory.resolve(name));
            }
            writeFiles();
        }

        @Test
        void aFileEditedAfterTheCrashIsKeptAndTheBatchTakenBack() throws IOException {
            int at = 8; // the second of the files, behind what prepares and notes the batch
            assertThatThrownBy(() -> with(new Failing(at, true)).commit(edit()))
                    .isInstanceOf(UncheckedIOException.class);
            assertThat(directory.resolve("a.yaml")).content().isEqualTo(limit("a", 5));
            Files.writeString(directory.resolve("b.yaml"), limit("b", 7));

            var reopened = DirectoryRuleRepository.open(directory);

            assertThat(reopened.history(HistoryQuery.latest(9))).isEmpty();
            assertThat(reopened.rules())
                    .extracting(StoredRule::text)
                    .containsExactly(limit("a", 1), limit("b", 7));
            assertThat(visible()).containsOnlyKeys("a.yaml", "b.yaml");
        }

        /**
         * Of 16 MiB, as large as a rule file may be: in base 64 more than Jackson reads by itself.
         */
        @Test
        void aBatchWithALargeFileIsCompletedAfterACrashToo() throws IOException {
            Path large = directory.resolve("large.yaml");
            var change =
                    new RuleChange(
                            "c",
                            "ann",
                            "m",
                            null,
                            Instant.EPOCH,
                            List.of(new RuleChange.Entry(id("a"), null, limit("a", 1))));
            var pending = new PendingBatch(new FileOperations(), directory);
            byte[] content = new byte[RuleReader.DEFAULT_MAX_BYTES];
            pending.write(change, List.of(new FileChange(large, null, content)));

            pending.recover(new JsonLinesHistory(directory, new FileOperations()));

            assertThat(Files.size(large)).isEqualTo(content.length);
            assertThat(pending.exists()).isFalse();
        }

        @Test
        void aLineThatACrashHasCutOffIsSkipped() throws IOException {
            var repository = with(new FileOperations());
            repository.commit(edit());
            Path history = directory.resolve(".opensergo/history.jsonl");
            Files.writeString(history, "{\"id\":\"x\",\"ti", StandardOpenOption.APPEND);

            repository.commit(RuleEdit.by("bob").create(limit("d", 1)).build());

            assertThat(repository.history(HistoryQuery.latest(9)))
                    .extracting(RuleChange::author)
                    .containsExactly("bob", "ann");
        }
    }

    @Nested
    class ChangesOfOthers {

        @Test
        void aFileWrittenByHandWhileACommitIsPreparedIsAConflict() {
            var files =
                    new FileOperations() {
                        private boolean written;

                        @Override
                        void move(Path from, Path to) throws IOException {
                            if (!written && to.endsWith("pending.json")) {
                                written = true;
                                Files.writeString(directory.resolve("a.yaml"), limit("a", 77));
                            }
                            super.move(from, to);
                        }
                    };

            assertThatThrownBy(() -> with(files).commit(edit()))
                    .isInstanceOf(RuleConflictException.class)
                    .hasMessageContaining("RateLimitStrategy default/a was changed since");
            assertThat(directory.resolve("a.yaml")).content().isEqualTo(limit("a", 77));
            assertThat(directory.resolve("b.yaml")).content().isEqualTo(limit("b", 1));
        }

        @Test
        void anotherDocumentWrittenByHandMeanwhileStays() {
            var files =
                    new FileOperations() {
                        private boolean written;

                        @Override
                        void move(Path from, Path to) throws IOException {
                            if (!written && to.endsWith("pending.json")) {
                                written = true;
                                Files.writeString(
                                        directory.resolve("a.yaml"),
                                        "---\n" + limit("z", 9),
                                        StandardOpenOption.APPEND);
                            }
                            super.move(from, to);
                        }
                    };

            with(files).commit(edit());

            assertThat(directory.resolve("a.yaml"))
                    .content()
                    .isEqualTo(limit("a", 5) + "---\n" + limit("z", 9));
        }

        @Test
        void aFileThatVanishedIsAConflict() throws IOException {
            var repository = with(new FileOperations());
            repository.rules();
            Files.delete(directory.resolve("a.yaml"));

            assertThatThrownBy(() -> repository.commit(edit()))
                    .isInstanceOf(RuleConflictException.class)
                    .hasMessageContaining("is not stored any more");
            assertThat(directory.resolve("b.yaml")).exists();
        }

        @Test
        void twoProcessesLoseNothing() throws Exception {
            int each = 15;
            List<Process> processes = List.of(incrementing(each), incrementing(each));
            for (Process process : processes) {
                assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).isZero();
            }

            var repository = DirectoryRuleRepository.open(directory);
            assertThat(repository.find(id("a")).orElseThrow().text())
                    .startsWith(limit("a", 1 + 2 * each));
            assertThat(repository.history(HistoryQuery.latest(100))).hasSize(2 * each);
        }

        private Process incrementing(int times) throws IOException {
            return new JavaCommand()
                    .process(Incrementing.class, directory.toString(), Integer.toString(times))
                    .inheritIO()
                    .start();
        }
    }

    @Nested
    class Directories {

        @Test
        void aDirectoryThatIsNotThereSaysSo() {
            var repository = DirectoryRuleRepository.open(directory.resolve("none"));

            assertThat(repository.readOnlyReason()).contains("does not exist: create it");
            assertThatThrownBy(repository::rules)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("does not exist");
            assertThatThrownBy(() -> repository.commit(edit()))
                    .isInstanceOf(ReadOnlyRepositoryException.class);
        }

        @Test
        void aDirectoryThatMayNotBeWrittenIsReadAndSaysWhy() throws IOException {
            directory.toFile().setWritable(false);
            try {
                var repository = DirectoryRuleRepository.open(directory);
                assumeFalse(Files.isWritable(directory), "permissions do not count for this user");

                assertThat(repository.rules()).hasSize(2);
                assertThat(repository.history(HistoryQuery.latest(1))).isEmpty();
                assertThat(repository.readOnlyReason()).contains("may not be written");
                assertThatThrownBy(() -> repository.commit(edit()))
                        .isInstanceOf(ReadOnlyRepositoryException.class);
            } finally {
                directory.toFile().setWritable(true);
            }
        }

        @Test
        void theHistoryIsBounded() throws IOException {
            var history =
                    new JsonLinesHistory(
                            directory.resolve(".opensergo"), new FileOperations(), 40_000);
            Files.createDirectories(history.stateDirectory());
            for (int i = 0; i < 200; i++) {
                var entry = new RuleChange.Entry(id("a"), null, limit("a", i));
                history.record(
                        new RuleChange("c" + i, "ann", "m", null, Instant.EPOCH, List.of(entry)),
                        List.of());
            }

            List<RuleChange> kept = history.read(HistoryQuery.latest(1_000));

            assertThat(kept.get(0).id()).isEqualTo("c199");
            assertThat(kept).hasSizeBetween(20, 90);
            assertThat(Files.size(directory.resolve(".opensergo/history.jsonl")))
                    .isLessThan(40_000);
        }
    }

    /** Another process: counts a threshold up. */
    static final class Incrementing {

        public static void main(String... args) {
            var repository = DirectoryRuleRepository.open(Path.of(args[0]));
            String signature = "# by process " + ProcessHandle.current().pid() + "\n";
            for (int done = 0; done < Integer.parseInt(args[1]); ) {
                StoredRule now = repository.find(id("a")).orElseThrow();
                int next = (int) ((RateLimitStrategy) now.rule()).threshold() + 1;
                String text = limit("a", next) + signature;
                done += tryToReplace(repository, text, now.revision()) ? 1 : 0;
            }
        }

        private static boolean tryToReplace(RuleRepository repository, String text, String now) {
            try {
                repository.commit(RuleEdit.by("process").replace(text, now).build());
                return true;
            } catch (RuleConflictException e) {
                return false;
            }
        }
    }
}
