package io.opensergo.client;

import io.opensergo.api.RuleKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A push that was handled.
 *
 * @param key what it is about
 * @param version the version that the control plane gave it
 * @param result what became of it
 * @param rules how many rules of it can be used
 * @param rejected how many rules of it cannot
 * @param decodeNanos how long it took to decode, in nanoseconds; 0 if that was not tried
 * @param propagation how long ago the rules changed at the control plane, if it says so and this is
 *     not the first push about this key on its stream, which says nothing new; never negative
 * @param nack the reason the control plane was answered with, without secrets; {@code null} if the
 *     push was acknowledged
 */
public record PushEvent(
        RuleKey key,
        long version,
        Result result,
        int rules,
        int rejected,
        long decodeNanos,
        @Nullable Duration propagation,
        @Nullable String nack) {

    /** What may become of a push. */
    public enum Result {
        /** Its rules are in force, or wait for a set that is still growing. */
        ACCEPTED,
        /** It says what was known already. */
        UNCHANGED,
        /** Some of its rules cannot be used; the others are in force. */
        PARTLY_REJECTED,
        /** None of it can be used; the last good rules stay. */
        REJECTED,
        /** A later version came before it on the same stream. */
        OUTDATED,
        /** It exceeds a limit of the client; the last good rules stay. */
        OVER_LIMIT
    }
}
