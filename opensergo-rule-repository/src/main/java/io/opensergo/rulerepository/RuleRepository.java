package io.opensergo.rulerepository;

import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleDocumentException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rule documents that can be read, changed and taken back.
 *
 * <p>A rule is kept as the text that somebody wrote, comments included, and is changed as a text.
 * Its revision is the hash of that text ({@link StoredRule#revisionOf}), the same in every
 * repository: whoever changes a rule names the revision that was read, and another change in
 * between is a {@link RuleConflictException} instead of a loss.
 *
 * <p><b>Undo.</b> The history keeps each document before and after a change. To restore is to
 * commit an older text: {@link RuleEdit.Builder#undo}.
 *
 * <p><b>Threads.</b> For any number of threads. All methods block while they read or write files or
 * speak to a server; each reads the newest state.
 */
public interface RuleRepository extends AutoCloseable {

    /** Returns what it is and where, such as {@code directory /etc/opensergo}. */
    String name();

    /**
     * Returns why nothing can be committed now and what to do about that, or {@code null} if
     * commits are taken. Looked up anew on each call.
     */
    @Nullable String readOnlyReason();

    /**
     * Returns each rule once, in the order of kinds, namespaces and names. Documents that say which
     * rule they are but are faulty are among them, with their problems; faulty ones that do not say
     * so are in {@link #problems()} only.
     *
     * @throws UncheckedIOException if the repository cannot be read
     */
    List<StoredRule> rules();

    /**
     * Returns all that is wrong with what is stored, warnings included.
     *
     * @throws UncheckedIOException if the repository cannot be read
     */
    List<Problem> problems();

    /**
     * Returns one rule, or nothing if it is not stored.
     *
     * @throws UncheckedIOException if the repository cannot be read
     */
    Optional<StoredRule> find(RuleId id);

    /**
     * Commits a batch of changes as one: all of it is stored when this returns, or none of it is if
     * this fails. What is already stored as the batch wants it is left alone; a batch of nothing
     * else changes nothing and returns a change without entries, which no history keeps.
     *
     * @return the change as the history keeps it
     * @throws RuleConflictException if a rule is not as the batch expects; it says what is there
     *     now
     * @throws RuleDocumentException if a text is not one valid rule, or cannot stand where it would
     *     be stored. The problems name the place in the text; {@link Problem#source()} is {@link
     *     RuleEdit#SOURCE} and {@link Problem#document()} the number of the text in the batch, from
     *     1
     * @throws ReadOnlyRepositoryException if the repository or a rule of the batch cannot be
     *     written
     * @throws UncheckedIOException if writing fails, for example on a full disk; nothing has
     *     changed then
     */
    RuleChange commit(RuleEdit edit);

    /**
     * Returns changes, the newest first.
     *
     * @return at most as many as the query asks for; fewer if there are no more
     * @throws UncheckedIOException if the history cannot be read
     */
    List<RuleChange> history(HistoryQuery query);

    /** Releases what the repository holds. Closing again does nothing. */
    @Override
    void close();
}
