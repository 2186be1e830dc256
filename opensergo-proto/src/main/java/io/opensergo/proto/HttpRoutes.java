package io.opensergo.proto;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.opensergo.proto.internal.envoy.config.core.v3.Metadata;
import io.opensergo.proto.internal.envoy.config.route.v3.Route;
import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.traffic.HeaderOperations;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Entries of a router's {@code http} as routes.
 *
 * <p>A route has one condition, an entry may have several of which one must hold; so an entry
 * becomes a route per condition, all with the same action. Each but the first is marked in its
 * metadata, which proxies hand through unread, as an alternative to the one before it.
 */
final class HttpRoutes {

    private static final String METADATA_KEY = "opensergo";
    private static final String ALTERNATIVE = "alternative";

    private static final Metadata ALTERNATIVE_MARK =
            Metadata.newBuilder()
                    .putFilterMetadata(
                            METADATA_KEY,
                            Struct.newBuilder()
                                    .putFields(
                                            ALTERNATIVE,
                                            Value.newBuilder().setBoolValue(true).build())
                                    .build())
                    .build();

    private HttpRoutes() {}

    /**
     * Returns the routes of an entry.
     *
     * <p>A condition that a route cannot express is left out as a whole: a public client that saw
     * half of it would take requests which the rule does not select.
     */
    static List<Route> encode(HttpRoute entry, ServiceHosts hosts) {
        List<HttpMatch> matches =
                entry.match().isEmpty() ? List.of(RouteMatches.ANY) : entry.match();
        List<Route> routes = new ArrayList<>(matches.size());
        for (HttpMatch match : matches) {
            if (RouteMatches.canExpress(match)) {
                Route.Builder route = encode(entry, match, hosts);
                if (!routes.isEmpty()) {
                    route.setMetadata(ALTERNATIVE_MARK);
                }
                routes.add(route.build());
            }
        }
        return routes;
    }

    private static Route.Builder encode(HttpRoute entry, HttpMatch match, ServiceHosts hosts) {
        var route = Route.newBuilder().setMatch(RouteMatches.encode(match));
        if (entry.name() != null) {
            route.setName(entry.name());
        }
        if (match.statPrefix() != null) {
            route.setStatPrefix(match.statPrefix());
        }
        if (entry.redirect() != null) {
            route.setRedirect(AnswerActions.encode(entry.redirect()));
        } else if (entry.directResponse() != null) {
            route.setDirectResponse(AnswerActions.encode(entry.directResponse()));
        } else {
            route.setRoute(RouteActionMapping.encode(entry, match, hosts));
        }
        HeaderOperations headers = entry.headers();
        if (headers != null) {
            route.addAllRequestHeadersToAdd(HeaderOptionMapping.toAdd(headers.request()))
                    .addAllRequestHeadersToRemove(HeaderOptionMapping.toRemove(headers.request()))
                    .addAllResponseHeadersToAdd(HeaderOptionMapping.toAdd(headers.response()))
                    .addAllResponseHeadersToRemove(
                            HeaderOptionMapping.toRemove(headers.response()));
        }
        return route;
    }

    /** Returns the entry of a route alone. */
    static HttpRoute decode(Route route, RouterScope scope) {
        HttpMatch match = RouteMatches.decode(route, scope);
        var entry =
                HttpRoute.builder()
                        .name(route.getName().isEmpty() ? null : route.getName())
                        .match(match.equals(RouteMatches.ANY) ? List.of() : List.of(match))
                        .headers(
                                HeaderOptionMapping.decode(
                                        route.getRequestHeadersToAddList(),
                                        route.getRequestHeadersToRemoveList(),
                                        route.getResponseHeadersToAddList(),
                                        route.getResponseHeadersToRemoveList(),
                                        scope));
        try {
            switch (route.getActionCase()) {
                case ROUTE -> RouteActionMapping.decode(route.getRoute(), entry, scope);
                case REDIRECT -> entry.redirect(AnswerActions.decode(route.getRedirect(), scope));
                case DIRECT_RESPONSE ->
                        entry.directResponse(
                                AnswerActions.decode(route.getDirectResponse(), scope));
                case ACTION_NOT_SET -> {}
                case FILTER_ACTION, NON_FORWARDING_ACTION ->
                        throw MessageFaults.invalid(
                                "",
                                "must be left out for route, redirect or direct_response",
                                "set");
            }
        } catch (InvalidRuleException e) {
            throw MessageFaults.under(route.getActionCase().name().toLowerCase(Locale.ROOT), e);
        }
        return entry.build();
    }

    /** Joins the entries whose routes are alternatives of one. */
    static List<HttpRoute> fold(List<Route> routes, List<HttpRoute> entries) {
        List<HttpRoute> folded = new ArrayList<>(entries.size());
        int first = 0;
        for (int i = 1; i <= entries.size(); i++) {
            if (i == entries.size()
                    || !isAlternative(routes.get(i))
                    || !differOnlyInMatch(entries.get(first), entries.get(i))) {
                folded.add(join(entries.subList(first, i)));
                first = i;
            }
        }
        return folded;
    }

    private static boolean isAlternative(Route route) {
        return route.hasMetadata()
                && route.getMetadata()
                        .getFilterMetadataOrDefault(METADATA_KEY, Struct.getDefaultInstance())
                        .getFieldsOrDefault(ALTERNATIVE, Value.getDefaultInstance())
                        .getBoolValue();
    }

    private static boolean differOnlyInMatch(HttpRoute one, HttpRoute other) {
        return withMatch(one, List.of()).equals(withMatch(other, List.of()));
    }

    private static HttpRoute join(List<HttpRoute> alternatives) {
        HttpRoute first = alternatives.get(0);
        if (alternatives.size() == 1) {
            return first;
        }
        List<HttpMatch> matches = new ArrayList<>(alternatives.size());
        for (HttpRoute each : alternatives) {
            matches.add(each.match().isEmpty() ? RouteMatches.ANY : each.match().get(0));
        }
        return withMatch(first, matches);
    }

    private static HttpRoute withMatch(HttpRoute route, List<HttpMatch> match) {
        return route.toBuilder().match(match).build();
    }
}
