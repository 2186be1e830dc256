package io.opensergo.controlplane;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rules from the files {@code *.yaml}, {@code *.yml} and {@code *.json} of a directory and those
 * below it, followed as they change. Names that begin with a dot are left out.
 *
 * <p>A change is seen within a second. A file is taken only when it has come to rest, so that a
 * half-written one never replaces a good one; a document that is wrong keeps its last good version
 * in force, and a file that cannot be read at all keeps all of its rules. A document or file that
 * is gone takes its rules along.
 *
 * <p>The directory is polled by the attributes of its files: notifications of the system do not
 * cross symbolic links (which is how Kubernetes swaps a mounted ConfigMap), do not come from
 * network mounts, and can overflow.
 */
public final class DirectoryRuleSource implements RuleSource {

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryRuleSource.class);
    private static final Duration DEFAULT_POLL_INTERVAL = Duration.ofMillis(200);

    private final Path directory;
    private final Duration pollInterval;
    private @Nullable ScheduledThreadPoolExecutor poller; // guarded by this

    private DirectoryRuleSource(Path directory, Duration pollInterval) {
        this.directory = directory;
        this.pollInterval = pollInterval;
    }

    /** Follows a directory, looking at it every 200 ms. */
    public static DirectoryRuleSource of(Path directory) {
        return new DirectoryRuleSource(directory, DEFAULT_POLL_INTERVAL);
    }

    /**
     * Follows a directory.
     *
     * @param pollInterval the time between two looks at it; a change is taken at the second look
     *     that sees it
     */
    public static DirectoryRuleSource of(Path directory, Duration pollInterval) {
        if (pollInterval.isNegative() || pollInterval.isZero()) {
            throw new IllegalArgumentException(
                    "pollInterval must be positive, was " + pollInterval);
        }
        return new DirectoryRuleSource(directory, pollInterval);
    }

    /** Returns for example {@code directory rules}. */
    @Override
    public String name() {
        return "directory " + directory;
    }

    /**
     * Reads the directory, then follows it on a thread of its own.
     *
     * @throws UncheckedIOException if there is no such directory
     * @throws IllegalStateException if it was started before
     */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // runLogged tells of every failure
    public synchronized void start(Listener listener) {
        if (poller != null) {
            throw new IllegalStateException(name() + " was started before; make a new source");
        }
        if (!Files.isDirectory(directory)) {
            throw new UncheckedIOException(
                    name() + " does not exist or is no directory; create it or name another",
                    new NotDirectoryException(directory.toString()));
        }
        var scan = new DirectoryScan(directory, listener, InstantSource.system());
        scan.run();
        poller =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            var thread = new Thread(task, "opensergo-directory");
                            thread.setDaemon(true);
                            return thread;
                        });
        poller.scheduleWithFixedDelay(
                () -> runLogged(scan),
                pollInterval.toNanos(),
                pollInterval.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    /** A fault in one look must not end the following: the next one may go well. */
    private void runLogged(DirectoryScan scan) {
        try {
            scan.run();
        } catch (RuntimeException e) {
            LOG.error("Looking at {} failed; its last rules stay in force", name(), e);
        }
    }

    @Override
    public synchronized void close() {
        if (poller != null) {
            poller.shutdownNow();
        }
    }
}
