package io.opensergo.benchmarks;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.re2j.Pattern;
import io.opensergo.governance.routing.RequestView;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.internal.envoy.config.route.v3.HeaderMatcher;
import io.opensergo.proto.internal.envoy.config.route.v3.Route;
import io.opensergo.proto.internal.envoy.config.route.v3.RouteConfiguration;
import io.opensergo.proto.internal.envoy.config.route.v3.RouteMatch;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A scan of the messages that the control plane sends, route after route, as clients do it. */
final class EnvoyScan {

    private final List<Route> routes;

    /** The expression of each route, compiled once. */
    private final @Nullable Pattern[] patterns;

    EnvoyScan(TrafficRouter router) {
        try {
            routes =
                    RouteConfiguration.parseFrom(
                                    new WireCodec()
                                            .encode(List.of(router))
                                            .data()
                                            .get(0)
                                            .getValue())
                            .getVirtualHosts(0)
                            .getRoutesList();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
        patterns = new @Nullable Pattern[routes.size()];
        for (int i = 0; i < patterns.length; i++) {
            RouteMatch match = routes.get(i).getMatch();
            if (match.hasSafeRegex()) {
                patterns[i] = Pattern.compile(match.getSafeRegex().getRegex());
            }
        }
    }

    @Nullable Route route(RequestView request) {
        for (int i = 0; i < patterns.length; i++) {
            Route route = routes.get(i);
            if (pathHolds(route.getMatch(), patterns[i], request.path())
                    && headersHold(route.getMatch(), request)) {
                return route;
            }
        }
        return null;
    }

    private static boolean pathHolds(
            RouteMatch match, @Nullable Pattern pattern, @Nullable String path) {
        if (pattern != null) {
            return path != null && pattern.matches(path);
        }
        String prefix = match.getPrefix();
        return prefix.equals("/") || (path != null && path.startsWith(prefix));
    }

    private static boolean headersHold(RouteMatch match, RequestView request) {
        for (int i = 0; i < match.getHeadersCount(); i++) {
            HeaderMatcher header = match.getHeaders(i);
            String value = request.header(header.getName());
            if (value == null || !value.equals(header.getStringMatch().getExact())) {
                return false;
            }
        }
        return true;
    }
}
