package io.opensergo.governance.routing;

import io.opensergo.rules.RuleId;
import io.opensergo.rules.traffic.TrafficRouter;
import io.opensergo.rules.traffic.VirtualWorkload;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The routers of what a process serves: those that name one of its hosts. Patterns of hosts do not
 * count, nor do routers without hosts: they are about calls, and a request that a caller has made
 * by such a router would be under it twice.
 *
 * @param hosts the hosts, without capitals; the process's own name first
 * @param routers the routers that name one of them
 * @param table these routers, and those that they hand requests to
 */
record ServedRoutes(List<String> hosts, Set<RuleId> routers, RouteTable table) {

    static ServedRoutes of(
            List<String> hosts,
            List<TrafficRouter> all,
            BiFunction<List<TrafficRouter>, List<VirtualWorkload>, RouteTable> compiler,
            List<VirtualWorkload> workloads) {
        List<String> lower = hosts.stream().map(AsciiCase::lower).distinct().toList();
        Set<RuleId> own =
                all.stream()
                        .filter(router -> names(router, lower))
                        .map(TrafficRouter::id)
                        .collect(Collectors.toUnmodifiableSet());
        Set<RuleId> reached = Delegates.reachedFrom(own, all);
        List<TrafficRouter> needed =
                all.stream()
                        .filter(each -> reached.contains(each.id()))
                        .map(each -> own.contains(each.id()) ? each : withoutHosts(each))
                        .toList();
        return new ServedRoutes(lower, own, compiler.apply(needed, workloads));
    }

    private static boolean names(TrafficRouter router, List<String> hosts) {
        var patterns = new HostPatterns(router.hosts(), router.metadata().namespace());
        return hosts.stream().anyMatch(patterns.names()::contains);
    }

    /** It is there only for others to hand requests to. */
    private static TrafficRouter withoutHosts(TrafficRouter router) {
        return router.toBuilder().hosts(List.of()).build();
    }

    RouteDecision route(RequestView request) {
        return routers.isEmpty()
                ? RouteDecision.NOT_FOUND
                : table.route(new Served(request, hostOf(request)));
    }

    RouteExplanation explain(RequestView request) {
        return table.explainAtServer(new Served(request, hostOf(request)));
    }

    private String hostOf(RequestView request) {
        String host = request.host();
        if (host != null && hosts.size() > 1) {
            String lower = AsciiCase.lower(host);
            if (hosts.contains(lower)) {
                return lower;
            }
        }
        return hosts.get(0);
    }

    /** A request to a host by the name that rules know. */
    private record Served(RequestView request, String host) implements RequestView {

        @Override
        public @Nullable String method() {
            return request.method();
        }

        @Override
        public @Nullable String path() {
            return request.path();
        }

        @Override
        public @Nullable String scheme() {
            return request.scheme();
        }

        @Override
        public @Nullable String authority() {
            return request.authority();
        }

        @Override
        public int port() {
            return request.port();
        }

        @Override
        public @Nullable String header(String lowerCaseName) {
            return request.header(lowerCaseName);
        }

        @Override
        public @Nullable String query(String name) {
            return request.query(name);
        }
    }
}
