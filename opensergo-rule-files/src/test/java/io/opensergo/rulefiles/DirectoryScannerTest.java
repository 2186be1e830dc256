package io.opensergo.rulefiles;

import static io.opensergo.testsupport.RateLimits.document;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.rules.document.RuleWriter;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.ManualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scans of a directory report; the test decides when one takes place. */
class DirectoryScannerTest {

    private static final String BAD = document("bad", 1).replace("threshold: 1", "threshold: many");

    @TempDir private Path temp;
    private Path directory;
    private Path file;
    private final Recorder recorder = new Recorder();
    private final ManualClock clock = new ManualClock(Instant.now());
    private DirectoryScanner scanner;

    @BeforeEach
    void createDirectory() throws IOException {
        directory = Files.createDirectory(temp.resolve("rules"));
        file = directory.resolve("a.yaml");
        scanner =
                new DirectoryScanner(
                        directory, reader(), clock, recorder, new SlowReads(Runnable::run));
    }

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
        assertThat(recorder.messages()).singleElement().asString().contains("a link to nothing");
    }

    @Test
    void survivesALinkToADirectoryAbove() throws IOException {
        Files.createSymbolicLink(directory.resolve("loop"), directory);
        writeAndSettle(document("a", 1));

        assertThat(recorder.thresholds()).containsOnlyKeys("a");
        assertThat(recorder.messages()).singleElement().asString().contains("loop");
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
    void appliesTheGoodDocumentsAndKeepsTheLastGoodOneOfABadDocument() throws IOException {
        writeAndSettle(document("a", 1) + BAD.replace("many", "1") + document("c", 1));

        Files.writeString(file, document("a", 2) + BAD);
        settle();

        assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L), Map.entry("bad", 1L));
        assertThat(recorder.messages()).singleElement().asString().contains("a.yaml", "threshold");
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
    void deletesTheRulesOfAFileWhoseNameADirectoryTakes() throws IOException {
        writeAndSettle(document("a", 1));

        Files.delete(file);
        Files.createDirectory(file);
        settle();

        assertThat(recorder.rules).isEmpty();
    }

    @Test
    void keepsTheRulesOfAFileThatMayNotBeReadAndReadsItWhenItMay() throws IOException {
        writeAndSettle(document("a", 1));
        Files.writeString(file, document("a", 2));
        assumeTrue(
                file.toFile().setReadable(false) && !Files.isReadable(file), "root may read all");
        settle();
        assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 1L));
        assertThat(recorder.messages()).singleElement().asString().contains("access denied");

        assertThat(file.toFile().setReadable(true)).isTrue();
        settle();

        assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L));
        assertThat(recorder.problems).isEmpty();
    }

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
    void keepsTheFirstOfTwoDocumentsForOneRuleAndNamesBothPlaces() throws IOException {
        write("b.yaml", document("a", 2));
        writeAndSettle(document("x", 1) + document("a", 1));

        assertThat(recorder.thresholds()).containsOnly(Map.entry("x", 1L), Map.entry("a", 1L));
        assertThat(recorder.messages())
                .singleElement()
                .asString()
                .contains("b.yaml:2:1: ", "a.yaml:15 (document 2)", "RateLimitStrategy default/a");

        Files.delete(file);
        settle();
        assertThat(recorder.thresholds()).containsOnly(Map.entry("a", 2L));
        assertThat(recorder.problems).isEmpty();
    }

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
        assumeTrue(sub.toFile().setReadable(false) && !Files.isReadable(sub), "root may read all");

        settle();
        settle();

        assertThat(sub.toFile().setReadable(true)).isTrue();
        assertThat(recorder.thresholds()).containsOnlyKeys("a");
        assertThat(recorder.messages()).singleElement().asString().contains("sub");
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

    @Test
    void reportsARevisionOfADirectoryWithoutRules() throws IOException {
        Instant moment = clock.instant().minusSeconds(600);
        setTimes(moment);

        scanner.begin(() -> {});

        assertThat(recorder.revisions).containsExactly(micros(moment));
    }

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

    @Test
    void beginsWithoutAFileThatNeverStopsChanging() throws IOException {
        write("b.yaml", document("b", 1));
        Files.writeString(file, document("a", 1));

        scanner.begin(() -> append(document("a", 1)));

        assertThat(recorder.thresholds()).containsOnlyKeys("b");
        assertThat(recorder.revisions).isNotEmpty();
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
                new DirectoryScanner(link, reader(), clock, recorder, new SlowReads(Runnable::run));
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

    private static long micros(Instant moment) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, moment);
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

    /** Sets the time of every entry of the directory, and of itself, as the last write left it. */
    private void setTimes(Instant moment) throws IOException {
        try (Stream<Path> entries = Files.walk(directory)) {
            for (Path entry : entries.toList()) {
                Files.setLastModifiedTime(entry, FileTime.from(moment));
            }
        }
    }

    private static RuleReader reader() {
        return RuleReader.strict().withAppRequired();
    }

    private void settle() {
        scanner.scan();
        scanner.scan();
    }

    private void writeAndSettle(String content) throws IOException {
        Files.writeString(file, content);
        settle();
    }

    private void append(String content) {
        try {
            Files.writeString(file, content, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeAt(Instant modified, String content) throws IOException {
        Files.writeString(file, content);
        Files.setLastModifiedTime(file, FileTime.from(modified));
    }

    private void write(String name, String content) throws IOException {
        Path path = directory.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
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

    /** Holds what was reported. */
    private static final class Recorder implements RuleDirectory.Listener {

        private final Map<RuleId, Rule> rules = new LinkedHashMap<>();
        private List<Problem> problems = List.of();
        private final NavigableSet<Long> revisions = new TreeSet<>();
        private int batches;
        private int lastPuts;

        @Override
        public void changed(
                Collection<? extends Rule> puts,
                Collection<RuleId> deletes,
                long revision,
                Map<RuleId, String> places) {
            assertThat(revision).isGreaterThanOrEqualTo(revisions.isEmpty() ? 0 : revisions.last());
            revisions.add(revision);
            if (puts.isEmpty() && deletes.isEmpty()) {
                return;
            }
            batches++;
            lastPuts = puts.size();
            deletes.forEach(rules::remove);
            puts.forEach(rule -> rules.put(rule.id(), rule));
        }

        @Override
        public void problems(List<Problem> problems) {
            this.problems = problems;
        }

        Map<String, Long> thresholds() {
            Map<String, Long> thresholds = new LinkedHashMap<>();
            for (Rule rule : rules.values()) {
                var rateLimit = (RateLimitStrategy) rule;
                thresholds.put(rule.name(), rateLimit.threshold());
            }
            return thresholds;
        }

        List<String> messages() {
            return problems.stream().map(Problem::toString).toList();
        }
    }
}
