package io.opensergo.rulefiles;

import static io.opensergo.testsupport.RateLimits.document;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.opensergo.rules.document.RuleWriter;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What scans see of a directory whose files change; the test decides when one takes place. */
class DirectoryScannerTest extends ScannedDirectory {

    @Nested
    class FilesThatChange {

        @Test
        void takesAFileThatTwoScansSawAlike() throws IOException {
            Files.writeString(file, document("a", 1));

            scanner.scan();
            assertThat(recorder.rules).isEmpty();
            scanner.scan();

            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 1L));
        }

        @Test
        void reportsAllThatChangedAsOneBatchAndNothingTwice() throws IOException {
            Files.writeString(file, document("a", 1) + document("b", 1));
            Files.writeString(directory.resolve("b.yml"), document("c", 1));
            Files.writeString(directory.resolve("c.json"), RuleWriter.toJson(rateLimit("d", 1)));
            settle();
            settle();

            assertThat(recorder.thresholds()).containsOnlyKeys("a", "b", "c", "d");
            assertThat(recorder.batches).isEqualTo(1);
        }

        @Test
        void readsDirectoriesBelowAndSkipsWhatIsHiddenOrNoRuleFile() throws IOException {
            write("sub/deep/a.yaml", document("deep", 1));
            write(".hidden/a.yaml", document("hidden", 1));
            write(".a.yaml", document("dotted", 1));
            write("a.yaml~", document("backup", 1));
            write("a.txt", "no rule");
            settle();

            assertThat(recorder.thresholds()).containsOnlyKeys("deep");
            assertThat(recorder.problems).isEmpty();
        }

        @Test
        void seesASaveByRename() throws IOException {
            writeAndSettle(document("a", 1));

            Path saved = Files.writeString(directory.resolve(".a.yaml.swp"), document("a", 2));
            Files.move(saved, file, StandardCopyOption.REPLACE_EXISTING);
            settle();

            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L));
        }

        @Test
        void keepsARuleThatMovesToAnotherFile() throws IOException {
            writeAndSettle(document("a", 1));
            int batches = recorder.batches;

            Files.move(file, directory.resolve("b.yaml"));
            settle();
            settle();

            assertThat(recorder.batches).isEqualTo(batches);
            assertThat(recorder.thresholds()).containsOnlyKeys("a");
        }

        @Test
        void seesARewriteOfTheSameSizeWithinOneTickOfTheFileSystem() throws IOException {
            Instant tick = clock.instant().truncatedTo(ChronoUnit.SECONDS);
            writeAt(tick, document("a", 1));
            settle();

            writeAt(tick, document("a", 2));
            settle();

            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L));
        }

        @Test
        void readsAFileOnceOnlyWhenItsStampIsProofEnough() throws IOException {
            Instant longAgo = clock.instant().minusSeconds(60);
            writeAt(longAgo, document("a", 1));
            settle();

            writeAt(longAgo, document("a", 2));
            settle();

            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 1L));
        }

        @Test
        void readsAThousandFiles() throws IOException {
            for (int i = 0; i < 1000; i++) {
                write("d" + i % 10 + "/r" + i + ".yaml", document("r" + i, i));
            }
            settle();
            assertThat(recorder.rules).hasSize(1000);
            assertThat(recorder.batches).isEqualTo(1);

            write("d3/r3.yaml", document("r3", 9999));
            settle();

            assertThat(recorder.thresholds()).hasSize(1000).containsEntry("r3", 9999L);
            assertThat(recorder.lastPuts).isEqualTo(1);
        }

        /** A queue of file system events would overflow; a poll sees the state. */
        @Test
        void convergesOnThousandsOfChangesBetweenTwoScans() throws IOException {
            for (int i = 0; i < 1000; i++) {
                write("r" + i + ".yaml", document("r" + i, i));
            }
            settle();

            for (int round = 1; round <= 3; round++) {
                for (int i = 0; i < 1000; i++) {
                    Path path = directory.resolve("r" + i + ".yaml");
                    if (i % 3 == 0) {
                        Files.deleteIfExists(path);
                    } else {
                        Files.writeString(path, document("r" + i, 10_000L * round + i));
                    }
                }
                for (int i = 0; i < 1000; i++) {
                    write("new" + round + "/n" + i + ".yaml", document("n" + i, round));
                }
                delete(directory.resolve("new" + round));
            }
            write("last.yaml", document("last", 1));
            settle();

            Map<String, Long> expected = new LinkedHashMap<>(Map.of("last", 1L));
            for (int i = 0; i < 1000; i++) {
                if (i % 3 != 0) {
                    expected.put("r" + i, 30_000L + i);
                }
            }
            assertThat(recorder.thresholds()).containsExactlyInAnyOrderEntriesOf(expected);
            assertThat(recorder.batches).isEqualTo(2);
        }
    }

    @Nested
    class FilesThatAreBeingWritten {

        @Test
        void leavesTheRulesAloneWhileAnEditorDeletesAndWritesTheFile() throws IOException {
            writeAndSettle(document("a", 1));

            Files.delete(file);
            scanner.scan();
            Files.writeString(file, document("a", 2));
            scanner.scan();
            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 1L));
            scanner.scan();

            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L));
            assertThat(recorder.problems).isEmpty();
        }

        @Test
        void neverTakesHalfOfAFileThatIsTruncatedAndWritten() throws IOException {
            String before = document("a", 1) + document("b", 1);
            String after = document("a", 2) + document("b", 2);
            writeAndSettle(before);

            Files.writeString(file, "");
            scanner.scan();
            Files.writeString(file, after.substring(0, after.length() / 2));
            scanner.scan();
            Files.writeString(file, after);
            scanner.scan();
            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 1L), Map.entry("b", 1L));
            assertThat(recorder.problems).isEmpty();
            scanner.scan();

            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L), Map.entry("b", 2L));
        }

        @Test
        void keepsTheRulesOfAFileThatStaysHalfWritten() throws IOException {
            String before = document("a", 1) + document("b", 1);
            writeAndSettle(before);

            String half = document("a", 2) + document("b", 2);
            Files.writeString(
                    file, half.substring(0, half.indexOf("metadata", half.indexOf("---", 3))));
            settle();

            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L), Map.entry("b", 1L));
            assertThat(recorder.problems).isNotEmpty();
        }
    }

    @Nested
    class Links {

        @Test
        void followsTheSymbolicLinksOfAConfigMapMount() throws IOException {
            Path one = Files.createDirectory(directory.resolve("..2026_01"));
            Path two = Files.createDirectory(directory.resolve("..2026_02"));
            Files.writeString(one.resolve("a.yaml"), document("a", 1));
            Files.writeString(two.resolve("a.yaml"), document("a", 2));
            Path data = directory.resolve("..data");
            Files.createSymbolicLink(data, Path.of("..2026_01"));
            Files.createSymbolicLink(file, Path.of("..data", "a.yaml"));
            settle();
            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 1L));

            Files.createSymbolicLink(directory.resolve("..data_tmp"), Path.of("..2026_02"));
            Files.move(directory.resolve("..data_tmp"), data, StandardCopyOption.ATOMIC_MOVE);
            settle();

            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L));
            assertThat(recorder.problems).isEmpty();
        }

        @Test
        void keepsTheRulesBehindALinkThatIsBroken() throws IOException {
            Path target = Files.writeString(temp.resolve("elsewhere.yaml"), document("a", 1));
            Files.createSymbolicLink(file, target);
            settle();

            Files.delete(target);
            settle();
            settle();

            assertThat(recorder.thresholds()).containsOnlyKeys("a");
            assertThat(recorder.messages())
                    .singleElement()
                    .asString()
                    .contains("a link to nothing");
        }

        @Test
        void survivesALinkToADirectoryAbove() throws IOException {
            Files.createSymbolicLink(directory.resolve("loop"), directory);
            writeAndSettle(document("a", 1));

            assertThat(recorder.thresholds()).containsOnlyKeys("a");
            assertThat(recorder.messages()).singleElement().asString().contains("loop");
        }

        @Test
        void seesALinkToTheDirectoryThatIsSwappedBackToAnOlderOne() throws IOException {
            Instant moment = clock.instant().minusSeconds(600);
            Path old = Files.createDirectory(temp.resolve("old"));
            Path recent = Files.createDirectory(temp.resolve("recent"));
            Files.writeString(old.resolve("a.yaml"), document("a", 1));
            Files.writeString(recent.resolve("a.yaml"), document("a", 2));
            directory = old;
            setTimes(moment);
            directory = recent;
            setTimes(moment.plusSeconds(60));
            Path link = Files.createSymbolicLink(temp.resolve("link"), Path.of("recent"));
            scanner =
                    new DirectoryScanner(
                            link, reader(), clock, recorder, new SlowReads(Runnable::run));
            settle();
            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L));
            long before = recorder.revisions.last();

            Path next = temp.resolve("next");
            await().until(() -> isNewer(linkAgain(next, "old"), link));
            Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
            settle();

            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 1L));
            assertThat(recorder.problems).isEmpty();
            assertThat(recorder.revisions.last()).isGreaterThan(before);
        }

        private static Path linkAgain(Path link, String target) throws IOException {
            Files.deleteIfExists(link);
            return Files.createSymbolicLink(link, Path.of(target));
        }

        private static boolean isNewer(Path link, Path other) throws IOException {
            return Files.getLastModifiedTime(link, LinkOption.NOFOLLOW_LINKS)
                            .compareTo(Files.getLastModifiedTime(other, LinkOption.NOFOLLOW_LINKS))
                    > 0;
        }
    }

    @Nested
    class DirectoriesThatGoAway {

        @Test
        void keepsTheRulesWhileTheDirectoryIsGoneAndPicksItUpWhenItIsBack() throws IOException {
            writeAndSettle(document("a", 1) + document("b", 1));

            Path away = Files.move(directory, temp.resolve("away"));
            settle();
            settle();
            assertThat(recorder.thresholds()).containsOnlyKeys("a", "b");
            assertThat(recorder.messages())
                    .singleElement()
                    .asString()
                    .contains(directory.toString(), "does not exist");

            delete(away);
            Files.createDirectory(directory);
            scanner.scan();
            Files.writeString(file, document("a", 3));
            settle();
            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 3L));
            assertThat(recorder.problems).isEmpty();
        }

        @Test
        void keepsTheRulesOfADirectoryBelowThatMayNotBeRead() throws IOException {
            write("sub/a.yaml", document("a", 1));
            settle();
            Path sub = directory.resolve("sub");
            assumeTrue(
                    sub.toFile().setReadable(false) && !Files.isReadable(sub), "root may read all");

            settle();
            settle();

            assertThat(sub.toFile().setReadable(true)).isTrue();
            assertThat(recorder.thresholds()).containsOnlyKeys("a");
            assertThat(recorder.messages()).singleElement().asString().contains("sub");
        }

        @Test
        void keepsTheRulesWhileAFileIsInThePlaceOfTheDirectory() throws IOException {
            writeAndSettle(document("a", 1));
            Path away = Files.move(directory, temp.resolve("away"));

            Files.writeString(directory, "in the way");
            settle();
            settle();
            assertThat(recorder.thresholds()).containsOnlyKeys("a");
            assertThat(recorder.messages()).singleElement().asString().contains("is no directory");

            Files.delete(directory);
            Files.move(away, directory);
            Files.writeString(file, document("a", 2));
            settle();
            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L));
            assertThat(recorder.problems).isEmpty();
        }

        @Test
        void takesADirectoryThatIsDeletedAndCreatedAgainBetweenTwoScans() throws IOException {
            writeAndSettle(document("a", 1) + document("b", 1));

            delete(directory);
            Files.createDirectory(directory);
            Files.writeString(file, document("a", 2));
            settle();

            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L));
            assertThat(recorder.problems).isEmpty();
        }
    }

    private static void delete(Path directory) throws IOException {
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path directory, IOException e)
                            throws IOException {
                        Files.delete(directory);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
