package io.opensergo.console.internal.api;

import io.opensergo.console.internal.access.AuditLog;
import io.opensergo.console.internal.access.Gate;
import io.opensergo.console.internal.access.Identity;
import io.opensergo.console.internal.http.Answer;
import io.opensergo.console.internal.http.Exchange;
import io.opensergo.console.internal.http.HttpProblem;
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
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changing rules with an expected revision, and taking changes back. */
final class ChangesApi {

    private static final Logger LOG = LoggerFactory.getLogger(ChangesApi.class);

    /** A text of one rule. */
    record Body(@Nullable String text, @Nullable String message) {}

    /** A change to take back. */
    record Restore(@Nullable String change, @Nullable String message) {}

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
    private final HistoryApi history;
    private final AuditLog audit;

    ChangesApi(Catalog catalog, RulesApi rules, HistoryApi history, AuditLog audit) {
        this.catalog = catalog;
        this.rules = rules;
        this.history = history;
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
            return ChangeView.of(change, change.entries());
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

    Answer restore(Exchange exchange) {
        exchange.allowQuery();
        Identity identity = Gate.callerOf(exchange);
        Restore asked = exchange.body(Restore.class);
        String id = asked.change();
        if (id == null) {
            throw HttpProblem.badRequest("'change' is missing: the id of what to take back");
        }
        requireRepository();
        RuleChange change = history.find(identity, id);
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
}
