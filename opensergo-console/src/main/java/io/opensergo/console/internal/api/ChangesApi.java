package io.opensergo.console.internal.api;

import io.opensergo.console.internal.access.AuditLog;
import io.opensergo.console.internal.access.Gate;
import io.opensergo.console.internal.access.Identity;
import io.opensergo.console.internal.http.Answer;
import io.opensergo.console.internal.http.Exchange;
import io.opensergo.console.internal.http.HttpProblem;
import io.opensergo.rulerepository.HistoryQuery;
import io.opensergo.rulerepository.ReadOnlyRepositoryException;
import io.opensergo.rulerepository.RuleChange;
import io.opensergo.rulerepository.RuleConflictException;
import io.opensergo.rulerepository.RuleEdit;
import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.rulerepository.StoredRule;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.RuleDocumentException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changing rules with an expected revision, their history, and taking changes back. */
final class ChangesApi {

    private static final Logger LOG = LoggerFactory.getLogger(ChangesApi.class);
    private static final int PAGE = 100;
    private static final int LOOKED_THROUGH = 1000;

    /** A text of one rule. */
    record Body(@Nullable String text, @Nullable String message) {}

    /** A change to take back. */
    record Restore(@Nullable String change, @Nullable String message) {}

    /** Two texts. */
    record Texts(@Nullable String before, @Nullable String after) {}

    /** A difference in unified format. */
    record Diff(String diff) {}

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

    /** A change of the history. */
    record ChangeView(
            String id,
            String author,
            String message,
            @Nullable String origin,
            String time,
            List<EntryView> entries) {}

    /** A page of the history. */
    record History(List<ChangeView> changes, @Nullable String next) {}

    /** A rule that is not as a change expects it. */
    record ConflictView(
            String kind,
            String namespace,
            String name,
            @Nullable String expectedRevision,
            @Nullable String currentRevision,
            @Nullable String currentText) {

        static ConflictView of(RuleConflictException.Conflict conflict) {
            StoredRule current = conflict.current();
            RuleId id = conflict.id();
            return new ConflictView(
                    id.kind(),
                    id.namespace(),
                    id.name(),
                    conflict.expectedRevision(),
                    current == null ? null : current.revision(),
                    current == null ? null : current.text());
        }
    }

    private final Catalog catalog;
    private final RulesApi rules;
    private final AuditLog audit;

    ChangesApi(Catalog catalog, RulesApi rules, AuditLog audit) {
        this.catalog = catalog;
        this.rules = rules;
        this.audit = audit;
    }

    Answer put(Exchange exchange) {
        exchange.allowQuery("kind", "namespace", "name");
        Body body = exchange.body(Body.class);
        RuleId id = rules.idOf(exchange);
        String expected = expectedOf(exchange, true);
        var edit =
                new EditRequest(
                        body.message(),
                        List.of(new EditRequest.Put(body.text(), expected)),
                        List.of());
        Identity identity = Gate.callerOf(exchange);
        EditRequest.Checked checked = check(edit, identity);
        Rule rule = checked.puts().get(0).rule();
        if (!rule.id().equals(id)) {
            throw HttpProblem.badRequest(
                    "the text is " + rule.id() + ", and the query names " + id);
        }
        ChangeView change = commit(checked, identity);
        return Answer.json(expected == null ? 201 : 200, change)
                .with(
                        "ETag",
                        '"' + StoredRule.revisionOf(Objects.requireNonNull(body.text())) + '"');
    }

    Answer delete(Exchange exchange) {
        exchange.allowQuery("kind", "namespace", "name", "message");
        RuleId id = rules.idOf(exchange);
        var edit =
                new EditRequest(
                        exchange.query("message"),
                        List.of(),
                        List.of(
                                new EditRequest.Delete(
                                        id.kind(),
                                        id.namespace(),
                                        id.name(),
                                        expectedOf(exchange, false))));
        Identity identity = Gate.callerOf(exchange);
        return Answer.json(commit(check(edit, identity), identity));
    }

    Answer batch(Exchange exchange) {
        exchange.allowQuery();
        Identity identity = Gate.callerOf(exchange);
        EditRequest edit = exchange.body(EditRequest.class);
        return Answer.json(commit(check(edit, identity), identity));
    }

    /**
     * @return the expected revision; {@code null} if there must be no rule yet
     */
    private static @Nullable String expectedOf(Exchange exchange, boolean mayBeNew) {
        String match = exchange.header("If-Match");
        String noneMatch = exchange.header("If-None-Match");
        if (match != null && noneMatch == null && match.matches("\"[^\"]+\"")) {
            return match.substring(1, match.length() - 1);
        }
        if (mayBeNew && match == null && "*".equals(noneMatch)) {
            return null;
        }
        throw new HttpProblem(
                428,
                "revision-missing",
                "expected If-Match with the ETag that was read"
                        + (mayBeNew ? ", or If-None-Match: * for a new rule" : ""));
    }

    private EditRequest.Checked check(EditRequest edit, Identity identity) {
        requireRepository();
        try {
            return edit.check(catalog, identity);
        } catch (HttpProblem e) {
            refused(identity, String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private RuleRepository requireRepository() {
        return catalog.repository()
                .orElseThrow(() -> readOnly(String.valueOf(catalog.readOnlyReason())));
    }

    private static HttpProblem readOnly(String reason) {
        return new HttpProblem(403, "read-only", reason);
    }

    private void refused(Identity identity, String why) {
        audit.refused(identity.name(), identity.remoteAddress(), "change", why);
    }

    private ChangeView commit(EditRequest.Checked checked, Identity identity) {
        return commit(checked.edit(identity), checked.describe(), identity);
    }

    private ChangeView commit(RuleEdit edit, String what, Identity identity) {
        try {
            RuleChange change = requireRepository().commit(edit);
            audit.done(
                    identity.name(),
                    identity.remoteAddress(),
                    "change",
                    (change.entries().isEmpty() ? "nothing to do: " : change.id() + ": ") + what);
            return view(change, change.entries());
        } catch (RuleConflictException e) {
            refused(identity, String.valueOf(e.getMessage()));
            throw new HttpProblem(409, "conflict", String.valueOf(e.getMessage()))
                    .with("conflicts", e.conflicts().stream().map(ConflictView::of).toList());
        } catch (RuleDocumentException e) {
            refused(identity, "invalid: " + what);
            throw InvalidDraft.of(e.problems());
        } catch (ReadOnlyRepositoryException e) {
            refused(identity, String.valueOf(e.getMessage()));
            throw readOnly(String.valueOf(e.getMessage()));
        } catch (UncheckedIOException e) {
            LOG.error("A change could not be stored: {}", what, e);
            refused(identity, String.valueOf(e.getMessage()));
            throw new HttpProblem(
                    503,
                    "store-failed",
                    "nothing was changed, since the repository failed: " + e.getMessage());
        }
    }

    /** Its message may name what the caller may not see, if that is a part of the change. */
    private static ChangeView view(RuleChange change, List<RuleChange.Entry> entries) {
        return new ChangeView(
                change.id(),
                change.author(),
                entries.size() == change.entries().size() ? change.message() : "",
                change.origin(),
                change.time().toString(),
                entries.stream().map(EntryView::of).toList());
    }

    Answer history(Exchange exchange) {
        exchange.allowQuery("kind", "namespace", "name", "before", "limit");
        Identity identity = Gate.callerOf(exchange);
        int limit = exchange.intQuery("limit", PAGE, 1, PAGE);
        RuleRepository repository = catalog.repository().orElse(null);
        if (repository == null) {
            return Answer.json(new History(List.of(), null));
        }
        var query =
                new HistoryQuery(
                        exchange.query("name") == null ? null : rules.idOf(exchange),
                        exchange.query("before"),
                        limit);
        List<RuleChange> found = read(() -> repository.history(query));
        List<ChangeView> visible = new ArrayList<>();
        for (RuleChange change : found) {
            List<RuleChange.Entry> entries =
                    change.entries().stream().filter(each -> maySee(identity, each)).toList();
            if (!entries.isEmpty()) {
                visible.add(view(change, entries));
            }
        }
        String next = found.size() < limit ? null : found.get(found.size() - 1).id();
        return Answer.json(new History(visible, next));
    }

    /** Both what it was and what it became must be the caller's, as a rule may change its app. */
    private boolean maySee(Identity identity, RuleChange.Entry entry) {
        return maySee(identity, entry.id(), entry.before())
                && maySee(identity, entry.id(), entry.after());
    }

    private boolean maySee(Identity identity, RuleId id, @Nullable String text) {
        return text == null
                || appOf(text)
                        .map(app -> identity.mayRead(id.namespace(), app, id.kind()))
                        .orElseGet(identity::maySeeAll);
    }

    private Optional<String> appOf(String text) {
        return catalog.reader().read(text, "history").rules().stream().findFirst().map(Rule::app);
    }

    private static <T> T read(java.util.function.Supplier<T> reading) {
        try {
            return reading.get();
        } catch (UncheckedIOException e) {
            LOG.error("The history cannot be read", e);
            throw new HttpProblem(
                    503, "store-failed", "the history cannot be read: " + e.getMessage());
        }
    }

    Answer restore(Exchange exchange) {
        exchange.allowQuery();
        Identity identity = Gate.callerOf(exchange);
        Restore asked = exchange.body(Restore.class);
        String id = asked.change();
        if (id == null) {
            throw HttpProblem.badRequest("'change' is missing: the id of what to take back");
        }
        RuleRepository repository = requireRepository();
        RuleChange change =
                find(repository, id)
                        .filter(
                                found ->
                                        found.entries().stream()
                                                .allMatch(each -> maySee(identity, each)))
                        .orElseThrow(() -> HttpProblem.notFound("there is no change " + id));
        var edit =
                new EditRequest(
                        asked.message() == null || asked.message().isBlank()
                                ? "Takes back " + id + ": " + change.message()
                                : asked.message(),
                        undoPuts(change),
                        undoDeletes(change));
        return Answer.json(commit(check(edit, identity), identity));
    }

    private static List<EditRequest.Put> undoPuts(RuleChange change) {
        return change.entries().stream()
                .filter(each -> each.before() != null)
                .map(
                        each ->
                                new EditRequest.Put(
                                        each.before(),
                                        each.after() == null
                                                ? null
                                                : StoredRule.revisionOf(each.after())))
                .toList();
    }

    private static List<EditRequest.Delete> undoDeletes(RuleChange change) {
        return change.entries().stream()
                .filter(each -> each.before() == null)
                .map(
                        each ->
                                new EditRequest.Delete(
                                        each.id().kind(),
                                        each.id().namespace(),
                                        each.id().name(),
                                        StoredRule.revisionOf(
                                                Objects.requireNonNull(each.after()))))
                .toList();
    }

    private static Optional<RuleChange> find(RuleRepository repository, String id) {
        return read(() -> repository.history(HistoryQuery.latest(LOOKED_THROUGH))).stream()
                .filter(each -> each.id().equals(id))
                .findFirst();
    }

    Answer diff(Exchange exchange) {
        exchange.allowQuery();
        Texts texts = exchange.body(Texts.class);
        if (texts.before() == null || texts.after() == null) {
            throw HttpProblem.badRequest("expected 'before' and 'after'");
        }
        return Answer.json(
                new Diff(
                        new RuleChange.Entry(new RuleId("", "", ""), texts.before(), texts.after())
                                .diff()));
    }
}
