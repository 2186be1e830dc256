package io.opensergo.governance.routing;

import io.opensergo.rules.RuleId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds routers that never decide for some of their hosts, since a router before them has the same
 * host and a route for every request: two teams that give one service a router each, for example.
 */
final class UnreachableRouters {

    /** The first router with a route for every request, by the host as it is written there. */
    private final Map<String, CompiledRouter> deciding = new HashMap<>();

    /** The first router without hosts that decides everything behind it. */
    private @Nullable CompiledRouter decidingAll;

    private UnreachableRouters() {}

    /** Returns what to say about each of such routers. */
    static Map<RuleId, String> among(List<CompiledRouter> routers) {
        var found = new UnreachableRouters();
        Map<RuleId, String> reasons = new LinkedHashMap<>();
        for (CompiledRouter router : routers) {
            if (!router.isShadow()) {
                String reason = found.reason(router);
                if (reason != null) {
                    reasons.put(router.id(), reason);
                }
                found.add(router);
            }
        }
        return Map.copyOf(reasons);
    }

    private @Nullable String reason(CompiledRouter router) {
        if (decidingAll != null) {
            return reason("any request", decidingAll);
        }
        List<String> hosts = new ArrayList<>();
        CompiledRouter first = null;
        for (String host : router.writtenHosts()) {
            CompiledRouter before = deciding.get(pattern(host, router));
            if (before != null) {
                hosts.add(host);
                first = first == null ? before : first;
            }
        }
        return first == null ? null : reason("requests to " + hosts, first);
    }

    private static String reason(String requests, CompiledRouter before) {
        return "never decides for "
                + requests
                + ": TrafficRouter '"
                + before.id().name()
                + "', which comes before it, has a route for all of them; join the two, or give '"
                + before.id().name()
                + "' conditions or a later name";
    }

    private void add(CompiledRouter router) {
        if (!router.decidesEveryRequest()) {
            return;
        }
        if (router.writtenHosts().isEmpty()) {
            decidingAll = decidingAll == null ? router : decidingAll;
        }
        for (String host : router.writtenHosts()) {
            deciding.putIfAbsent(pattern(host, router), router);
        }
    }

    /** Returns a host so that equal ones are equal, whether they are qualified or not. */
    private static String pattern(String host, CompiledRouter router) {
        return host.contains("*")
                ? AsciiCase.lower(host)
                : ServiceName.qualify(host, router.id().namespace());
    }
}
