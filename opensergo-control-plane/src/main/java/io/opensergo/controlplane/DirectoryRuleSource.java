package io.opensergo.controlplane;

import io.opensergo.rules.document.RuleReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The rules in the {@code *.yaml}, {@code *.yml} and {@code *.json} files (in any case) of a
 * directory and of the directories below it, followed as they change.
 *
 * <p><b>What is read.</b> Every document must be a rule that is bound to an application. Names that
 * begin with a dot are skipped, and symbolic links are followed: a mounted Kubernetes ConfigMap,
 * whose visible names are links into a hidden directory that is swapped as one, works as it is.
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
 * problems or logs, and of the problems of a file the first 20.
 *
 * <p><b>Several replicas.</b> The revision of a state is the latest modification time of its rule
 * files and directories. So control planes that read one directory, or copies of it that keep the
 * times, hand out comparable versions, and clients may move between them. A state that is put back
 * with old times, such as a file restored in place from a backup, has an old revision: touch one of
 * the files then.
 *
 * <p>Files are read by the starting thread first and then on one thread of its own, which ends with
 * {@link #close}; those that take long on up to two more, which end when they have had nothing to
 * read for a few seconds. For any number of threads.
 */
public final class DirectoryRuleSource implements RuleSource {

    private static final Duration DEFAULT_POLL_INTERVAL = Duration.ofMillis(200);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final Path directory;
    private final Duration pollInterval;
    private final Object lock = new Object();
    private @Nullable ScheduledExecutorService poller; // guarded by lock

    private DirectoryRuleSource(Path directory, Duration pollInterval) {
        this.directory = directory;
        this.pollInterval = pollInterval;
    }

    /**
     * Returns a source of the rules in a directory, which must exist when the source starts.
     *
     * @param directory problems name its files as paths that begin with it as given here
     */
    public static DirectoryRuleSource of(Path directory) {
        return new DirectoryRuleSource(directory, DEFAULT_POLL_INTERVAL);
    }

    /**
     * Returns a source of the same directory that looks at another interval.
     *
     * @param interval from the end of one scan to the next; positive, 200 ms unless set
     * @throws IllegalArgumentException if the interval is not positive
     */
    public DirectoryRuleSource withPollInterval(Duration interval) {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("interval must be positive, was " + interval);
        }
        return new DirectoryRuleSource(directory, interval);
    }

    /** Returns for example {@code directory /etc/opensergo}. */
    @Override
    public String name() {
        return "directory " + directory;
    }

    /**
     * Reads the directory and begins to poll it. Waits for one interval if a file was written so
     * lately that it may not be complete yet, and for some more while one goes on changing.
     *
     * @throws UncheckedIOException if the directory does not exist or is none
     * @throws IllegalStateException if the source has been started
     */
    @Override
    public void start(Listener listener) {
        synchronized (lock) {
            if (poller != null) {
                throw new IllegalStateException(
                        name() + " already serves a control plane; give each one its own source");
            }
            requireDirectory();
            RuleReader reader =
                    RuleReader.strict()
                            .withKinds(listener.kinds())
                            .withAppRequired()
                            .withForeignTextHidden();
            var scanner =
                    new DirectoryScanner(
                            directory,
                            reader,
                            InstantSource.system(),
                            listener,
                            new SlowReads(slowReader()));
            scanner.begin(this::pause);
            poller = poll(scanner);
        }
    }

    /** Stops polling, after the scan that may be under way. */
    @Override
    public void close() {
        synchronized (lock) {
            if (poller != null) {
                stop(poller);
                poller = null;
            }
        }
    }

    private ScheduledExecutorService poll(DirectoryScanner scanner) {
        ScheduledExecutorService executor =
                Executors.newSingleThreadScheduledExecutor(this::thread);
        long interval = pollInterval.toNanos();
        Future<?> unused =
                executor.scheduleWithFixedDelay(
                        Lasting.task("Scanning " + name(), scanner::scan),
                        interval,
                        interval,
                        TimeUnit.NANOSECONDS);
        return executor;
    }

    private static void stop(ScheduledExecutorService poller) {
        poller.shutdown();
        try {
            if (!poller.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                poller.shutdownNow();
            }
        } catch (InterruptedException e) {
            poller.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private void requireDirectory() {
        if (!Files.exists(directory)) {
            throw new UncheckedIOException(
                    "the rule directory "
                            + directory
                            + " does not exist: create it or name another",
                    new NoSuchFileException(directory.toString()));
        }
        if (!Files.isDirectory(directory)) {
            throw new UncheckedIOException(
                    directory + " is no directory: name the directory that holds the rule files",
                    new NotDirectoryException(directory.toString()));
        }
    }

    private void pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(pollInterval.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Two threads that end when they have had nothing to read for a while. */
    private Executor slowReader() {
        var executor =
                new ThreadPoolExecutor(
                        2, 2, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), this::thread);
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    private Thread thread(Runnable task) {
        var thread = new Thread(task, "opensergo-" + name());
        thread.setDaemon(true);
        return thread;
    }
}
