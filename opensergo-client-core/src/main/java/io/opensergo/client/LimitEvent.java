package io.opensergo.client;

import io.opensergo.api.RuleKey;
import org.jspecify.annotations.Nullable;

/**
 * A limit of the client that was exceeded.
 *
 * @param limit which one
 * @param allowed its value
 * @param found what there was; -1 if that is not known
 * @param key what it is about; {@code null} if it is about no single key
 */
public record LimitEvent(Limit limit, long allowed, long found, @Nullable RuleKey key) {

    /** The limits of a client. */
    public enum Limit {
        /** How many keys it follows. */
        KEYS,
        /** How many kinds it follows. */
        KINDS,
        /** How many rules one push has. */
        RULES_PER_SNAPSHOT,
        /** How many bytes one message has. */
        MESSAGE_BYTES
    }
}
