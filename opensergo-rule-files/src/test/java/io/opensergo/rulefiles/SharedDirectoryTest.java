package io.opensergo.rulefiles;

import static io.opensergo.testsupport.RateLimits.document;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.rules.document.RuleWriter;
import io.opensergo.testsupport.LogCapture;
import io.opensergo.testsupport.ManualClock;
import io.opensergo.testsupport.RateLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One directory that many teams write to: none of them can hold up or spy on the others. */
class SharedDirectoryTest {

    @TempDir private Path temp;
    private Path directory;
    private final Recorder recorder = new Recorder();
    private final Deque<Runnable> readings = new ArrayDeque<>();
    private DirectoryScanner scanner;

    @BeforeEach
    void begin() throws IOException {
        directory = Files.createDirectory(temp.resolve("rules"));
        scanner =
                new DirectoryScanner(
                        directory,
                        RuleReader.strict().withAppRequired().withForeignTextHidden(),
                        new ManualClock(Instant.now()),
                        recorder,
                        new SlowReads(readings::add));
        scanner.begin(() -> {});
    }

    @Nested
    class Links {

        @Test
        @Timeout(300)
        void looksOnceIntoDirectoriesThatLinkToEachOther() throws IOException {
            for (int i = 0; i < 9; i++) {
                write("team" + i + "/r.yaml", document("r" + i, 1));
                for (int j = 0; j < 9; j++) {
                    if (i != j) {
                        Path link = directory.resolve("team" + i).resolve("to" + j);
                        Files.createSymbolicLink(link, Path.of("..", "team" + j));
                    }
                }
            }

            settle();

            assertThat(recorder.thresholds()).hasSize(9);
            assertThat(DirectoryListing.of(directory).files()).hasSize(9);
            assertThat(recorder.problems)
                    .hasSize(72)
                    .noneMatch(Problem::isError)
                    .allMatch(problem -> problem.message().contains("whose files are read as"));
        }

        @Test
        void readsADirectoryByItsOwnPathAndNotByThatOfALink() throws IOException {
            write("z/r.yaml", document("r", 1));
            Files.createSymbolicLink(directory.resolve("a"), Path.of("z"));

            settle();

            assertThat(DirectoryListing.of(directory).files())
                    .containsOnlyKeys(directory.resolve("z/r.yaml"));
        }

        @Test
        void readsADirectoryElsewhereThroughALink() throws IOException {
            Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
            Files.writeString(elsewhere.resolve("r.yaml"), document("r", 1));
            Files.createSymbolicLink(directory.resolve("team"), elsewhere);

            settle();

            assertThat(recorder.thresholds()).containsOnlyKeys("r");
            assertThat(recorder.problems).isEmpty();
        }

        @Test
        @Timeout(300)
        void doesNotFollowALinkToTheRootOfTheFileSystem() throws IOException {
            Files.createSymbolicLink(
                    directory.resolve("all"), directory.toAbsolutePath().getRoot());
            write("r.yaml", document("r", 1));

            settle();

            assertThat(recorder.thresholds()).containsOnlyKeys("r");
            assertThat(recorder.messages())
                    .singleElement()
                    .asString()
                    .contains("all: warning: is a link to a directory that holds it");
        }

        @Test
        void reportsDirectoriesBeyondThoseBehindLinksAsOneAndForgetsNoneOfTheirFiles()
                throws IOException {
            for (int i = 0; i < 5; i++) {
                Path elsewhere = Files.createDirectory(temp.resolve("elsewhere" + i));
                Files.createSymbolicLink(directory.resolve("team" + i), elsewhere);
            }
            var listing =
                    new DirectoryListing(
                            new TreeMap<>(),
                            new TreeMap<>(),
                            new TreeSet<>(),
                            new TreeMap<>(),
                            new TreeMap<>());

            new DirectoryWalk(directory, listing, 2).run();

            assertThat(listing.unreadable())
                    .containsOnlyKeys(directory.resolve("team2"))
                    .containsValue(
                            "is the first of 3 directories that are not looked into, since there are"
                                    + " more than 2 behind links");
            assertThat(listing.hides(directory.resolve("team1/r.yaml"))).isFalse();
            for (int i = 2; i < 5; i++) {
                assertThat(listing.hides(directory.resolve("team" + i + "/r.yaml"))).isTrue();
            }
        }

        @Test
        void goesOnPastALinkToItself() throws IOException {
            Files.createSymbolicLink(directory.resolve("self"), Path.of("self"));
            write("r.yaml", document("r", 1));

            settle();

            assertThat(recorder.thresholds()).containsOnlyKeys("r");
            assertThat(recorder.messages()).singleElement().asString().contains("self");
        }
    }

    @Nested
    class WhatIsSaidOfFilesOfOthers {

        @Test
        void repeatsNothingOfALinkedFileThatIsNoRuleFile() throws IOException {
            List<String> secrets =
                    List.of(
                            "root:$6$hunter2$abc:19000:0:99999:7:::\ndaemon:*:19000:0\n",
                            "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n",
                            "hunter2: hunter2\npassword: [hunter2\n",
                            "hunter2: 1\nhunter2: 2\n",
                            "a: *hunter2\n",
                            "hunter2",
                            "{\"hunter2\": hunter2}");
            for (int i = 0; i < secrets.size(); i++) {
                Path secret = Files.writeString(temp.resolve("secret" + i), secrets.get(i));
                Files.createSymbolicLink(directory.resolve("s" + i + ".yaml"), secret);
                Files.createSymbolicLink(directory.resolve("s" + i + ".json"), secret);
            }

            settle();

            assertThat(recorder.messages())
                    .hasSize(2 * secrets.size())
                    .allMatch(message -> message.contains("holds no OpenSergo document"))
                    .noneMatch(message -> message.contains("hunter2"));
        }

        @Test
        void quotesAFileThatMeansToHoldRules() throws IOException {
            write("r.yaml", document("r", 1).replace("fault-tolerance", "fault-tolerence"));

            settle();

            assertThat(recorder.messages()).singleElement().asString().contains("fault-tolerence");
        }

        @Test
        @Timeout(300)
        void reportsTheFirstProblemsOfAFileAndCountsTheRest() throws IOException {
            write("broken.yaml", "# opensergo.io\n" + "---\n{\n".repeat(6_000));

            settle();
            readings.remove().run();
            scanner.scan();

            assertThat(recorder.problems).hasSize(RuleFile.MAX_PROBLEMS + 1);
            assertThat(recorder.messages())
                    .last()
                    .asString()
                    .contains("has 5980 more problems; 'opensergo validate' shows all of them");
        }

        @Test
        void saysAtEachEditThatHasNoEffectWhichFileCountsAndWhy() throws IOException {
            write("a.yaml", document("a", 1));
            write("a-backup.yaml", document("a", 1));
            settle();

            try (var log = LogCapture.open()) {
                for (int threshold = 2; threshold < 4; threshold++) {
                    write("a-backup.yaml", document("a", threshold));
                    settle();
                    settle();
                }

                assertThat(log.linesOf(DirectoryScanner.class))
                        .hasSize(2)
                        .allMatch(line -> line.contains("An edit has no effect"))
                        .allMatch(line -> line.contains("a-backup.yaml:2:1: is another RateLimit"))
                        .allMatch(line -> line.contains("a.yaml:2 (document 1) is in force"))
                        .allMatch(line -> line.contains("the file with the shorter name counts"));
            }
        }

        @Test
        void copyOfAFileNeverWinsOverTheOriginal() throws IOException {
            write("a.yaml", document("a", 1));
            write("a-backup.yaml", document("a", 1));
            settle();

            write("a.yaml", document("a", 2));
            settle();

            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L));
        }
    }

    @Nested
    class FilesThatTakeLongToRead {

        @Test
        void appliesOtherFilesWhileALargeOneIsRead() throws IOException {
            write("a-large.yaml", "# " + "x".repeat(100_000) + "\n" + document("large", 1));
            write("b.yaml", document("b", 1));
            settle();
            assertThat(recorder.thresholds()).containsOnly(Map.entry("b", 1L));

            write("b.yaml", document("b", 2));
            settle();
            assertThat(recorder.thresholds()).containsOnly(Map.entry("b", 2L));
            assertThat(readings).hasSize(1);
            readings.remove().run();
            scanner.scan();

            assertThat(recorder.thresholds())
                    .containsOnly(Map.entry("b", 2L), Map.entry("large", 1L));
            assertThat(recorder.problems).isEmpty();
        }

        @Test
        void readsAFileElsewhereWhoseAliasesMayStandForALargeOne() throws IOException {
            write("alias.yaml", "# & *\n" + document("alias", 1));

            settle();
            assertThat(recorder.thresholds()).isEmpty();
            readings.remove().run();
            scanner.scan();

            assertThat(recorder.thresholds()).containsOnlyKeys("alias");
        }

        @Test
        void takesTheLastOfSeveralEditsOfALargeFile() throws IOException {
            String large = "# " + "x".repeat(100_000) + "\n";
            write("large.yaml", large + document("large", 1));
            settle();
            write("large.yaml", large + document("large", 2));
            settle();

            readings.remove().run();
            settle();
            settle();
            readings.remove().run();
            settle();

            assertThat(recorder.thresholds()).containsOnly(Map.entry("large", 2L));
            assertThat(readings).isEmpty();
        }

        @Test
        void contentWhoseReadingFailedForLackOfMemoryIsReadAgain() throws IOException {
            scanner =
                    new DirectoryScanner(
                            directory,
                            RuleReader.strict()
                                    .withKinds(RuleKinds.standard().with(Fragile.KIND))
                                    .withAppRequired(),
                            new ManualClock(Instant.now()),
                            recorder,
                            new SlowReads(readings::add));
            scanner.begin(() -> {});
            write(
                    "r.yaml",
                    RuleWriter.toYaml(new Fragile(Metadata.of("default", "shop", "r")))
                            + "#".repeat(10_000));
            Fragile.failure = new OutOfMemoryError("of the test");
            try {
                scanner.scan();
                scanner.scan();
                readings.remove().run();
                assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(scanner::scan);
            } finally {
                Fragile.failure = null;
            }

            scanner.scan();
            scanner.scan();
            readings.remove().run();
            scanner.scan();

            assertThat(recorder.rules).hasSize(1);
        }
    }

    @Nested
    class UnusualFiles {

        @Test
        void readsExtensionsInAnyCase() throws IOException {
            write("UP.YAML", document("a", 1));
            write("Up.Yml", document("b", 1));
            write(
                    "up.JSON",
                    io.opensergo.rules.document.RuleWriter.toJson(RateLimits.rateLimit("c", 1)));

            settle();

            assertThat(recorder.thresholds()).containsOnlyKeys("a", "b", "c");
            assertThat(RuleFiles.in(directory).files()).hasSize(3);
        }

        @Test
        void removesTheRulesOfAFileWhoseLinesAreAllCommentedOut() throws IOException {
            for (String nothing :
                    List.of(document("a", 1).replaceAll("(?m)^", "# "), "---\n", "\n")) {
                write("a.yaml", document("a", 1));
                settle();
                assertThat(recorder.thresholds()).containsOnlyKeys("a");

                write("a.yaml", nothing);
                settle();

                assertThat(recorder.rules).isEmpty();
                assertThat(recorder.problems).isEmpty();
            }
        }

        @Test
        void keepsTheRulesOfAFileWithoutBytesAndSaysSo() throws IOException {
            write("a.yaml", document("a", 1));
            settle();

            write("a.yaml", "");
            settle();

            assertThat(recorder.thresholds()).containsOnlyKeys("a");
            assertThat(recorder.messages())
                    .singleElement()
                    .asString()
                    .contains("a.yaml: is empty: it has no bytes, as after a truncation")
                    .contains(
                            "The rules it had stay in force (1): to remove them, delete the file");
        }
    }

    /** A kind whose reading may fail with an error of the machine. */
    record Fragile(Metadata metadata) implements Rule {

        private static final RuleKind<Fragile> KIND =
                RuleKind.of("example.org/v1", "Fragile", Fragile.class);
        private static @Nullable Error failure;

        Fragile {
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public RuleKind<Fragile> kind() {
            return KIND;
        }
    }

    private void settle() {
        scanner.scan();
        scanner.scan();
    }

    private void write(String name, String content) throws IOException {
        Path path = directory.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }
}
