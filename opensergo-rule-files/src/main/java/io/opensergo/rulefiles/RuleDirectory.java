package io.opensergo.rulefiles;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleReader;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * The rules in the {@code *.yaml}, {@code *.yml} and {@code *.json} files (in any case) of a
 * directory and of the directories below it, followed as they change.
 *
 * <p><b>What is read.</b> Every document must be a rule. Names that begin with a dot are skipped,
 * and symbolic links are followed: a mounted Kubernetes ConfigMap, whose visible names are links
 * into a hidden directory that is swapped as one, works as it is.
 *
 * <p><b>When.</b> The directory is polled, five times a second unless set otherwise, because file
 * system notifications miss the target of a link, network mounts and most container volumes. A
 * change, a deletion included, counts when two scans in a row saw the same, so it is in force
 * within a second with up to about 30,000 files, and a file that is still being written, or is gone
 * for a moment while an editor saves it, changes nothing. All that changed between two scans is one
 * batch.
 *
 * <p><b>What is wrong.</b> A bad document never takes a good one down: the others of its file
 * apply, and its own rule stays in force as it last was in that file. If a document does not even
 * say which rule it is, or the file as a whole cannot be read (or has no bytes, as after a
 * truncation), every rule that was in force from that file stays unless the new content replaces
 * it. A rule is deleted by deleting its file, or by deleting its document from a file without
 * errors, or by commenting it out. Of two documents for one rule the one in the file with the
 * shorter name counts ({@code a.yaml} before {@code a-backup.yaml}), then the first in the order of
 * the paths; each edit of the other that has no effect is logged. If the directory goes away, its
 * last rules stay until it is back.
 *
 * <p><b>Many teams.</b> A file that takes long to read, by its size or its aliases, is read on
 * another thread while others are applied. A real directory is looked into once, however many links
 * lead to it. Of a file that names no {@code apiVersion} of OpenSergo nothing is repeated in
 * problems or logs unless the reader is set to, and of the problems of a file the first 20.
 *
 * <p><b>Several readers.</b> The revision of a state is the latest modification time of its rule
 * files and directories, so all who read one directory, or copies of it that keep the times, report
 * the same. A state that is put back with old times, such as a file restored in place from a
 * backup, has an old revision: touch one of the files then.
 *
 * <p>Immutable: each {@code with} method returns another one.
 */
public final class RuleDirectory {

    /** How often a directory is looked at unless set otherwise. */
    public static final Duration DEFAULT_POLL_INTERVAL = Duration.ofMillis(200);

    private final Path directory;
    private final RuleReader reader;
    private final Duration pollInterval;

    private RuleDirectory(Path directory, RuleReader reader, Duration pollInterval) {
        this.directory = directory;
        this.reader = reader;
        this.pollInterval = pollInterval;
    }

    /**
     * Returns a directory of rules of the specification's kinds.
     *
     * @param directory problems name its files as paths that begin with it as given here
     */
    public static RuleDirectory of(Path directory) {
        return new RuleDirectory(
                Objects.requireNonNull(directory, "directory"),
                RuleReader.strict().withForeignTextHidden(),
                DEFAULT_POLL_INTERVAL);
    }

    /**
     * Returns the same directory, read in another way.
     *
     * @param reader decides what is a rule, and what problems repeat of files; {@code
     *     RuleReader.strict().withForeignTextHidden()} unless set
     */
    public RuleDirectory withReader(RuleReader reader) {
        return new RuleDirectory(directory, Objects.requireNonNull(reader, "reader"), pollInterval);
    }

    /**
     * Returns the same directory, looked at in another interval.
     *
     * @param interval from the end of one scan to the next; positive, 200 ms unless set
     * @throws IllegalArgumentException if the interval is not positive
     */
    public RuleDirectory withPollInterval(Duration interval) {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("interval must be positive, was " + interval);
        }
        return new RuleDirectory(directory, reader, interval);
    }

    /** Returns the directory. */
    public Path path() {
        return directory;
    }

    /**
     * Reads the directory, reports what is there, and begins to poll it. Waits for one interval if
     * a file was written so lately that it may not be complete yet, and for some more while one
     * goes on changing. May be called again; each has its own threads.
     *
     * @param listener is told on this thread first, and then on one of the directory's own, one
     *     thing after the other
     * @return ends the following
     * @throws UncheckedIOException if the directory does not exist, is none or may not be read
     */
    public Following follow(Listener listener) {
        requireDirectory();
        var threads = new DirectoryThreads(toString());
        try {
            var scanner =
                    new DirectoryScanner(
                            directory,
                            reader,
                            InstantSource.system(),
                            listener,
                            new SlowReads(threads.slowReader()));
            scanner.begin(this::pause);
            threads.poll(scanner::scan, pollInterval);
            return threads;
        } catch (RuntimeException | Error e) {
            threads.close();
            throw e;
        }
    }

    private void requireDirectory() {
        String name = directory.toString();
        if (!Files.exists(directory)) {
            throw unusable(
                    "the rule directory " + name + " does not exist: create it or name another",
                    new NoSuchFileException(name));
        }
        if (!Files.isDirectory(directory)) {
            throw unusable(
                    name + " is no directory: name the directory that holds the rule files",
                    new NotDirectoryException(name));
        }
        if (!Files.isReadable(directory)) {
            throw unusable(
                    "the rule directory " + name + " may not be read: give this process the right",
                    new AccessDeniedException(name));
        }
    }

    private static UncheckedIOException unusable(String message, FileSystemException cause) {
        return new UncheckedIOException(message, cause);
    }

    private void pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(pollInterval.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns for example {@code directory /etc/opensergo}. */
    @Override
    public String toString() {
        return "directory " + directory;
    }

    /** A directory that is being followed. */
    public interface Following extends AutoCloseable {

        /**
         * Ends following and its threads, after the scan that may be under way, for which it waits
         * 5 s at most. Closing again does nothing.
         */
        @Override
        void close();
    }

    /** Takes what is reported of a directory; called by one thread at a time. */
    public interface Listener {

        /**
         * Takes a batch of changes, which is to take effect as one; a batch without changes if only
         * the revision moves. The first one comes before {@link #follow} returns.
         *
         * @param puts rules that are new or take the place of the rule of the same id
         * @param deletes rules that are gone
         * @param revision the time of the latest change in the directory, in microseconds since
         *     1970; never below an earlier one
         * @param places where the rules that changed are or were, such as {@code rules/a.yaml:12}
         */
        void changed(
                Collection<? extends Rule> puts,
                Collection<RuleId> deletes,
                long revision,
                Map<RuleId, String> places);

        /**
         * Takes everything that is wrong with the directory now, in place of what was before; comes
         * before the changes of the same scan.
         *
         * @param problems empty if all is well
         */
        void problems(List<Problem> problems);
    }
}
