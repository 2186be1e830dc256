package io.opensergo.console.internal.api;

import io.opensergo.console.internal.access.Gate;
import io.opensergo.console.internal.access.Identity;
import io.opensergo.console.internal.http.Answer;
import io.opensergo.console.internal.http.Exchange;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.ControlPlaneStatus;
import io.opensergo.controlplane.SubscriberStatus;
import io.opensergo.rules.Rule;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is going on: applications, who follows them, what was refused, what is wrong. */
final class OverviewApi {

    private static final int MOST_REFUSALS = 100;
    private static final int MOST_SUBSCRIBERS = 1000;
    private static final int MOST_PROBLEMS = 500;

    /** An application of a namespace. */
    record App(
            String namespace, String app, int rules, int subscribers, int behind, int refusing) {}

    /** A client's refusal of a push. */
    record Refusal(
            String client,
            String remoteAddress,
            String namespace,
            String app,
            String kind,
            String version,
            int code,
            String reason,
            String at) {}

    /** What one stream follows. */
    record Followed(
            String namespace,
            String app,
            String kind,
            String sentVersion,
            String ackedVersion,
            boolean upToDate,
            @Nullable Nack lastNack) {}

    /** A refusal without its place. */
    record Nack(String version, int code, String reason, String at) {

        static @Nullable Nack of(SubscriberStatus.@Nullable Nack nack) {
            return nack == null
                    ? null
                    : new Nack(
                            Long.toString(nack.version()),
                            nack.code(),
                            nack.reason(),
                            nack.at().toString());
        }
    }

    /** A stream. */
    record Subscriber(
            String identifier,
            String principal,
            String remoteAddress,
            String connectedSince,
            List<Followed> subscriptions,
            @Nullable Nack lastNack) {}

    /** What belongs to no application. */
    record ProcessCounts(
            int openConnections,
            int openCalls,
            long pushes,
            long acceptedPushes,
            ControlPlaneStatus.Refusals refusals) {}

    /** The overview. */
    record Overview(
            String now,
            String runningSince,
            String revision,
            @Nullable String repository,
            @Nullable String readOnlyReason,
            int rules,
            int instances,
            int subscribers,
            List<App> applications,
            List<Refusal> refusedPushes,
            List<DecisionsApi.OpenBreaker> openBreakers,
            List<DecisionsApi.Unusable> unusable,
            @Nullable List<ProblemView> problems,
            @Nullable ProcessCounts process) {}

    /** Counts of an application while they are made. */
    private static final class Count {
        int rules;
        int subscribers;
        int behind;
        int refusing;
    }

    private record Key(String namespace, String app) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byNamespace = namespace.compareTo(other.namespace);
            return byNamespace != 0 ? byNamespace : app.compareTo(other.app);
        }
    }

    private final ControlPlane controlPlane;
    private final Catalog catalog;
    private final DecisionsApi decisions;
    private final InstantSource clock;

    OverviewApi(
            ControlPlane controlPlane,
            Catalog catalog,
            DecisionsApi decisions,
            InstantSource clock) {
        this.controlPlane = controlPlane;
        this.catalog = catalog;
        this.decisions = decisions;
        this.clock = clock;
    }

    Answer overview(Exchange exchange) {
        exchange.allowQuery();
        Identity identity = Gate.callerOf(exchange);
        ControlPlaneStatus status = controlPlane.status();
        List<Subscriber> subscribers = visible(status, identity);
        List<Rule> rules =
                controlPlane.rules().stream()
                        .filter(
                                rule ->
                                        identity.mayRead(
                                                rule.metadata().namespace(),
                                                appOf(rule),
                                                rule.kind().wireName()))
                        .toList();
        boolean all = identity.maySeeAll();
        DecisionsApi.News news = decisions.news(identity);
        return Answer.json(
                new Overview(
                        clock.instant().toString(),
                        status.runningSince().toString(),
                        Long.toString(status.revision()),
                        catalog.repository().map(each -> each.name()).orElse(null),
                        catalog.readOnlyReason(),
                        rules.size(),
                        (int)
                                controlPlane.applications().stream()
                                        .filter(
                                                each ->
                                                        identity.mayReadReports(
                                                                each.metadata().app()))
                                        .count(),
                        subscribers.size(),
                        applications(rules, subscribers),
                        refusals(subscribers),
                        news.openBreakers(),
                        news.unusable(),
                        all ? problems() : null,
                        all ? process(status) : null));
    }

    private static String appOf(Rule rule) {
        String app = rule.app();
        return app == null ? "" : app;
    }

    private List<ProblemView> problems() {
        return controlPlane.problems().stream().limit(MOST_PROBLEMS).map(ProblemView::of).toList();
    }

    private static ProcessCounts process(ControlPlaneStatus status) {
        return new ProcessCounts(
                status.openConnections(),
                status.openCalls(),
                status.pushes(),
                status.acceptedPushes(),
                status.refusals());
    }

    private static List<App> applications(List<Rule> rules, List<Subscriber> subscribers) {
        Map<Key, Count> counts = new TreeMap<>();
        for (Rule rule : rules) {
            var key = new Key(rule.metadata().namespace(), appOf(rule));
            counts.computeIfAbsent(key, k -> new Count()).rules++;
        }
        for (Subscriber subscriber : subscribers) {
            countOnce(subscriber, counts);
        }
        List<App> apps = new ArrayList<>();
        counts.forEach(
                (key, count) ->
                        apps.add(
                                new App(
                                        key.namespace(),
                                        key.app(),
                                        count.rules,
                                        count.subscribers,
                                        count.behind,
                                        count.refusing)));
        return apps;
    }

    /** A stream that follows several kinds of an application is one subscriber of it. */
    private static void countOnce(Subscriber subscriber, Map<Key, Count> counts) {
        Map<Key, List<Followed>> byApp = new TreeMap<>();
        for (Followed each : subscriber.subscriptions()) {
            byApp.computeIfAbsent(new Key(each.namespace(), each.app()), k -> new ArrayList<>())
                    .add(each);
        }
        byApp.forEach(
                (key, followed) -> {
                    Count count = counts.computeIfAbsent(key, k -> new Count());
                    count.subscribers++;
                    count.behind += followed.stream().allMatch(Followed::upToDate) ? 0 : 1;
                    count.refusing += followed.stream().anyMatch(OverviewApi::refuses) ? 1 : 0;
                });
    }

    /** A refusal counts until a later version is accepted. */
    private static boolean refuses(Followed followed) {
        return followed.lastNack() != null && !followed.upToDate();
    }

    private static List<Refusal> refusals(List<Subscriber> subscribers) {
        List<Refusal> refusals = new ArrayList<>();
        for (Subscriber subscriber : subscribers) {
            for (Followed each : subscriber.subscriptions()) {
                Nack nack = each.lastNack();
                if (nack != null && refusals.size() < MOST_REFUSALS) {
                    refusals.add(
                            new Refusal(
                                    nameOf(subscriber),
                                    subscriber.remoteAddress(),
                                    each.namespace(),
                                    each.app(),
                                    each.kind(),
                                    nack.version(),
                                    nack.code(),
                                    nack.reason(),
                                    nack.at()));
                }
            }
        }
        return refusals;
    }

    private static String nameOf(Subscriber subscriber) {
        return subscriber.principal().isEmpty() ? subscriber.identifier() : subscriber.principal();
    }

    Answer subscribers(Exchange exchange) {
        exchange.allowQuery("namespace", "app");
        String namespace = exchange.query("namespace");
        String app = exchange.query("app");
        List<Subscriber> found =
                visible(controlPlane.status(), Gate.callerOf(exchange)).stream()
                        .filter(
                                each ->
                                        each.subscriptions().stream()
                                                .anyMatch(
                                                        one ->
                                                                matches(namespace, one.namespace())
                                                                        && matches(app, one.app())))
                        .toList();
        return Answer.json(
                Map.of(
                        "total",
                        found.size(),
                        "subscribers",
                        found.stream().limit(MOST_SUBSCRIBERS).toList()));
    }

    private static boolean matches(@Nullable String wanted, String found) {
        return wanted == null || wanted.equals(found);
    }

    /** Returns the streams that follow something that a caller may read, with that alone. */
    static List<Subscriber> visible(ControlPlaneStatus status, Identity identity) {
        List<Subscriber> visible = new ArrayList<>();
        for (SubscriberStatus each : status.subscribers()) {
            List<Followed> followed =
                    each.subscriptions().stream()
                            .filter(one -> identity.mayRead(one.namespace(), one.app(), one.kind()))
                            .map(OverviewApi::followed)
                            .toList();
            if (!followed.isEmpty()) {
                visible.add(
                        new Subscriber(
                                each.identifier(),
                                each.principal(),
                                each.remoteAddress(),
                                each.connectedSince().toString(),
                                followed,
                                Nack.of(each.lastNack())));
            }
        }
        return visible;
    }

    private static Followed followed(SubscriberStatus.Subscription each) {
        return new Followed(
                each.namespace(),
                each.app(),
                each.kind(),
                Long.toString(each.sentVersion()),
                Long.toString(each.ackedVersion()),
                each.sentVersion() != 0 && each.ackedVersion() >= each.sentVersion(),
                Nack.of(each.lastNack()));
    }
}
