package io.opensergo.rulerepository;

import io.opensergo.rules.RuleId;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Signals that rules are not as a batch expects them: somebody else has changed, deleted or created
 * them since they were read. Nothing was changed.
 */
public final class RuleConflictException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Conflict> conflicts;

    /**
     * A rule that is not as expected.
     *
     * @param id which rule
     * @param expectedRevision the revision that was expected; {@code null} if none was
     * @param current what is stored now; {@code null} if it is not stored
     */
    public record Conflict(
            RuleId id, @Nullable String expectedRevision, @Nullable StoredRule current) {

        /** Returns for example {@code RateLimitStrategy default/a is not stored any more}. */
        @Override
        public String toString() {
            if (current == null) {
                return id + " is not stored any more";
            }
            String now = " (" + current.place() + ", revision " + current.revision() + ")";
            return expectedRevision == null
                    ? id + " is stored already" + now
                    : id + " was changed since revision " + expectedRevision + now;
        }
    }

    /** Reports at least one conflict. */
    public RuleConflictException(List<Conflict> conflicts) {
        super(
                conflicts.stream().map(Conflict::toString).collect(Collectors.joining("; "))
                        + ". Read again, and repeat the change on what is there now");
        this.conflicts = List.copyOf(conflicts);
    }

    /** Returns every rule that is not as expected, in the order of the batch. */
    public List<Conflict> conflicts() {
        return conflicts;
    }
}
