package io.opensergo.governance.routing;

import com.google.re2j.Pattern;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.StringMatch;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Finds a route the slow and obvious way, straight from the records. */
final class ReferenceRouter {

    private static final String DOMAIN = ".svc.cluster.local";

    private final List<TrafficRouter> routers;
    private final WorkloadIdentity self;

    ReferenceRouter(List<TrafficRouter> routers, WorkloadIdentity self) {
        this.routers = routers;
        this.self = self;
    }

    /** Returns the route that holds for a request, the very object, or null. */
    HttpRoute route(RequestView request) {
        List<TrafficRouter> active =
                routers.stream().filter(each -> !each.metadata().isShadow()).toList();
        int best =
                active.stream().mapToInt(each -> specificity(each, request.host())).max().orElse(0);
        for (TrafficRouter router : active) {
            boolean tried =
                    router.hosts().isEmpty()
                            || request.host() == null
                            || (best > 0 && specificity(router, request.host()) == best);
            for (HttpRoute route : tried ? router.http() : List.<HttpRoute>of()) {
                if (matches(route, router, request)) {
                    return route;
                }
            }
        }
        return null;
    }

    /** Returns whether a shadow would decide a request, by making it no shadow. */
    boolean wouldDecide(TrafficRouter shadow, RequestView request) {
        TrafficRouter awake =
                TrafficRouter.builder(
                                Metadata.of(shadow.metadata().namespace(), "app", shadow.name()))
                        .hosts(shadow.hosts())
                        .gateways(shadow.gateways())
                        .exportTo(shadow.exportTo())
                        .http(shadow.http())
                        .tcp(shadow.tcp())
                        .tls(shadow.tls())
                        .build();
        List<TrafficRouter> changed =
                routers.stream().map(each -> each.equals(shadow) ? awake : each).toList();
        HttpRoute route = new ReferenceRouter(changed, self).route(request);
        return route != null && shadow.http().stream().anyMatch(route::equals);
    }

    private static int specificity(TrafficRouter router, String host) {
        if (host == null) {
            return 0;
        }
        String wanted = host.toLowerCase(Locale.ROOT);
        int best = 0;
        for (String written : router.hosts()) {
            String domain = "." + router.metadata().namespace() + DOMAIN;
            String pattern = written.toLowerCase(Locale.ROOT);
            String qualified = pattern.endsWith(DOMAIN) ? pattern : pattern + domain;
            if (pattern.equals("*")) {
                best = Math.max(best, 1);
            } else if (pattern.startsWith("*")) {
                best = Math.max(best, suffix(wanted, pattern.substring(1)));
                best = Math.max(best, suffix(wanted, qualified.substring(1)));
            } else if (pattern.endsWith("*")) {
                String prefix = pattern.substring(0, pattern.length() - 1);
                boolean longer = wanted.length() > prefix.length();
                best =
                        Math.max(
                                best,
                                longer && wanted.startsWith(prefix) ? 10 + prefix.length() : 0);
            } else if (pattern.equals(wanted)
                    || qualified.equals(wanted)
                    || pattern.equals(wanted + domain)) {
                best = 100_000;
            }
        }
        return best;
    }

    private static int suffix(String host, String suffix) {
        return host.length() > suffix.length() && host.endsWith(suffix)
                ? 10_000 + suffix.length()
                : 0;
    }

    private boolean matches(HttpRoute route, TrafficRouter router, RequestView request) {
        if (route.match().isEmpty()) {
            return atGateway(router.gateways());
        }
        return route.match().stream().anyMatch(match -> holds(match, router, request));
    }

    private boolean atGateway(List<String> names) {
        return names.isEmpty()
                || names.stream().anyMatch(self.gateways()::contains)
                || (names.contains("mesh") && self.gateways().isEmpty());
    }

    private boolean holds(HttpMatch match, TrafficRouter router, RequestView request) {
        return atGateway(match.gateways().isEmpty() ? router.gateways() : match.gateways())
                && self.labels().entrySet().containsAll(match.sourceLabels().entrySet())
                && (match.sourceNamespace() == null
                        || match.sourceNamespace().equals(self.namespace()))
                && (match.port() == null || match.port() == request.port())
                && uriHolds(match, request.path())
                && holds(match.method(), request.method())
                && holds(match.scheme(), request.scheme())
                && holds(match.authority(), request.authority())
                && match.headers().entrySet().stream()
                        .allMatch(each -> holds(each.getValue(), header(request, each)))
                && match.withoutHeaders().entrySet().stream()
                        .noneMatch(each -> holds(each.getValue(), header(request, each)))
                && match.queryParams().entrySet().stream()
                        .allMatch(each -> holds(each.getValue(), request.query(each.getKey())));
    }

    private static String header(RequestView request, Map.Entry<String, StringMatch> condition) {
        String name = condition.getKey().toLowerCase(Locale.ROOT);
        return name.equals(":method") ? request.method() : request.header(name);
    }

    private static boolean uriHolds(HttpMatch match, String path) {
        StringMatch uri = match.uri();
        if (uri == null || path == null || !Boolean.TRUE.equals(match.ignoreUriCase())) {
            return holds(uri, path);
        }
        String lower = path.toLowerCase(Locale.ROOT);
        if (uri instanceof StringMatch.Exact exact) {
            return lower.equals(exact.value().toLowerCase(Locale.ROOT));
        }
        if (uri instanceof StringMatch.Prefix prefix) {
            return lower.startsWith(prefix.value().toLowerCase(Locale.ROOT));
        }
        return holds(uri, path);
    }

    static boolean holds(StringMatch wanted, String found) {
        if (wanted == null || found == null) {
            return wanted == null;
        }
        if (wanted instanceof StringMatch.Exact exact) {
            return found.equals(exact.value());
        }
        if (wanted instanceof StringMatch.Prefix prefix) {
            return found.startsWith(prefix.value());
        }
        return !(wanted instanceof StringMatch.Regex regex)
                || Pattern.matches(regex.value(), found);
    }
}
