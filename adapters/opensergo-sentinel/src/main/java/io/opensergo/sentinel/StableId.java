package io.opensergo.sentinel;

import io.opensergo.rules.RuleId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * The id of a rule of Sentinel's, positive and the same in every process: a token server and its
 * clients know a limit by nothing else.
 */
final class StableId {

    private StableId() {}

    static long of(RuleOrigin origin, String resource) {
        MessageDigest digest = sha256();
        add(digest, origin.target().namespace());
        add(digest, origin.target().app());
        add(digest, origin.rule());
        add(digest, origin.strategy());
        add(digest, resource);
        long id = ByteBuffer.wrap(digest.digest()).getLong() & Long.MAX_VALUE;
        return Math.max(1, id);
    }

    private static void add(MessageDigest digest, @Nullable RuleId id) {
        if (id == null) {
            add(digest, "");
        } else {
            add(digest, id.kind());
            add(digest, id.namespace());
            add(digest, id.name());
        }
    }

    /** Adds the length too, so that no two lists of texts look alike. */
    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
