package io.opensergo.console.internal.api;

import io.opensergo.console.internal.access.Gate;
import io.opensergo.console.internal.access.Identity;
import io.opensergo.console.internal.http.Answer;
import io.opensergo.console.internal.http.Exchange;
import io.opensergo.console.internal.http.HttpProblem;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.DecisionHistory;
import io.opensergo.controlplane.ReportedDecisions;
import io.opensergo.controlplane.SubscriberStatus;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.rules.Metadata;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the connected instances of applications decide. Each question has them report for a while,
 * so who looks asks again every few seconds.
 */
final class DecisionsApi {

    private static final int MOST_INSTANCES = 1000;
    private static final int MOST_RESOURCES = 500;
    private static final int MOST_NEWS = 100;

    /** The version of a kind's rules that an instance has in force. */
    record KindVersion(String kind, String version) {}

    /** An instance that reports. */
    record Instance(
            String instance,
            String hostName,
            long pid,
            String sdkVersion,
            List<String> adapters,
            String principal,
            String remoteAddress,
            String connectedSince,
            @Nullable String reportedAt,
            long plan,
            List<KindVersion> versions,
            boolean behind,
            List<ReportedDecisions.Problem> problems) {

        static Instance of(ReportedDecisions.Instance each, Map<String, Long> sent) {
            List<KindVersion> versions = new ArrayList<>();
            boolean behind = false;
            for (Map.Entry<String, Long> one : new TreeMap<>(each.versions()).entrySet()) {
                versions.add(new KindVersion(one.getKey(), Long.toString(one.getValue())));
                behind |= one.getValue() < sent.getOrDefault(one.getKey(), 0L);
            }
            return new Instance(
                    each.instance(),
                    each.hostName(),
                    each.pid(),
                    each.sdkVersion(),
                    each.adapters(),
                    each.principal(),
                    each.remoteAddress(),
                    each.connectedSince().toString(),
                    each.reportedAt() == null ? null : each.reportedAt().toString(),
                    each.plan(),
                    versions,
                    behind,
                    each.problems());
        }
    }

    /** What is decided on a resource. */
    record Resource(
            String resource,
            String direction,
            int instances,
            double passedPerSecond,
            double refusedPerSecond,
            double shadowRefusedPerSecond,
            double failedPerSecond,
            double slowPerSecond,
            double waiting,
            long inFlight,
            double peakPerSecond,
            long passed,
            long refused,
            List<ReportedDecisions.Strategy> strategies) {

        static Resource of(ReportedDecisions.Resource each) {
            return new Resource(
                    each.name(),
                    directionOf(each),
                    each.instances(),
                    rounded(each.passedPerSecond()),
                    rounded(each.refusedPerSecond()),
                    rounded(each.shadowRefusedPerSecond()),
                    rounded(each.failedPerSecond()),
                    rounded(each.slowPerSecond()),
                    rounded(each.waitedPerSecond()),
                    each.inFlight(),
                    rounded(each.peakPerSecond()),
                    each.passed(),
                    each.refused(),
                    each.strategies());
        }

        private static double rounded(double rate) {
            return Math.round(rate * 100) / 100.0;
        }
    }

    /** What an application decides. */
    record Decisions(
            String namespace,
            String app,
            int totalInstances,
            List<Instance> instances,
            int totalResources,
            List<Resource> resources,
            long resourcesLeftOut) {}

    /** A circuit breaker that is not closed in some instances. */
    record OpenBreaker(
            String namespace,
            String app,
            String resource,
            String direction,
            String strategy,
            int open,
            int halfOpen,
            int instances) {}

    /** Something of the rules that instances cannot use. */
    record Unusable(
            String namespace,
            String app,
            String type,
            String rule,
            String message,
            int instances) {}

    /** What needs attention. */
    record News(List<OpenBreaker> openBreakers, List<Unusable> unusable) {}

    /** The last five minutes. */
    record History(String until, long stepSeconds, List<DecisionHistory.Point> points) {}

    private final ControlPlane controlPlane;

    DecisionsApi(ControlPlane controlPlane) {
        this.controlPlane = controlPlane;
    }

    private static String directionOf(ReportedDecisions.Resource resource) {
        return (resource.outbound() ? TrafficDirection.OUTBOUND : TrafficDirection.INBOUND).label();
    }

    Answer decisions(Exchange exchange) {
        exchange.allowQuery("namespace", "app", "q");
        String namespace = namespace(exchange);
        String app = exchange.requiredQuery("app");
        if (!Gate.callerOf(exchange).mayReadDecisions(namespace, app)) {
            return Answer.json(new Decisions(namespace, app, 0, List.of(), 0, List.of(), 0));
        }
        String wanted = exchange.query("q");
        ReportedDecisions reported = controlPlane.decisions(namespace, app);
        Map<String, Map<String, Long>> sent = sentVersions(namespace, app);
        List<ReportedDecisions.Resource> found =
                reported.resources().stream()
                        .filter(each -> wanted == null || each.name().contains(wanted))
                        .toList();
        return Answer.json(
                new Decisions(
                        namespace,
                        app,
                        reported.instances().size(),
                        reported.instances().stream()
                                .limit(MOST_INSTANCES)
                                .map(
                                        each ->
                                                Instance.of(
                                                        each,
                                                        sent.getOrDefault(
                                                                each.remoteAddress(), Map.of())))
                                .toList(),
                        found.size(),
                        found.stream().limit(MOST_RESOURCES).map(Resource::of).toList(),
                        reported.resourcesLeftOut()));
    }

    private static String namespace(Exchange exchange) {
        String namespace = exchange.query("namespace");
        return namespace == null ? Metadata.DEFAULT_NAMESPACE : namespace;
    }

    /**
     * Returns which version of each kind was sent over each connection, by its address and the name
     * of the kind: a client reports on the connection by which it gets its rules.
     */
    private Map<String, Map<String, Long>> sentVersions(String namespace, String app) {
        Map<String, Map<String, Long>> sent = new HashMap<>();
        for (SubscriberStatus subscriber : controlPlane.status().subscribers()) {
            for (SubscriberStatus.Subscription each : subscriber.subscriptions()) {
                if (each.namespace().equals(namespace) && each.app().equals(app)) {
                    String kind = each.kind().substring(each.kind().lastIndexOf('/') + 1);
                    sent.computeIfAbsent(subscriber.remoteAddress(), address -> new HashMap<>())
                            .merge(kind, each.sentVersion(), Math::max);
                }
            }
        }
        return sent;
    }

    Answer history(Exchange exchange) {
        exchange.allowQuery("namespace", "app", "resource", "direction");
        String namespace = namespace(exchange);
        String app = exchange.requiredQuery("app");
        TrafficDirection direction = Directions.of(exchange.query("direction"));
        if (!Gate.callerOf(exchange).mayReadDecisions(namespace, app)) {
            throw HttpProblem.notFound("no instance of '" + app + "' has reported");
        }
        DecisionHistory history =
                controlPlane.decisionHistory(
                        namespace,
                        app,
                        exchange.query("resource"),
                        direction == TrafficDirection.OUTBOUND);
        return Answer.json(
                new History(
                        history.until().toString(), history.step().toSeconds(), history.points()));
    }

    /** Returns what of all applications that a caller may see needs attention. */
    News news(Identity identity) {
        List<OpenBreaker> open = new ArrayList<>();
        List<Unusable> unusable = new ArrayList<>();
        for (ReportedDecisions each : controlPlane.decisions()) {
            if (identity.mayReadDecisions(each.namespace(), each.app())) {
                each.resources().forEach(resource -> addOpen(each, resource, open));
                addUnusable(each, unusable);
            }
        }
        return new News(
                open.stream().limit(MOST_NEWS).toList(),
                unusable.stream().limit(MOST_NEWS).toList());
    }

    private static void addOpen(
            ReportedDecisions of, ReportedDecisions.Resource resource, List<OpenBreaker> open) {
        for (ReportedDecisions.Strategy each : resource.strategies()) {
            if (each.open() + each.halfOpen() > 0) {
                open.add(
                        new OpenBreaker(
                                of.namespace(),
                                of.app(),
                                resource.name(),
                                directionOf(resource),
                                each.name(),
                                each.open(),
                                each.halfOpen(),
                                resource.instances()));
            }
        }
    }

    private static void addUnusable(ReportedDecisions of, List<Unusable> unusable) {
        Map<ReportedDecisions.Problem, Integer> instances = new HashMap<>();
        for (ReportedDecisions.Instance each : of.instances()) {
            each.problems().forEach(problem -> instances.merge(problem, 1, Integer::sum));
        }
        instances.forEach(
                (problem, count) ->
                        unusable.add(
                                new Unusable(
                                        of.namespace(),
                                        of.app(),
                                        problem.type(),
                                        problem.rule(),
                                        problem.message(),
                                        count)));
    }
}
