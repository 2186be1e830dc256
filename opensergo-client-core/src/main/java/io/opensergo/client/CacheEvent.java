package io.opensergo.client;

import io.opensergo.api.RuleKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What happened to the snapshot of a key in the cache on disk.
 *
 * @param key what it is about
 * @param result what happened
 * @param age how long ago the control plane had sent the snapshot; {@code null} if it could not be
 *     read
 * @param reason what is wrong; {@code null} if nothing is
 */
public record CacheEvent(
        RuleKey key, Result result, @Nullable Duration age, @Nullable String reason) {

    /** What may happen. */
    public enum Result {
        /** It was read and is in force. */
        LOADED,
        /** There is none yet. */
        ABSENT,
        /** It was read, but the control plane had answered before. */
        OVERTAKEN,
        /** It was read, but is older than the client's maximum, or of a time to come. */
        EXPIRED,
        /** Its file cannot be used; it is left alone until the next snapshot replaces it. */
        IGNORED,
        /** It was written. */
        WRITTEN,
        /** It could not be written; it stays as it was. */
        WRITE_FAILED
    }
}
