package io.opensergo.governance.routing;

import io.opensergo.rules.Metadata;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpMatchBuilder;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.StringMatch;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random routers and requests of so few texts that they often meet. */
final class RoutingArbitraries {

    private static final List<String> HOSTS =
            List.of(
                    "a",
                    "B",
                    "a.shop.svc.cluster.local",
                    "a.other.svc.cluster.local",
                    "*",
                    "*.com",
                    "*b.com",
                    "*a",
                    "a*",
                    "a.b*",
                    "x.a.b.com");
    private static final List<String> REQUEST_HOSTS =
            List.of(
                    "a",
                    "A",
                    "b",
                    "a.shop.svc.cluster.local",
                    "a.other.svc.cluster.local",
                    "x.a.b.com",
                    "ab.com",
                    "b.com",
                    ".com",
                    "",
                    "a.bc",
                    "za",
                    "unknown");
    private static final List<String> TEXTS =
            List.of(
                    "", "a", "A", "/a", "/a/", "/a/b", "/A/B", "/a/b/c", "ab", "b", "aab",
                    "/b/a\nb");
    private static final List<String> REGEXES =
            List.of(
                    "a",
                    ".*",
                    "a.*",
                    ".*b",
                    "/a/.*",
                    "/a/[^/]+",
                    "/.*/b.*",
                    "a|b",
                    "(?i)/a.*",
                    "a+b?",
                    "/a(/b)?/?",
                    ".*a.*b",
                    "[a-z]+",
                    "a{2}b",
                    "\\Q/a\\E.*",
                    "/a/.+");
    private static final List<String> NAMES = List.of("x-env", "X-Env", "x-user");
    private static final List<String> CONDITION_NAMES =
            List.of("x-env", "X-Env", "x-user", ":method");
    private static final List<String> QUERY = List.of("q", "Q");
    private static final List<String> NAMESPACES = List.of("shop", "other");
    private static final List<String> GATEWAYS = List.of("edge", "mesh", "inner");
    private static final WorkloadIdentity[] IDENTITIES = {
        WorkloadIdentity.unknown(),
        WorkloadIdentity.of("shop", Map.of("app", "cart", "version", "v1")),
        new WorkloadIdentity(Map.of("app", "edge"), "other", Set.of("edge")),
    };

    private final Random random;
    private int nextRoute;

    private RoutingArbitraries(long seed) {
        this.random = new Random(seed);
    }

    /** What a router is asked, and by whom. */
    record Scenario(
            List<TrafficRouter> routers, WorkloadIdentity self, List<RequestView> requests) {

        RouteTable compile() {
            return RouteTable.compile(routers, List.of(), self);
        }
    }

    static Arbitrary<Scenario> scenarios() {
        return Combinators.combine(
                        Arbitraries.longs(),
                        Arbitraries.integers().between(0, 5),
                        Arbitraries.of(2, 8, 40))
                .as(
                        (seed, routers, routes) ->
                                new RoutingArbitraries(seed).scenario(routers, routes));
    }

    private Scenario scenario(int routers, int routes) {
        List<TrafficRouter> all = new ArrayList<>();
        for (int i = 0; i < routers; i++) {
            all.add(router("r" + i, random.nextInt(routes + 1)));
        }
        return new Scenario(
                all, IDENTITIES[random.nextInt(IDENTITIES.length)], list(20, this::request));
    }

    private TrafficRouter router(String name, int routes) {
        Metadata metadata = Metadata.of(any(NAMESPACES), "app", name);
        if (random.nextInt(4) == 0) {
            metadata = metadata.withAnnotation(Metadata.MODE_ANNOTATION, Metadata.SHADOW_MODE);
        }
        return TrafficRouter.builder(metadata)
                .hosts(list(random.nextInt(3), () -> any(HOSTS)))
                .gateways(random.nextInt(8) == 0 ? List.of(any(GATEWAYS)) : List.of())
                .http(list(routes, this::route))
                .build();
    }

    private HttpRoute route() {
        return HttpRoute.builder()
                .name("route-" + nextRoute++)
                .match(list(random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(2), this::match))
                .route(list(random.nextInt(4), this::destination))
                .build();
    }

    private RouteDestination destination() {
        Destination destination = Destination.of("a", "v" + random.nextInt(100));
        return random.nextInt(4) == 0
                ? RouteDestination.of(destination)
                : RouteDestination.of(destination, random.nextInt(4));
    }

    private HttpMatch match() {
        var match = HttpMatch.builder();
        for (int i = 0; i <= random.nextInt(3); i++) {
            switch (random.nextInt(10)) {
                case 0 -> match.method(text());
                case 1 -> match.scheme(text());
                case 2 -> match.authority(text());
                case 3 -> match.port(1 + random.nextInt(3));
                case 4 -> match.headers(byName(CONDITION_NAMES));
                case 5 -> match.withoutHeaders(byName(CONDITION_NAMES));
                case 6 -> match.queryParams(byName(QUERY));
                case 7 -> ofProcess(match);
                default -> match.uri(text()).ignoreUriCase(random.nextInt(3) == 0);
            }
        }
        return match.build();
    }

    private void ofProcess(HttpMatchBuilder match) {
        switch (random.nextInt(3)) {
            case 0 -> match.sourceLabels(Map.of("app", random.nextBoolean() ? "cart" : "edge"));
            case 1 -> match.sourceNamespace(any(NAMESPACES));
            default -> match.gateways(List.of(any(GATEWAYS)));
        }
    }

    private StringMatch text() {
        return switch (random.nextInt(8)) {
            case 0 -> StringMatch.present();
            case 1, 2 -> StringMatch.prefix(any(TEXTS));
            case 3, 4 -> StringMatch.regex(any(REGEXES));
            default -> StringMatch.exact(any(TEXTS));
        };
    }

    private Map<String, StringMatch> byName(List<String> names) {
        Map<String, StringMatch> conditions = new HashMap<>();
        for (int i = 0; i <= random.nextInt(2); i++) {
            conditions.put(any(names), text());
        }
        return conditions;
    }

    private RequestView request() {
        var request = RequestView.builder();
        request.host(random.nextInt(6) == 0 ? null : any(REQUEST_HOSTS))
                .method(anyOrNull(TEXTS))
                .path(anyOrNull(TEXTS))
                .scheme(anyOrNull(TEXTS))
                .authority(anyOrNull(TEXTS))
                .port(random.nextInt(4));
        for (int i = random.nextInt(3); i > 0; i--) {
            request.header(any(NAMES), any(TEXTS)).query(any(QUERY), any(TEXTS));
        }
        return request.build();
    }

    private <T> List<T> list(int size, Supplier<T> element) {
        List<T> list = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            list.add(element.get());
        }
        return list;
    }

    private <T> T any(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private <T> T anyOrNull(List<T> values) {
        return random.nextInt(5) == 0 ? null : any(values);
    }
}
