package io.opensergo.rulerepository;

import io.opensergo.rules.RuleId;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A batch that was committed, as the history keeps it.
 *
 * @param id tells it apart from other changes of its repository; in Git the hash of the commit
 * @param author who made it
 * @param message why; never empty
 * @param origin where it came from; {@code null} if unknown
 * @param time when it was committed, in whole seconds or finer
 * @param entries what became of each rule it changed
 */
public record RuleChange(
        String id,
        String author,
        String message,
        @Nullable String origin,
        Instant time,
        List<Entry> entries) {

    public RuleChange {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(author, "author");
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(time, "time");
        entries = List.copyOf(entries);
    }

    /** Returns the change as JSON in UTF-8, which {@link #fromJson} reads. */
    public byte[] toJson() {
        return ChangeCodec.toBytes(ChangeCodec.toTree(this));
    }

    /** Returns the change that a JSON text is, or nothing if it is none. */
    public static Optional<RuleChange> fromJson(byte[] json) {
        try {
            return Optional.ofNullable(ChangeCodec.fromTree(ChangeCodec.JSON.readTree(json)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * What became of one rule.
     *
     * @param id which rule
     * @param before its document before; {@code null} if there was none
     * @param after its document afterwards; {@code null} if it was deleted
     */
    public record Entry(RuleId id, @Nullable String before, @Nullable String after) {

        public Entry {
            Objects.requireNonNull(id, "id");
            if (before == null && after == null) {
                throw new IllegalArgumentException(id + " must be there before or after a change");
            }
        }

        /**
         * Returns the difference in unified format with three lines of context, as {@code diff -u}
         * shows it, without the two lines that name files.
         */
        public String diff() {
            return UnifiedDiff.of(before == null ? "" : before, after == null ? "" : after);
        }
    }
}
