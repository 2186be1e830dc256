package io.opensergo.proto;

import com.google.protobuf.UInt32Value;
import io.opensergo.proto.internal.envoy.config.core.v3.RuntimeFractionalPercent;
import io.opensergo.proto.internal.envoy.config.route.v3.RetryPolicy;
import io.opensergo.proto.internal.envoy.config.route.v3.RouteAction;
import io.opensergo.proto.internal.envoy.config.route.v3.RouteAction.RequestMirrorPolicy;
import io.opensergo.proto.internal.envoy.type.v3.FractionalPercent;
import io.opensergo.proto.internal.envoy.type.v3.FractionalPercent.DenominatorType;
import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRetry;
import io.opensergo.rules.traffic.HttpRewrite;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.HttpRouteBuilder;
import io.opensergo.rules.traffic.StringMatch;
import org.jspecify.annotations.Nullable;

/** How a request is forwarded: where to, and what else happens to it. */
final class RouteActionMapping {

    private static final int MILLION = 1_000_000;

    private RouteActionMapping() {}

    static RouteAction encode(HttpRoute entry, HttpMatch match, ServiceHosts hosts) {
        var action = RouteAction.newBuilder();
        ClusterSpecifiers.encode(entry.route(), hosts, action);
        if (entry.rewrite() != null) {
            encodeRewrite(entry.rewrite(), match, action);
        }
        if (entry.timeout() != null) {
            action.setTimeout(WireTimes.encode(entry.timeout()));
        }
        if (entry.retries() != null) {
            action.setRetryPolicy(encodeRetry(entry.retries()));
        }
        if (entry.mirror() != null) {
            var mirror =
                    RequestMirrorPolicy.newBuilder()
                            .setCluster(ClusterName.of(entry.mirror(), hosts));
            if (entry.mirrorRatio() != null) {
                mirror.setRuntimeFraction(encodeRatio(entry.mirrorRatio()));
            }
            action.addRequestMirrorPolicies(mirror);
        }
        if (entry.corsPolicy() != null) {
            action.setCors(CorsPolicies.encode(entry.corsPolicy()));
        }
        return action.build();
    }

    /**
     * A new URI replaces the prefix or the path that matched; a route that matched neither has no
     * field to replace the whole path with.
     */
    private static void encodeRewrite(
            HttpRewrite rewrite, HttpMatch match, RouteAction.Builder action) {
        boolean replaceable =
                match.uri() instanceof StringMatch.Prefix
                        || match.uri() instanceof StringMatch.Exact;
        if (rewrite.uri() != null && replaceable) {
            action.setPrefixRewrite(rewrite.uri());
        }
        if (rewrite.authority() != null) {
            action.setHostRewriteLiteral(rewrite.authority());
        }
    }

    private static RetryPolicy encodeRetry(HttpRetry retries) {
        var policy = RetryPolicy.newBuilder().setRetryOn(CommaLists.join(retries.retryOn()));
        if (retries.attempts() != null) {
            policy.setNumRetries(UInt32Value.of(retries.attempts()));
        }
        if (retries.perTryTimeout() != null) {
            policy.setPerTryTimeout(WireTimes.encode(retries.perTryTimeout()));
        }
        return policy.build();
    }

    private static RuntimeFractionalPercent encodeRatio(double ratio) {
        return RuntimeFractionalPercent.newBuilder()
                .setDefaultValue(
                        FractionalPercent.newBuilder()
                                .setNumerator((int) Math.round(ratio * MILLION))
                                .setDenominator(DenominatorType.MILLION))
                .build();
    }

    static void decode(RouteAction action, HttpRouteBuilder entry, RouterScope scope) {
        entry.route(ClusterSpecifiers.decode(action, scope)).rewrite(rewrite(action, scope));
        if (action.hasTimeout()) {
            entry.timeout(WireTimes.decodeLimit("timeout", action.getTimeout()));
        }
        if (action.hasRetryPolicy()) {
            entry.retries(retries(action.getRetryPolicy()));
        }
        if (action.getRequestMirrorPoliciesCount() > 0) {
            decodeMirror(action, entry, scope);
        }
        if (action.hasCors()) {
            entry.corsPolicy(CorsPolicies.decode(action.getCors(), scope));
        }
    }

    private static @Nullable HttpRewrite rewrite(RouteAction action, RouterScope scope) {
        if (action.hasRegexRewrite()) {
            scope.warn("rewrites the path by a regular expression, which is left out");
        }
        String uri = action.getPrefixRewrite();
        if (uri.isEmpty() && !action.hasHostRewriteLiteral()) {
            return null;
        }
        return HttpRewrite.builder()
                .uri(uri.isEmpty() ? null : uri)
                .authority(action.hasHostRewriteLiteral() ? action.getHostRewriteLiteral() : null)
                .build();
    }

    private static HttpRetry retries(RetryPolicy policy) {
        try {
            return HttpRetry.builder()
                    .attempts(
                            policy.hasNumRetries()
                                    ? UnsignedInts.toIntIfSet(
                                            "num_retries", policy.getNumRetries().getValue())
                                    : null)
                    .perTryTimeout(
                            policy.hasPerTryTimeout()
                                    ? WireTimes.decodeLimit(
                                            "per_try_timeout", policy.getPerTryTimeout())
                                    : null)
                    .retryOn(CommaLists.split(policy.getRetryOn()))
                    .build();
        } catch (InvalidRuleException e) {
            throw MessageFaults.under("retry_policy", e);
        }
    }

    private static void decodeMirror(
            RouteAction action, HttpRouteBuilder entry, RouterScope scope) {
        if (action.getRequestMirrorPoliciesCount() > 1) {
            scope.warn("mirrors to several clusters, of which only the first is taken");
        }
        RequestMirrorPolicy mirror = action.getRequestMirrorPolicies(0);
        try {
            entry.mirror(ClusterName.parse(mirror.getCluster(), scope.hosts()).toDestination(null));
        } catch (InvalidRuleException e) {
            throw MessageFaults.under("request_mirror_policies[0].cluster", e);
        }
        if (mirror.hasRuntimeFraction()) {
            entry.mirrorRatio(ratio(mirror.getRuntimeFraction().getDefaultValue()));
        }
    }

    /** Returns a share, or {@code null} if its numerator is the -1 that means not set. */
    private static @Nullable Double ratio(FractionalPercent share) {
        double denominator = denominator(share);
        return share.getNumerator() == -1
                ? null
                : (Double) Math.min(Integer.toUnsignedLong(share.getNumerator()) / denominator, 1);
    }

    private static double denominator(FractionalPercent share) {
        if (share.getDenominatorValue() < 0) {
            return 100; // not set
        }
        return switch (share.getDenominator()) {
            case HUNDRED -> 100;
            case TEN_THOUSAND -> 10_000;
            case MILLION -> MILLION;
            case UNRECOGNIZED ->
                    throw MessageFaults.invalid(
                            "request_mirror_policies[0].runtime_fraction.denominator",
                            "must be from 0 to 2",
                            Integer.toString(share.getDenominatorValue()));
        };
    }
}
