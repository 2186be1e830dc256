package io.opensergo.console.internal.api;

import io.opensergo.console.internal.access.Identity;
import io.opensergo.console.internal.http.HttpProblem;
import io.opensergo.rulerepository.CheckedEdit;
import io.opensergo.rulerepository.RuleEdit;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.RuleDocument;
import io.opensergo.rules.document.RuleDocumentException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A batch of changes as a caller asks for it.
 *
 * @param message why
 * @param puts texts to store
 * @param deletes rules to delete
 */
record EditRequest(
        @Nullable String message, @Nullable List<Put> puts, @Nullable List<Delete> deletes) {

    private static final int MAX_STEPS = 1000;

    /** A text to store, and the revision it replaces; none if it is new. */
    record Put(@Nullable String text, @Nullable String expectedRevision) {}

    /** A rule to delete. */
    record Delete(
            @Nullable String kind,
            @Nullable String namespace,
            @Nullable String name,
            @Nullable String expectedRevision) {}

    /** A text with the rule that it holds. */
    record CheckedPut(Rule rule, String text, @Nullable String expectedRevision) {}

    /** A batch that is in itself as it should be, and that its caller may make. */
    record Checked(String message, List<CheckedPut> puts, List<RuleEdit.Delete> deletes) {

        RuleEdit edit(Identity identity) {
            RuleEdit.Builder edit =
                    RuleEdit.by(authorOf(identity))
                            .message(message)
                            .origin(identity.remoteAddress());
            for (CheckedPut put : puts) {
                if (put.expectedRevision() == null) {
                    edit.create(put.text());
                } else {
                    edit.replace(put.text(), put.expectedRevision());
                }
            }
            deletes.forEach(each -> edit.delete(each.id(), each.expectedRevision()));
            return edit.build();
        }

        /** An authorizer may give any name; a history wants a short line. */
        private static String authorOf(Identity identity) {
            String line = identity.name().replaceAll("\\p{Cntrl}", "?").strip();
            return line.isEmpty() ? "?" : line.substring(0, Math.min(line.length(), 200));
        }

        String describe() {
            List<String> parts = new ArrayList<>();
            puts.forEach(each -> parts.add("put " + each.rule().id()));
            deletes.forEach(each -> parts.add("delete " + each.id()));
            return String.join(", ", parts);
        }
    }

    /**
     * Checks it.
     *
     * @throws HttpProblem 400 if something is missing, 422 if a text is no rule, 403 if the caller
     *     may not change one of the rules, 404 if it may not see one that it wants to delete
     */
    Checked check(Catalog catalog, Identity identity) {
        List<Put> texts = puts == null ? List.of() : puts;
        List<Delete> gone = deletes == null ? List.of() : deletes;
        if (texts.isEmpty() && gone.isEmpty()) {
            throw HttpProblem.badRequest("nothing to change: expected 'puts', 'deletes' or both");
        }
        if (texts.size() + gone.size() > MAX_STEPS) {
            throw HttpProblem.badRequest("a change has at most " + MAX_STEPS + " rules");
        }
        if (message != null && message.length() > 10_000) {
            throw HttpProblem.badRequest("'message' must have at most 10000 characters");
        }
        List<RuleEdit.Delete> checkedDeletes = new ArrayList<>();
        for (Delete each : gone) {
            if (each.expectedRevision() == null) {
                throw HttpProblem.badRequest("'expectedRevision' of a delete is missing");
            }
            RuleId id = new RuleRef(each.kind(), each.namespace(), each.name()).id();
            checkedDeletes.add(new RuleEdit.Delete(id, each.expectedRevision()));
        }
        List<CheckedPut> checkedPuts = rules(texts, checkedDeletes, catalog);
        checkedPuts.forEach(each -> requireWritable(each.rule(), catalog, identity));
        checkedDeletes.forEach(each -> requireWritable(each.id(), catalog, identity));
        return new Checked(message == null ? "" : message, checkedPuts, checkedDeletes);
    }

    private static List<CheckedPut> rules(
            List<Put> texts, List<RuleEdit.Delete> deletes, Catalog catalog) {
        List<RuleEdit.Put> puts = new ArrayList<>();
        for (Put each : texts) {
            if (each.text() == null) {
                throw HttpProblem.badRequest("'text' of a put is missing");
            }
            puts.add(new RuleEdit.Put(each.text(), each.expectedRevision()));
        }
        List<CheckedPut> checked = new ArrayList<>();
        try {
            for (RuleDocument each : CheckedEdit.documents(puts, deletes, catalog.reader())) {
                RuleEdit.Put put = puts.get(checked.size());
                Rule rule = Objects.requireNonNull(each.rule(), "checked before");
                checked.add(new CheckedPut(rule, put.text(), put.expectedRevision()));
            }
        } catch (RuleDocumentException e) {
            throw InvalidDraft.of(e.problems());
        }
        return checked;
    }

    /** Neither the rule as it will be nor what it takes the place of may be another's. */
    private static void requireWritable(Rule rule, Catalog catalog, Identity identity) {
        RuleId id = rule.id();
        String app = rule.app() == null ? "" : rule.app();
        boolean mayWriteNew = identity.mayWrite(id.namespace(), app, id.kind());
        if (!mayWriteNew
                || !catalog.lookUp(id)
                        .map(entry -> Catalog.mayWrite(identity, entry))
                        .orElse(true)) {
            throw forbidden(id);
        }
    }

    private static void requireWritable(RuleId id, Catalog catalog, Identity identity) {
        RuleEntry entry = catalog.find(identity, id);
        if (!Catalog.mayWrite(identity, entry)) {
            throw forbidden(id);
        }
    }

    private static HttpProblem forbidden(RuleId id) {
        return new HttpProblem(
                403, "forbidden", "'" + id + "' may not be changed with this token or session");
    }
}
