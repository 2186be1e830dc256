package io.opensergo.proto;

import com.google.protobuf.BoolValue;
import io.opensergo.proto.internal.envoy.config.route.v3.QueryParameterMatcher;
import io.opensergo.proto.internal.envoy.config.route.v3.Route;
import io.opensergo.proto.internal.envoy.config.route.v3.RouteMatch;
import io.opensergo.proto.internal.envoy.type.matcher.v3.StringMatcher;
import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.Violations;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpMatchBuilder;
import io.opensergo.rules.traffic.StringMatch;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Conditions on requests. */
final class RouteMatches {

    /** The condition that always holds. */
    static final HttpMatch ANY = HttpMatch.builder().build();

    private static final String METHOD = ":method";
    private static final String SCHEME = ":scheme";
    private static final String AUTHORITY = ":authority";

    /** The prefix of every path, which stands for no condition since a route must have one. */
    private static final String ANY_PATH = "/";

    private RouteMatches() {}

    /** Returns whether a route can express each condition; names and such are none. */
    static boolean canExpress(HttpMatch match) {
        return match.port() == null
                && match.sourceLabels().isEmpty()
                && match.sourceNamespace() == null
                && match.gateways().isEmpty();
    }

    static RouteMatch encode(HttpMatch match) {
        var message = RouteMatch.newBuilder();
        encodeUri(match.uri(), message);
        if (match.ignoreUriCase() != null) {
            message.setCaseSensitive(BoolValue.of(!match.ignoreUriCase()));
        }
        addHeader(METHOD, match.method(), message);
        addHeader(SCHEME, match.scheme(), message);
        addHeader(AUTHORITY, match.authority(), message);
        sorted(match.headers())
                .forEach((name, each) -> message.addHeaders(HeaderMatchers.encode(name, each)));
        sorted(match.withoutHeaders())
                .forEach(
                        (name, each) ->
                                message.addHeaders(HeaderMatchers.encodeInverted(name, each)));
        sorted(match.queryParams())
                .forEach((name, each) -> message.addQueryParameters(encodeQuery(name, each)));
        return message.build();
    }

    /** Equal conditions become equal bytes. */
    private static Map<String, StringMatch> sorted(Map<String, StringMatch> conditions) {
        return conditions.size() > 1 ? new TreeMap<>(conditions) : conditions;
    }

    private static void encodeUri(@Nullable StringMatch uri, RouteMatch.Builder message) {
        if (uri instanceof StringMatch.Exact exact) {
            message.setPath(exact.value());
        } else if (uri instanceof StringMatch.Prefix prefix) {
            message.setPrefix(prefix.value());
        } else if (uri instanceof StringMatch.Regex regex) {
            message.setSafeRegex(StringMatchers.regex(regex.value()));
        } else {
            message.setPrefix(ANY_PATH);
        }
    }

    private static void addHeader(
            String name, @Nullable StringMatch condition, RouteMatch.Builder message) {
        if (condition != null) {
            message.addHeaders(HeaderMatchers.encode(name, condition));
        }
    }

    private static QueryParameterMatcher encodeQuery(String name, StringMatch condition) {
        var matcher = QueryParameterMatcher.newBuilder().setName(name);
        StringMatcher text = StringMatchers.encode(condition);
        return text == null
                ? matcher.setPresentMatch(true).build()
                : matcher.setStringMatch(text).build();
    }

    /**
     * Returns the condition of a route.
     *
     * @throws InvalidRuleException if there is one that a record cannot express, since a rule
     *     without it would select more requests
     */
    static HttpMatch decode(Route route, RouterScope scope) {
        RouteMatch message = route.getMatch();
        try {
            requireKnownConditions(message);
            var match = HttpMatch.builder().uri(uri(message));
            if (message.hasCaseSensitive()) {
                match.ignoreUriCase(!message.getCaseSensitive().getValue());
            }
            if (!route.getStatPrefix().isEmpty()) {
                match.statPrefix(route.getStatPrefix());
            }
            if (message.getHeadersCount() > 0) {
                decodeHeaders(message, match, scope);
            }
            if (message.getQueryParametersCount() > 0) {
                decodeQuery(message, match, scope);
            }
            return match.build();
        } catch (InvalidRuleException e) {
            throw MessageFaults.under("match", e);
        }
    }

    private static void requireKnownConditions(RouteMatch message) {
        var faults = new Violations();
        forbid(message.hasRuntimeFraction(), "runtime_fraction", faults);
        forbid(message.hasGrpc(), "grpc", faults);
        forbid(message.hasTlsContext(), "tls_context", faults);
        forbid(message.getDynamicMetadataCount() > 0, "dynamic_metadata", faults);
        forbid(message.getFilterStateCount() > 0, "filter_state", faults);
        forbid(message.hasConnectMatcher(), "connect_matcher", faults);
        forbid(message.hasPathMatchPolicy(), "path_match_policy", faults);
        for (int field : message.getUnknownFields().asMap().keySet()) {
            forbid(true, "field " + field, faults);
        }
        faults.throwIfAny();
    }

    private static void forbid(boolean given, String path, Violations faults) {
        if (given) {
            faults.add(path, "must be left out: a TrafficRouter has no such condition", "set");
        }
    }

    private static @Nullable StringMatch uri(RouteMatch message) {
        return switch (message.getPathSpecifierCase()) {
            case PREFIX ->
                    message.getPrefix().equals(ANY_PATH)
                            ? null
                            : StringMatch.prefix(message.getPrefix());
            case PATH -> StringMatch.exact(message.getPath());
            case SAFE_REGEX -> StringMatch.regex(message.getSafeRegex().getRegex());
            case PATH_SEPARATED_PREFIX ->
                    StringMatchers.pathSeparatedPrefix(
                            message.getPathSeparatedPrefix(),
                            message.hasCaseSensitive() && !message.getCaseSensitive().getValue());
            default -> null; // none, or one that was refused before
        };
    }

    private static void decodeHeaders(
            RouteMatch message, HttpMatchBuilder match, RouterScope scope) {
        var with = new JoinedConditions("header", scope);
        var without = new JoinedConditions("header", scope);
        for (int i = 0; i < message.getHeadersCount(); i++) {
            var matcher = message.getHeaders(i);
            try {
                StringMatch condition = HeaderMatchers.decode(matcher);
                if (HeaderMatchers.isInverted(matcher)) {
                    without.addUnwanted(matcher.getName(), condition);
                } else {
                    with.addWanted(matcher.getName(), condition);
                }
            } catch (InvalidRuleException e) {
                throw MessageFaults.under("headers[" + i + "]", e);
            }
        }
        match.method(with.remove(METHOD))
                .scheme(with.remove(SCHEME))
                .authority(with.remove(AUTHORITY))
                .headers(with.byName())
                .withoutHeaders(without.byName());
    }

    /** The public control plane forgets the name of each parameter. */
    private static void decodeQuery(RouteMatch message, HttpMatchBuilder match, RouterScope scope) {
        var wanted = new JoinedConditions("query parameter", scope);
        for (int i = 0; i < message.getQueryParametersCount(); i++) {
            var matcher = message.getQueryParameters(i);
            if (matcher.getName().isEmpty()) {
                scope.warn("can never match: its query parameter " + i + " has no name");
            }
            try {
                wanted.addWanted(matcher.getName(), decodeQuery(matcher));
            } catch (InvalidRuleException e) {
                throw MessageFaults.under("query_parameters[" + i + "]", e);
            }
        }
        match.queryParams(wanted.byName());
    }

    private static StringMatch decodeQuery(QueryParameterMatcher matcher) {
        if (matcher.hasStringMatch()) {
            return StringMatchers.decode(matcher.getStringMatch());
        }
        if (matcher.hasPresentMatch() && !matcher.getPresentMatch()) {
            throw MessageFaults.invalid(
                    "present_match",
                    "must be true: a TrafficRouter cannot ask for a parameter's absence",
                    "false");
        }
        return StringMatch.present();
    }
}
