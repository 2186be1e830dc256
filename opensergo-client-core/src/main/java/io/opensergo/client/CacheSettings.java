package io.opensergo.client;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the last good rules are kept on disk, and for how long they are good.
 *
 * @param directory made if it does not exist
 * @param maxAge how old rules may be when they are read, or {@code null} for any age
 * @param maxFileBytes the greatest size of a file that is written or read
 * @param retry after what time a write that failed is tried again
 */
record CacheSettings(Path directory, @Nullable Duration maxAge, int maxFileBytes, Duration retry) {

    private static final Duration LONGEST_CONFIRMATION = Duration.ofHours(1);

    /**
     * Returns how old the time in a file may become before a push that changes nothing is worth a
     * write. Half of the maximum at most, so that rules which the control plane confirms do not
     * expire.
     */
    Duration confirmAfter() {
        if (maxAge == null || maxAge.dividedBy(2).compareTo(LONGEST_CONFIRMATION) > 0) {
            return LONGEST_CONFIRMATION;
        }
        return maxAge.dividedBy(2);
    }
}
