package io.opensergo.console.internal.api;

import io.opensergo.rulerepository.RuleChange;
import io.opensergo.rulerepository.StoredRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A change of the history, as a caller may see it. */
record ChangeView(
        String id,
        String author,
        String message,
        @Nullable String origin,
        String time,
        List<EntryView> entries) {

    /** A rule that a change concerns. */
    record EntryView(
            String kind,
            String namespace,
            String name,
            @Nullable String before,
            @Nullable String after,
            @Nullable String revision,
            String diff) {

        static EntryView of(RuleChange.Entry entry) {
            String after = entry.after();
            return new EntryView(
                    entry.id().kind(),
                    entry.id().namespace(),
                    entry.id().name(),
                    entry.before(),
                    after,
                    after == null ? null : StoredRule.revisionOf(after),
                    entry.diff());
        }
    }

    /** Its message may name what the caller may not see, if that is a part of the change. */
    static ChangeView of(RuleChange change, List<RuleChange.Entry> entries) {
        return new ChangeView(
                change.id(),
                change.author(),
                entries.size() == change.entries().size() ? change.message() : "",
                change.origin(),
                change.time().toString(),
                entries.stream().map(EntryView::of).toList());
    }
}
