package io.opensergo.rulefiles;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures what scans of a directory take, and says so when one is slow, at most once a minute.
 *
 * <p>Confined to its {@link DirectoryScanner}.
 */
final class ScanTimes {

    static final Duration SLOW = Duration.ofSeconds(1);
    static final Duration SILENCE = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(ScanTimes.class);

    private final LongSupplier nanoTime;
    private long begun;
    private long last;
    private long listing;
    private long slowest;
    private @Nullable Path slowestFile;
    private boolean spoke;
    private long spokeAt;

    ScanTimes(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void begin() {
        begun = nanoTime.getAsLong();
        last = begun;
        slowest = 0;
        slowestFile = null;
    }

    /** The names and times of all files are there. */
    void listed() {
        listing = lap();
    }

    /** A file has been looked at, and read if it was new. */
    void looked(Path file) {
        long took = lap();
        if (took > slowest) {
            slowest = took;
            slowestFile = file;
        }
    }

    /** Returns what it said, or {@code null} if the scan was quick or it has just spoken. */
    @Nullable String end(Path directory, DirectoryListing listing) {
        long now = nanoTime.getAsLong();
        boolean quick = now - begun < SLOW.toNanos();
        if (quick || (spoke && now - spokeAt < SILENCE.toNanos())) {
            return null;
        }
        spoke = true;
        spokeAt = now;
        String message =
                "A scan of "
                        + directory
                        + " took "
                        + millis(now - begun)
                        + " ms, and changes wait for it: "
                        + millis(this.listing)
                        + " ms to list "
                        + listing.files().size()
                        + " rule files in "
                        + listing.directories().size()
                        + " directories, and "
                        + millis(slowest)
                        + " ms for the slowest file, "
                        + slowestFile;
        LOG.warn("{}", message);
        return message;
    }

    private long lap() {
        long now = nanoTime.getAsLong();
        long took = now - last;
        last = now;
        return took;
    }

    private static long millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis();
    }
}
