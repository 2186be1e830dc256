package io.opensergo.console.internal.api;

import io.opensergo.api.Target;
import io.opensergo.console.internal.access.Gate;
import io.opensergo.console.internal.access.Identity;
import io.opensergo.console.internal.http.Answer;
import io.opensergo.console.internal.http.Exchange;
import io.opensergo.console.internal.http.HttpProblem;
import io.opensergo.governance.Governor;
import io.opensergo.governance.GuardExplanation;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.governance.routing.RequestView;
import io.opensergo.governance.routing.RouteExplanation;
import io.opensergo.governance.routing.WorkloadIdentity;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.ReadResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Explains what guards and routers of an application would decide about a request, by the rules in
 * force or with a draft among them.
 *
 * <p>The answer is that of an instance that has served nothing yet: which strategies apply and
 * where a request goes is the same on every instance, how much of a limit is used is not.
 */
final class ExplainApi {

    /** What is asked. */
    record Question(
            @Nullable String namespace,
            @Nullable String app,
            @Nullable String draft,
            @Nullable String resource,
            @Nullable String direction,
            @Nullable Req request,
            @Nullable Source source) {}

    /** A request. */
    record Req(
            @Nullable String host,
            @Nullable String method,
            @Nullable String path,
            @Nullable String scheme,
            @Nullable String authority,
            @Nullable Integer port,
            @Nullable Map<String, List<String>> headers,
            @Nullable Map<String, String> query) {}

    /** The workload that makes the request. */
    record Source(
            @Nullable Map<String, String> labels,
            @Nullable String namespace,
            @Nullable List<String> gateways) {}

    /** What a guard would say. */
    record Guarded(
            String resource,
            String direction,
            boolean isProtected,
            boolean admitted,
            long waitMillis,
            @Nullable String rejectedBy,
            List<Check> checks) {}

    /** What a strategy would say. */
    record Check(
            @Nullable String rule,
            String kind,
            String strategy,
            boolean shadow,
            boolean admits,
            String reason) {}

    /** Where a request would go, with each trial. */
    record Routed(
            boolean found,
            String decision,
            @Nullable String destination,
            List<ActionTrial> actions,
            List<RouterTrial> routers) {}

    /** What becomes of an action. */
    record ActionTrial(String action, boolean applies, String reason) {}

    /** What became of a router. */
    record RouterTrial(
            RuleRef router,
            boolean shadow,
            boolean tried,
            String reason,
            List<RouteTrial> routes) {}

    /** What became of a route. */
    record RouteTrial(
            int index, @Nullable String name, boolean matched, List<MatchTrial> matches) {}

    /** What became of a match. */
    record MatchTrial(int index, boolean held, List<RouteExplanation.ConditionTrial> conditions) {}

    /** The explanation. */
    record Explanation(
            @Nullable Guarded guard, @Nullable Routed route, List<PlanProblemView> problems) {}

    private final Catalog catalog;

    ExplainApi(Catalog catalog) {
        this.catalog = catalog;
    }

    Answer explain(Exchange exchange) {
        exchange.allowQuery();
        Question question = exchange.body(Question.class);
        String app = question.app();
        if (app == null || app.isBlank()) {
            throw HttpProblem.badRequest("'app' is missing: whose rules to explain by");
        }
        if (question.resource() == null && question.request() == null) {
            throw HttpProblem.badRequest(
                    "nothing to explain: expected 'resource', 'request' or both");
        }
        String namespace =
                question.namespace() == null || question.namespace().isBlank()
                        ? Metadata.DEFAULT_NAMESPACE
                        : question.namespace();
        TrafficDirection direction = Directions.of(question.direction());
        List<Rule> rules = rules(Gate.callerOf(exchange), namespace, app, question.draft());
        try (Governor governor =
                Governor.builder()
                        .rules(rules)
                        .target(Target.of(namespace, app))
                        .workload(workload(question.source()))
                        .preview()
                        .build()) {
            return Answer.json(explain(governor, question, direction));
        }
    }

    private static Explanation explain(
            Governor governor, Question question, TrafficDirection direction) {
        String resource = question.resource();
        Req request = question.request();
        return new Explanation(
                resource == null ? null : guarded(governor, resource, direction),
                request == null ? null : routed(governor.explain(view(request))),
                PlanProblemView.of(governor.plan().problems()));
    }

    private List<Rule> rules(
            Identity identity, String namespace, String app, @Nullable String draft) {
        Map<RuleId, Rule> rules = new LinkedHashMap<>();
        catalog.inForce(identity, namespace, app).forEach(rule -> rules.put(rule.id(), rule));
        if (draft != null) {
            ReadResult result = catalog.reader().read(draft, "draft");
            if (!result.isClean()) {
                throw InvalidDraft.of(result.allProblems());
            }
            result.rules().forEach(rule -> rules.put(rule.id(), rule));
        }
        return List.copyOf(rules.values());
    }

    private static WorkloadIdentity workload(@Nullable Source source) {
        return source == null
                ? WorkloadIdentity.unknown()
                : new WorkloadIdentity(
                        source.labels() == null ? Map.of() : source.labels(),
                        source.namespace(),
                        source.gateways() == null ? Set.of() : Set.copyOf(source.gateways()));
    }

    private static RequestView view(Req request) {
        int port = request.port() == null ? 0 : request.port();
        var view =
                RequestView.builder()
                        .host(request.host())
                        .method(request.method())
                        .path(request.path())
                        .scheme(request.scheme())
                        .authority(request.authority())
                        .port(port);
        if (request.headers() != null) {
            request.headers().forEach((name, all) -> all.forEach(one -> view.header(name, one)));
        }
        if (request.query() != null) {
            request.query().forEach(view::query);
        }
        return view.build();
    }

    private static Guarded guarded(Governor governor, String resource, TrafficDirection direction) {
        var guard = governor.guard(resource, direction);
        GuardExplanation explanation = guard.explain();
        return new Guarded(
                resource,
                direction.label(),
                guard.isProtected(),
                explanation.admitted(),
                explanation.waitTime().toMillis(),
                explanation.rejectedBy(),
                explanation.checks().stream()
                        .map(
                                each ->
                                        new Check(
                                                each.rule(),
                                                each.kind().documentName(),
                                                each.strategy(),
                                                each.shadow(),
                                                each.admits(),
                                                each.reason()))
                        .toList());
    }

    private static Routed routed(RouteExplanation route) {
        return new Routed(
                route.decision().isFound(),
                route.decision().toString(),
                route.decision().group() == null ? null : String.valueOf(route.decision().group()),
                route.actions().stream()
                        .map(
                                each ->
                                        new ActionTrial(
                                                each.action().field(),
                                                each.applies(),
                                                each.reason()))
                        .toList(),
                route.routers().stream().map(ExplainApi::router).toList());
    }

    private static RouterTrial router(RouteExplanation.RouterTrial router) {
        return new RouterTrial(
                RuleRef.of(router.router()),
                router.shadow(),
                router.tried(),
                router.reason(),
                router.routes().stream()
                        .map(
                                route ->
                                        new RouteTrial(
                                                route.index(),
                                                route.name(),
                                                route.matched(),
                                                route.matches().stream()
                                                        .map(
                                                                match ->
                                                                        new MatchTrial(
                                                                                match.index(),
                                                                                match.held(),
                                                                                match.conditions()))
                                                        .toList()))
                        .toList());
    }
}
