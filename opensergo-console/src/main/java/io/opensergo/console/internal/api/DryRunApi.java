package io.opensergo.console.internal.api;

import io.opensergo.api.Target;
import io.opensergo.console.internal.access.Gate;
import io.opensergo.console.internal.access.Identity;
import io.opensergo.console.internal.api.EditRequest.Checked;
import io.opensergo.console.internal.api.EditRequest.CheckedPut;
import io.opensergo.console.internal.http.Answer;
import io.opensergo.console.internal.http.Exchange;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.rulerepository.RuleChange;
import io.opensergo.rulerepository.RuleEdit;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Says what a change would do, and does nothing: which rules it changes, who would be told, and for
 * each application which resources and routes differ and which references are missing then.
 */
final class DryRunApi {

    private static final int MOST_SUBSCRIBERS = 500;

    /** What would become of a rule. */
    record Effect(
            String kind,
            String namespace,
            String name,
            String app,
            String what,
            String diff,
            @Nullable ConflictView conflict) {}

    /** A rule that is not as the change expects it. */
    record ConflictView(
            @Nullable String expectedRevision,
            @Nullable String currentRevision,
            @Nullable String currentText) {}

    /** A connected client that would be told. */
    record Told(String identifier, String principal, String remoteAddress, List<String> kinds) {}

    /** What would be another for an application. */
    record AppEffect(
            String namespace,
            String app,
            int subscribers,
            List<Told> told,
            int reportedInstances,
            Differences resources,
            Differences routers,
            List<Foresight> traffic,
            List<PlanProblemView> newProblems,
            List<PlanProblemView> goneProblems) {}

    /** What a change would do. */
    record DryRun(boolean applies, List<Effect> rules, List<AppEffect> applications) {}

    private final ControlPlane controlPlane;
    private final Catalog catalog;

    DryRunApi(ControlPlane controlPlane, Catalog catalog) {
        this.controlPlane = controlPlane;
        this.catalog = catalog;
    }

    Answer dryRun(Exchange exchange) {
        exchange.allowQuery();
        Identity identity = Gate.callerOf(exchange);
        Checked edit = exchange.body(EditRequest.class).check(catalog, identity);
        Map<RuleId, Rule> before = new LinkedHashMap<>();
        catalog.goodRules(identity).forEach(rule -> before.put(rule.id(), rule));
        Map<RuleId, Rule> after = new LinkedHashMap<>(before);
        edit.deletes().forEach(each -> after.remove(each.id()));
        edit.puts().forEach(each -> after.put(each.rule().id(), each.rule()));
        List<Effect> effects = effects(edit);
        boolean applies = effects.stream().allMatch(each -> each.conflict() == null);
        return Answer.json(
                new DryRun(applies, effects, applications(edit, before, after, identity)));
    }

    private List<Effect> effects(Checked edit) {
        List<Effect> effects = new ArrayList<>();
        for (CheckedPut put : edit.puts()) {
            RuleEntry now = stored(put.rule().id());
            effects.add(
                    effect(
                            put.rule().id(),
                            appOf(put.rule()),
                            now,
                            put.text(),
                            put.expectedRevision()));
        }
        for (RuleEdit.Delete delete : edit.deletes()) {
            RuleEntry now = stored(delete.id());
            effects.add(
                    effect(
                            delete.id(),
                            now == null ? "" : now.app(),
                            now,
                            null,
                            delete.expectedRevision()));
        }
        return effects;
    }

    private @Nullable RuleEntry stored(RuleId id) {
        boolean hasStore = catalog.repository().isPresent();
        return catalog.lookUp(id).filter(entry -> !hasStore || entry.stored() != null).orElse(null);
    }

    private static Effect effect(
            RuleId id,
            String app,
            @Nullable RuleEntry now,
            @Nullable String text,
            @Nullable String expected) {
        String revision = now == null ? null : now.revision();
        boolean isExpected = expected == null ? revision == null : expected.equals(revision);
        String current = now == null ? null : now.text();
        return new Effect(
                id.kind(),
                id.namespace(),
                id.name(),
                app,
                what(current, text),
                current == null && text == null
                        ? ""
                        : new RuleChange.Entry(id, current, text).diff(),
                isExpected ? null : new ConflictView(expected, revision, current));
    }

    private static String what(@Nullable String before, @Nullable String after) {
        if (before == null) {
            return after == null ? "unchanged" : "created";
        }
        if (after == null) {
            return "deleted";
        }
        return before.strip().equals(after.strip()) ? "unchanged" : "changed";
    }

    private List<AppEffect> applications(
            Checked edit, Map<RuleId, Rule> before, Map<RuleId, Rule> after, Identity identity) {
        Map<Target, Set<String>> kindsByApp =
                new TreeMap<>(
                        java.util.Comparator.comparing(Target::namespace)
                                .thenComparing(Target::app));
        Set<RuleId> ids = new java.util.LinkedHashSet<>();
        edit.puts().forEach(each -> ids.add(each.rule().id()));
        edit.deletes().forEach(each -> ids.add(each.id()));
        for (RuleId id : ids) {
            Rule was = before.get(id);
            Rule is = after.get(id);
            if (was == null ? is != null : !was.equals(is)) {
                note(was, kindsByApp);
                note(is, kindsByApp);
            }
        }
        List<AppEffect> effects = new ArrayList<>();
        kindsByApp.forEach(
                (target, kinds) ->
                        effects.add(
                                effect(
                                        target,
                                        kinds,
                                        PlanView.of(target, before.values()),
                                        PlanView.of(target, after.values()),
                                        identity)));
        return effects;
    }

    private static void note(@Nullable Rule rule, Map<Target, Set<String>> kindsByApp) {
        if (rule != null && rule.app() != null) {
            kindsByApp
                    .computeIfAbsent(
                            Target.of(rule.metadata().namespace(), appOf(rule)),
                            key -> new TreeSet<>())
                    .add(rule.kind().wireName());
        }
    }

    private AppEffect effect(
            Target target, Set<String> kinds, PlanView before, PlanView after, Identity identity) {
        List<Told> told = new ArrayList<>();
        for (OverviewApi.Subscriber each : OverviewApi.visible(controlPlane.status(), identity)) {
            List<String> followed =
                    each.subscriptions().stream()
                            .filter(one -> one.namespace().equals(target.namespace()))
                            .filter(one -> one.app().equals(target.app()))
                            .map(OverviewApi.Followed::kind)
                            .filter(kinds::contains)
                            .toList();
            if (!followed.isEmpty()) {
                told.add(
                        new Told(
                                each.identifier(),
                                each.principal(),
                                each.remoteAddress(),
                                followed));
            }
        }
        return new AppEffect(
                target.namespace(),
                target.app(),
                told.size(),
                told.stream().limit(MOST_SUBSCRIBERS).toList(),
                reported(target.app(), identity),
                Differences.between(before.resources(), after.resources()),
                Differences.between(before.routers(), after.routers()),
                identity.mayReadDecisions(target.namespace(), target.app())
                        ? Foresight.of(
                                controlPlane.decisions(target.namespace(), target.app()),
                                before,
                                after)
                        : List.of(),
                after.problems().stream()
                        .filter(each -> !before.problems().contains(each))
                        .toList(),
                before.problems().stream()
                        .filter(each -> !after.problems().contains(each))
                        .toList());
    }

    private int reported(String app, Identity identity) {
        return identity.mayReadReports(app)
                ? (int)
                        controlPlane.applications().stream()
                                .filter(each -> each.metadata().app().equals(app))
                                .count()
                : 0;
    }

    private static String appOf(Rule rule) {
        String app = rule.app();
        return app == null ? "" : app;
    }
}
