package io.opensergo.rulerepository;

import io.opensergo.rules.RuleId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A batch of changes to rules, which is committed as one.
 *
 * <pre>{@code
 * RuleEdit.by("ann").message("more for the sale").replace(newText, stored.revision()).build()
 * }</pre>
 *
 * @param author who makes the change; one line
 * @param message why; may be empty, then the repository says what is changed
 * @param origin where the change comes from, such as the address of a browser; {@code null} if
 *     unknown
 * @param puts documents to store
 * @param deletes rules to delete
 */
public record RuleEdit(
        String author,
        String message,
        @Nullable String origin,
        List<Put> puts,
        List<Delete> deletes) {

    /** The source of problems in the texts of a batch. */
    public static final String SOURCE = "edit";

    private static final int MAX_LINE = 256;
    private static final int MAX_MESSAGE = 16 * 1024;

    /**
     * A document to store. It says itself which rule it is.
     *
     * @param text one document, YAML or JSON
     * @param expectedRevision the revision that is replaced; {@code null} if the rule must not be
     *     stored yet
     */
    public record Put(String text, @Nullable String expectedRevision) {

        public Put {
            Objects.requireNonNull(text, "text");
        }
    }

    /**
     * A rule to delete.
     *
     * @param id which one
     * @param expectedRevision the revision that is deleted
     */
    public record Delete(RuleId id, String expectedRevision) {

        public Delete {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(expectedRevision, "expectedRevision");
        }
    }

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if there is nothing to do, the author is missing or longer
     *     than 256 characters, author or origin have control characters, or the message is longer
     *     than 16,384 characters
     */
    public RuleEdit {
        author = line("author", author);
        message = message.strip();
        origin = origin == null ? null : line("origin", origin);
        puts = List.copyOf(puts);
        deletes = List.copyOf(deletes);
        if (message.length() > MAX_MESSAGE) {
            throw new IllegalArgumentException(
                    "message must have at most "
                            + MAX_MESSAGE
                            + " characters, had "
                            + message.length());
        }
        if (puts.isEmpty() && deletes.isEmpty()) {
            throw new IllegalArgumentException("an edit must put or delete at least one rule");
        }
    }

    private static String line(String name, String value) {
        String line = value.strip();
        if (line.isEmpty()
                || line.length() > MAX_LINE
                || line.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    name
                            + " must be one line of 1 to "
                            + MAX_LINE
                            + " characters without control characters, was \""
                            + value
                            + '"');
        }
        return line;
    }

    /** Starts an edit by somebody. */
    public static Builder by(String author) {
        return new Builder(author);
    }

    /** Collects the changes of a batch. Not for several threads. */
    public static final class Builder {

        private final String author;
        private final List<Put> puts = new ArrayList<>();
        private final List<Delete> deletes = new ArrayList<>();
        private String message = "";
        private @Nullable String origin;

        private Builder(String author) {
            this.author = Objects.requireNonNull(author, "author");
        }

        /** Says why. */
        public Builder message(String why) {
            this.message = Objects.requireNonNull(why, "why");
            return this;
        }

        /** Says where the change comes from, such as the address of a browser. */
        public Builder origin(@Nullable String where) {
            this.origin = where;
            return this;
        }

        /** Stores a rule that must not be there yet. */
        public Builder create(String text) {
            puts.add(new Put(text, null));
            return this;
        }

        /** Stores a rule in place of the one that has this revision now. */
        public Builder replace(String text, String expectedRevision) {
            puts.add(new Put(text, Objects.requireNonNull(expectedRevision, "expectedRevision")));
            return this;
        }

        /** Deletes a rule that has this revision now. */
        public Builder delete(RuleId id, String expectedRevision) {
            deletes.add(new Delete(id, expectedRevision));
            return this;
        }

        /**
         * Takes a change back: each of its documents becomes what it was before. Another change
         * since is a conflict.
         */
        public Builder undo(RuleChange change) {
            for (RuleChange.Entry entry : change.entries()) {
                String before = entry.before();
                String after = entry.after();
                if (before == null) {
                    delete(entry.id(), StoredRule.revisionOf(Objects.requireNonNull(after)));
                } else {
                    puts.add(new Put(before, after == null ? null : StoredRule.revisionOf(after)));
                }
            }
            return this;
        }

        /**
         * Returns the edit.
         *
         * @throws IllegalArgumentException if there is nothing to do, or the author, the message or
         *     the origin is not as {@link RuleEdit} wants it
         */
        public RuleEdit build() {
            return new RuleEdit(author, message, origin, puts, deletes);
        }
    }
}
