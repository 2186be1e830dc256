package io.opensergo.console.internal.api;

import io.opensergo.console.internal.access.Gate;
import io.opensergo.console.internal.access.Identity;
import io.opensergo.console.internal.http.Answer;
import io.opensergo.console.internal.http.Exchange;
import io.opensergo.console.internal.http.HttpProblem;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.ReadResult;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reading rules, and saying what is wrong with a text. */
final class RulesApi {

    private static final int DEFAULT_LIMIT = 1000;
    private static final int MAX_LIMIT = 10_000;

    /** A page of a list. */
    record Page(
            int total,
            int offset,
            List<RuleEntry.Summary> rules,
            @Nullable String readOnlyReason) {}

    /** A rule with its text. */
    record Detail(RuleEntry.Summary rule, String text) {}

    /** A text to be validated. */
    record Draft(@Nullable String text, @Nullable Boolean json) {}

    /** A rule that a text holds. */
    record Found(String kind, String namespace, String app, String name, int line) {}

    /** What a text holds and what is wrong with it. */
    record Validation(boolean valid, List<Found> rules, List<ProblemView> problems) {}

    /** A kind. */
    record Kind(String wireName, String apiVersion, String name) {

        static Kind of(RuleKind<?> kind) {
            return new Kind(kind.wireName(), kind.apiVersion(), kind.name());
        }
    }

    private final Catalog catalog;

    RulesApi(Catalog catalog) {
        this.catalog = catalog;
    }

    Answer kinds(Exchange exchange) {
        exchange.allowQuery();
        return Answer.json(Map.of("kinds", catalog.kinds().all().stream().map(Kind::of).toList()));
    }

    Answer list(Exchange exchange) {
        exchange.allowQuery("namespace", "app", "kind", "q", "offset", "limit", "text");
        Identity identity = Gate.callerOf(exchange);
        String namespace = exchange.query("namespace");
        String app = exchange.query("app");
        String kind = exchange.query("kind");
        String wireName = kind == null ? null : catalog.wireNameOf(kind);
        String text = exchange.query("q");
        int offset = exchange.intQuery("offset", 0, 0, Integer.MAX_VALUE);
        boolean withText = exchange.booleanQuery("text");
        int limit = exchange.intQuery("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        List<RuleEntry> found =
                catalog.rules(identity).stream()
                        .filter(entry -> matches(namespace, entry.id().namespace()))
                        .filter(entry -> matches(app, entry.app()))
                        .filter(entry -> matches(wireName, entry.id().kind()))
                        .filter(entry -> text == null || holds(entry, text))
                        .toList();
        String readOnlyReason = catalog.readOnlyReason();
        return Answer.json(
                new Page(
                        found.size(),
                        offset,
                        found.stream()
                                .skip(offset)
                                .limit(limit)
                                .map(
                                        entry ->
                                                entry.summary(
                                                        Catalog.mayWrite(identity, entry),
                                                        readOnlyReason,
                                                        withText))
                                .toList(),
                        readOnlyReason));
    }

    private static boolean matches(@Nullable String wanted, String found) {
        return wanted == null || wanted.equals(found);
    }

    private static boolean holds(RuleEntry entry, String text) {
        String wanted = text.toLowerCase(Locale.ROOT);
        return entry.id().toString().toLowerCase(Locale.ROOT).contains(wanted)
                || entry.app().toLowerCase(Locale.ROOT).contains(wanted)
                || entry.text().toLowerCase(Locale.ROOT).contains(wanted);
    }

    /** Returns which rule a request names. */
    RuleId idOf(Exchange exchange) {
        return new RuleId(
                catalog.wireNameOf(exchange.requiredQuery("kind")),
                exchange.requiredQuery("namespace"),
                exchange.requiredQuery("name"));
    }

    Answer one(Exchange exchange) {
        exchange.allowQuery("kind", "namespace", "name");
        Identity identity = Gate.callerOf(exchange);
        RuleEntry entry = catalog.find(identity, idOf(exchange));
        Answer answer =
                Answer.json(
                        new Detail(
                                entry.summary(
                                        Catalog.mayWrite(identity, entry),
                                        catalog.readOnlyReason(),
                                        false),
                                entry.text()));
        return answer.with("ETag", '"' + entry.revision() + '"');
    }

    Answer validate(Exchange exchange) {
        exchange.allowQuery();
        Draft draft = exchange.body(Draft.class);
        if (draft.text() == null) {
            throw HttpProblem.badRequest("'text' is missing: the documents to validate");
        }
        boolean json = Boolean.TRUE.equals(draft.json());
        ReadResult result = catalog.reader().read(draft.text(), json ? "draft.json" : "draft.yaml");
        return Answer.json(
                new Validation(
                        result.isClean() && !result.rules().isEmpty(),
                        result.documents().stream()
                                .filter(document -> document.rule() != null)
                                .map(document -> found(document.rule(), document.line()))
                                .toList(),
                        ProblemView.of(result.allProblems())));
    }

    private static Found found(@Nullable Rule rule, int line) {
        if (rule == null) {
            throw new IllegalArgumentException("it was filtered out");
        }
        String app = rule.app();
        return new Found(
                rule.kind().wireName(),
                rule.metadata().namespace(),
                app == null ? "" : app,
                rule.name(),
                line);
    }
}
