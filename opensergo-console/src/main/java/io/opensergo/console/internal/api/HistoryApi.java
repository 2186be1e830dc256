package io.opensergo.console.internal.api;

import io.opensergo.console.internal.access.Gate;
import io.opensergo.console.internal.access.Identity;
import io.opensergo.console.internal.http.Answer;
import io.opensergo.console.internal.http.Exchange;
import io.opensergo.console.internal.http.HttpProblem;
import io.opensergo.rulerepository.HistoryQuery;
import io.opensergo.rulerepository.RuleChange;
import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was changed, by whom and why, as far as a caller may see it. */
final class HistoryApi {

    private static final Logger LOG = LoggerFactory.getLogger(HistoryApi.class);
    private static final int PAGE = 100;
    private static final int LOOKED_THROUGH = 1000;

    /** A page of the history. */
    record History(List<ChangeView> changes, @Nullable String next) {}

    /** Two texts. */
    record Texts(@Nullable String before, @Nullable String after) {}

    /** A difference in unified format. */
    record Diff(String diff) {}

    private final Catalog catalog;
    private final RulesApi rules;

    HistoryApi(Catalog catalog, RulesApi rules) {
        this.catalog = catalog;
        this.rules = rules;
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
                visible.add(ChangeView.of(change, entries));
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

    private static <T> T read(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (UncheckedIOException e) {
            LOG.error("The history cannot be read", e);
            throw new HttpProblem(
                    503, "store-failed", "the history cannot be read: " + e.getMessage());
        }
    }

    /**
     * Returns a change.
     *
     * @throws HttpProblem 404 if there is none of which the caller may see everything
     */
    RuleChange find(Identity identity, String id) {
        return catalog.repository().stream()
                .flatMap(
                        repository ->
                                read(() -> repository.history(HistoryQuery.latest(LOOKED_THROUGH)))
                                        .stream())
                .filter(each -> each.id().equals(id))
                .filter(each -> each.entries().stream().allMatch(one -> maySee(identity, one)))
                .findFirst()
                .orElseThrow(() -> HttpProblem.notFound("there is no change " + id));
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
