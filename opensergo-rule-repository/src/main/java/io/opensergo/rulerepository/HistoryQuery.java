package io.opensergo.rulerepository;

import io.opensergo.rules.RuleId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which changes of a history to return.
 *
 * @param rule only those that changed this rule; {@code null} for all
 * @param before only those older than the change with this id, to go on where a page ended; {@code
 *     null} for the newest. Nothing is older than a change that the history does not hold
 * @param limit how many at most, 1 to 1,000
 */
public record HistoryQuery(@Nullable RuleId rule, @Nullable String before, int limit) {

    private static final int MAX_LIMIT = 1_000;

    /** Checks. */
    public HistoryQuery {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException(
                    "limit must be from 1 to " + MAX_LIMIT + ", was " + limit);
        }
    }

    /** Asks for the newest changes. */
    public static HistoryQuery latest(int limit) {
        return new HistoryQuery(null, null, limit);
    }

    /** Asks for changes of one rule. */
    public HistoryQuery of(RuleId id) {
        return new HistoryQuery(id, before, limit);
    }

    /** Asks for what came before a change. */
    public HistoryQuery before(String changeId) {
        return new HistoryQuery(rule, changeId, limit);
    }

    /**
     * Selects from a history. For implementations of {@link RuleRepository}.
     *
     * @param newestFirst all changes, the newest first; read as far as needed
     */
    public List<RuleChange> select(Iterable<RuleChange> newestFirst) {
        List<RuleChange> selected = new ArrayList<>();
        boolean begun = before == null;
        for (RuleChange change : newestFirst) {
            if (selected.size() == limit) {
                break;
            }
            if (begun && wants(change)) {
                selected.add(change);
            }
            begun |= change.id().equals(before);
        }
        return List.copyOf(selected);
    }

    private boolean wants(RuleChange change) {
        return rule == null || change.entries().stream().anyMatch(entry -> entry.id().equals(rule));
    }
}
