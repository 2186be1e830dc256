package io.opensergo.rulefiles;

import static io.opensergo.testsupport.RateLimits.document;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Which rules of its files a scan puts in force, and of what time they are. */
class ScannedRulesTest extends ScannedDirectory {

    private static final String BAD = document("bad", 1).replace("threshold: 1", "threshold: many");

    @Nested
    class BadDocuments {

        @Test
        void appliesTheGoodDocumentsAndKeepsTheLastGoodOneOfABadDocument() throws IOException {
            writeAndSettle(document("a", 1) + BAD.replace("many", "1") + document("c", 1));

            Files.writeString(file, document("a", 2) + BAD);
            settle();

            assertThat(recorder.thresholds())
                    .containsOnly(Map.entry("a", 2L), Map.entry("bad", 1L));
            assertThat(recorder.messages())
                    .singleElement()
                    .asString()
                    .contains("a.yaml", "threshold");
            Files.writeString(file, document("a", 2));
            settle();
            assertThat(recorder.thresholds()).containsOnlyKeys("a");
            assertThat(recorder.problems).isEmpty();
        }

        @Test
        void appliesTheGoodDocumentsOfAFileThatIsBadFromTheStart() throws IOException {
            writeAndSettle(document("a", 1) + BAD);

            assertThat(recorder.thresholds()).containsOnlyKeys("a");
            assertThat(recorder.problems).hasSize(1);
        }

        @Test
        void requiresAnAppAndKeepsTheLastGoodOne() throws IOException {
            writeAndSettle(document("a", 1));

            Files.writeString(file, document("a", 2).replaceAll("(?m)^  labels:\\R.*\\R", ""));
            settle();

            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 1L));
            assertThat(recorder.messages()).singleElement().asString().contains("labels.app");
        }

        @Test
        void keepsAllRulesThatAnUnreadableDocumentMayHaveMeant() throws IOException {
            writeAndSettle(document("a", 1) + document("b", 1));

            Files.writeString(file, document("a", 2) + "---\n  : not [ a document\n");
            settle();

            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L), Map.entry("b", 1L));
        }

        @Test
        void keepsTheFirstOfTwoDocumentsForOneRuleAndNamesBothPlaces() throws IOException {
            write("b.yaml", document("a", 2));
            writeAndSettle(document("x", 1) + document("a", 1));

            assertThat(recorder.thresholds()).containsOnly(Map.entry("x", 1L), Map.entry("a", 1L));
            assertThat(recorder.messages())
                    .singleElement()
                    .asString()
                    .contains(
                            "b.yaml:2:1: ",
                            "a.yaml:15 (document 2)",
                            "RateLimitStrategy default/a");

            Files.delete(file);
            settle();
            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L));
            assertThat(recorder.problems).isEmpty();
        }
    }

    @Nested
    class FilesThatCannotBeRead {

        @Test
        void keepsTheRulesOfAFileThatIsEmptiedOrBecomesBinaryOrTooLarge() throws IOException {
            scanner =
                    new DirectoryScanner(
                            directory,
                            reader().withMaxBytes(10_000),
                            clock,
                            recorder,
                            new SlowReads(Runnable::run));
            writeAndSettle(document("a", 1));

            for (byte[] content :
                    List.of(new byte[0], new byte[] {(byte) 0xC3, 0x28, 0}, new byte[10_001])) {
                Files.write(file, content);
                settle();

                assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 1L));
                assertThat(recorder.messages()).singleElement().asString().contains("a.yaml");
            }
            Files.writeString(file, document("a", 2));
            settle();
            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L));
            assertThat(recorder.problems).isEmpty();
        }

        @Test
        void keepsTheRulesOfAFileThatMayNotBeReadAndReadsItWhenItMay() throws IOException {
            writeAndSettle(document("a", 1));
            Files.writeString(file, document("a", 2));
            assumeTrue(
                    file.toFile().setReadable(false) && !Files.isReadable(file),
                    "root may read all");
            settle();
            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 1L));
            assertThat(recorder.messages()).singleElement().asString().contains("access denied");

            assertThat(file.toFile().setReadable(true)).isTrue();
            settle();

            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L));
            assertThat(recorder.problems).isEmpty();
        }
    }

    @Nested
    class Deletions {

        @Test
        void deletesTheRulesOfADocumentOrFileThatIsDeleted() throws IOException {
            writeAndSettle(document("a", 1) + document("b", 1));
            write("b.yaml", document("c", 1));
            settle();

            Files.writeString(file, document("b", 1));
            Files.delete(directory.resolve("b.yaml"));
            settle();

            assertThat(recorder.thresholds()).containsOnlyKeys("b");
            assertThat(recorder.problems).isEmpty();
        }

        @Test
        void deletesTheRulesOfAFileWhoseNameADirectoryTakes() throws IOException {
            writeAndSettle(document("a", 1));

            Files.delete(file);
            Files.createDirectory(file);
            settle();

            assertThat(recorder.rules).isEmpty();
        }
    }

    @Nested
    class Revisions {

        @Test
        void saysTheTimeOfTheLatestChangeAndOfNothingElse() throws IOException {
            Instant edited = clock.instant().minusSeconds(60);
            Files.writeString(file, document("a", 1));
            write("sub/b.yaml", document("b", 1));
            write("notes.txt", "no rule");
            setTimes(edited.minusSeconds(10));
            Files.setLastModifiedTime(file, FileTime.from(edited));
            Files.setLastModifiedTime(directory.resolve("notes.txt"), FileTime.from(Instant.now()));

            settle();

            assertThat(recorder.revisions).containsExactly(micros(edited));
        }

        private static long micros(Instant moment) {
            return ChronoUnit.MICROS.between(Instant.EPOCH, moment);
        }

        @Test
        void saysTheSameAsAScannerThatSawEachChangeWheneverItBegins() throws IOException {
            Instant moment = clock.instant().minusSeconds(600);
            Files.writeString(file, document("a", 1));
            setTimes(moment);
            settle();
            writeAt(moment.plusSeconds(10), document("a", 2));
            settle();
            Files.writeString(directory.resolve("b.yaml"), document("b", 1));
            Files.setLastModifiedTime(
                    directory.resolve("b.yaml"), FileTime.from(moment.minusSeconds(500)));
            Files.setLastModifiedTime(directory, FileTime.from(moment.plusSeconds(20)));
            settle();
            Files.delete(file);
            Files.setLastModifiedTime(directory, FileTime.from(moment.plusSeconds(30)));
            settle();

            var late = new Recorder();
            var lateScanner =
                    new DirectoryScanner(
                            directory, reader(), clock, late, new SlowReads(Runnable::run));
            lateScanner.scan();
            lateScanner.scan();

            assertThat(recorder.revisions)
                    .containsExactly(
                            micros(moment),
                            micros(moment.plusSeconds(10)),
                            micros(moment.plusSeconds(20)),
                            micros(moment.plusSeconds(30)));
            assertThat(late.revisions).containsExactly(micros(moment.plusSeconds(30)));
            assertThat(late.rules).isEqualTo(recorder.rules);
        }

        @Test
        void reportsARevisionThatMovesAlone() throws IOException {
            Instant moment = clock.instant().minusSeconds(600);
            Files.writeString(file, document("a", 1));
            setTimes(moment);
            settle();

            Files.setLastModifiedTime(file, FileTime.from(moment.plusSeconds(5)));
            settle();
            settle();

            assertThat(recorder.batches).isEqualTo(1);
            assertThat(recorder.revisions)
                    .containsExactly(micros(moment), micros(moment.plusSeconds(5)));
        }

        @Test
        void reportsARevisionOfADirectoryWithoutRules() throws IOException {
            Instant moment = clock.instant().minusSeconds(600);
            setTimes(moment);

            scanner.begin(() -> {});

            assertThat(recorder.revisions).containsExactly(micros(moment));
        }

        @Test
        void countsNoFileBeforeItIsInForce() throws IOException {
            Instant moment = clock.instant().minusSeconds(600);
            Files.writeString(file, document("a", 1));
            Path other = Files.writeString(directory.resolve("b.yaml"), document("b", 1));
            setTimes(moment);
            settle();
            writeAt(moment.plusSeconds(10), document("a", 2));
            scanner.scan();

            Files.writeString(other, document("b", 2));
            Files.setLastModifiedTime(other, FileTime.from(moment.plusSeconds(20)));
            scanner.scan();

            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L), Map.entry("b", 1L));
            assertThat(recorder.revisions.last()).isEqualTo(micros(moment.plusSeconds(10)));
            scanner.scan();
            assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L), Map.entry("b", 2L));
            assertThat(recorder.revisions.last()).isEqualTo(micros(moment.plusSeconds(20)));
        }
    }

    @Nested
    class TheFirstReport {

        @Test
        void beginsOnlyWhenAFileThatIsBeingWrittenIsComplete() throws IOException {
            Files.writeString(file, document("a", 1));
            var pauses = new AtomicInteger();

            scanner.begin(
                    () -> {
                        if (pauses.incrementAndGet() <= 3) {
                            append(document("a" + pauses, 1));
                        }
                    });

            assertThat(recorder.thresholds()).containsOnlyKeys("a", "a1", "a2", "a3");
            assertThat(recorder.batches).isEqualTo(1);
            assertThat(recorder.revisions).hasSize(1);
        }

        private void append(String content) {
            try {
                Files.writeString(file, content, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Test
        void beginsWithoutAFileThatNeverStopsChanging() throws IOException {
            write("b.yaml", document("b", 1));
            Files.writeString(file, document("a", 1));

            scanner.begin(() -> append(document("a", 1)));

            assertThat(recorder.thresholds()).containsOnlyKeys("b");
            assertThat(recorder.revisions).isNotEmpty();
        }
    }
}
