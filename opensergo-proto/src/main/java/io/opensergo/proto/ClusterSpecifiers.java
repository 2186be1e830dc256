package io.opensergo.proto;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UInt32Value;
import io.opensergo.proto.internal.envoy.config.core.v3.TypedExtensionConfig;
import io.opensergo.proto.internal.envoy.config.route.v3.ClusterSpecifierPlugin;
import io.opensergo.proto.internal.envoy.config.route.v3.FilterConfig;
import io.opensergo.proto.internal.envoy.config.route.v3.RouteAction;
import io.opensergo.proto.internal.envoy.config.route.v3.WeightedCluster;
import io.opensergo.proto.internal.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import io.opensergo.proto.internal.router.v1.ClusterFallbackConfig_ClusterConfig;
import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.Violations;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.Destination.Fallback;
import io.opensergo.rules.traffic.HeaderOperations;
import io.opensergo.rules.traffic.RouteDestination;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Destinations as what a route names its cluster by: one as {@code cluster}, one with a fallback as
 * an inline plugin, and all else, none included, as {@code weighted_clusters}.
 *
 * <p>A weighted cluster cannot name its cluster by a plugin. Its fallback travels in its per-filter
 * configuration, under the plugin's name and marked optional: whoever does not know it routes to
 * the cluster all the same, and a proxy does not refuse the route because of it.
 */
final class ClusterSpecifiers {

    private static final String PLUGIN = "envoy.router.cluster_specifier_plugin.cluster_fallback";
    private static final String CONFIG =
            ClusterFallbackConfig_ClusterConfig.getDescriptor().getFullName();
    private static final String FILTER_CONFIG = FilterConfig.getDescriptor().getFullName();

    private ClusterSpecifiers() {}

    static void encode(
            List<RouteDestination> destinations, ServiceHosts hosts, RouteAction.Builder action) {
        if (destinations.size() != 1 || destinations.get(0).headers() != null) {
            var clusters = WeightedCluster.newBuilder();
            destinations.forEach(each -> clusters.addClusters(weighted(each, hosts)));
            action.setWeightedClusters(clusters);
            return;
        }
        Destination destination = destinations.get(0).destination();
        if (destination.fallback() == null) {
            action.setCluster(ClusterName.of(destination, hosts));
        } else {
            action.setInlineClusterSpecifierPlugin(
                    ClusterSpecifierPlugin.newBuilder()
                            .setExtension(
                                    TypedExtensionConfig.newBuilder()
                                            .setName(PLUGIN)
                                            .setTypedConfig(
                                                    fallback(
                                                            destination,
                                                            destination.fallback(),
                                                            hosts))));
        }
    }

    private static ClusterWeight weighted(RouteDestination each, ServiceHosts hosts) {
        Destination destination = each.destination();
        var cluster = ClusterWeight.newBuilder().setName(ClusterName.of(destination, hosts));
        if (each.weight() != null) {
            cluster.setWeight(UInt32Value.of(each.weight()));
        }
        if (destination.fallback() != null) {
            var optional =
                    FilterConfig.newBuilder()
                            .setConfig(fallback(destination, destination.fallback(), hosts))
                            .setIsOptional(true)
                            .build();
            cluster.putTypedPerFilterConfig(PLUGIN, Anys.pack(optional));
        }
        HeaderOperations headers = each.headers();
        if (headers != null) {
            cluster.addAllRequestHeadersToAdd(HeaderOptionMapping.toAdd(headers.request()))
                    .addAllRequestHeadersToRemove(HeaderOptionMapping.toRemove(headers.request()))
                    .addAllResponseHeadersToAdd(HeaderOptionMapping.toAdd(headers.response()))
                    .addAllResponseHeadersToRemove(
                            HeaderOptionMapping.toRemove(headers.response()));
        }
        return cluster.build();
    }

    private static Any fallback(Destination destination, Fallback fallback, ServiceHosts hosts) {
        return Anys.pack(
                ClusterFallbackConfig_ClusterConfig.newBuilder()
                        .setRoutingCluster(ClusterName.of(destination, hosts))
                        .setFallbackCluster(ClusterName.of(fallback, hosts))
                        .build());
    }

    static List<RouteDestination> decode(RouteAction action, RouterScope scope) {
        return switch (action.getClusterSpecifierCase()) {
            case CLUSTER -> List.of(decodeCluster(action.getCluster(), scope));
            case INLINE_CLUSTER_SPECIFIER_PLUGIN -> List.of(decodePlugin(action, scope));
            case WEIGHTED_CLUSTERS -> decodeWeighted(action.getWeightedClusters(), scope);
            case CLUSTERSPECIFIER_NOT_SET -> List.of();
            case CLUSTER_HEADER, CLUSTER_SPECIFIER_PLUGIN ->
                    throw MessageFaults.invalid(
                            "cluster_specifier",
                            "must be cluster, weighted_clusters or inline_cluster_specifier_plugin",
                            action.getClusterSpecifierCase().name());
        };
    }

    private static RouteDestination decodeCluster(String cluster, RouterScope scope) {
        try {
            return RouteDestination.of(
                    ClusterName.parse(cluster, scope.hosts()).toDestination(null));
        } catch (InvalidRuleException e) {
            throw MessageFaults.under("cluster", e);
        }
    }

    private static RouteDestination decodePlugin(RouteAction action, RouterScope scope) {
        try {
            var config =
                    fallbackConfig(
                            action.getInlineClusterSpecifierPlugin()
                                    .getExtension()
                                    .getTypedConfig());
            return RouteDestination.of(
                    ClusterName.parse(config.getRoutingCluster(), scope.hosts())
                            .toDestination(fallback(config, scope)));
        } catch (InvalidRuleException e) {
            throw MessageFaults.under("inline_cluster_specifier_plugin", e);
        }
    }

    /** Returns the fallback of a plugin, or {@code null} if it names none. */
    private static @Nullable Fallback fallback(
            ClusterFallbackConfig_ClusterConfig config, RouterScope scope) {
        return config.getFallbackCluster().isEmpty()
                ? null
                : ClusterName.parse(config.getFallbackCluster(), scope.hosts()).toFallback();
    }

    private static ClusterFallbackConfig_ClusterConfig fallbackConfig(Any config) {
        try {
            if (Anys.is(config, CONFIG)) {
                return ClusterFallbackConfig_ClusterConfig.parseFrom(config.getValue());
            }
        } catch (InvalidProtocolBufferException e) {
            throw MessageFaults.invalid(
                    "", "must hold the bytes of a " + CONFIG, "bytes that are none");
        }
        throw MessageFaults.invalid("", "must hold a " + CONFIG, Anys.describeType(config));
    }

    private static List<RouteDestination> decodeWeighted(
            WeightedCluster clusters, RouterScope scope) {
        var faults = new Violations();
        List<RouteDestination> destinations = new ArrayList<>(clusters.getClustersCount());
        for (int i = 0; i < clusters.getClustersCount(); i++) {
            try {
                destinations.add(decodeWeight(clusters.getClusters(i), scope));
            } catch (InvalidRuleException e) {
                MessageFaults.addUnder("weighted_clusters.clusters[" + i + "]", e, faults);
            }
        }
        faults.throwIfAny();
        return destinations;
    }

    private static RouteDestination decodeWeight(ClusterWeight cluster, RouterScope scope) {
        Fallback fallback = null;
        Any plugin = cluster.getTypedPerFilterConfigOrDefault(PLUGIN, Any.getDefaultInstance());
        if (cluster.containsTypedPerFilterConfig(PLUGIN)) {
            fallback = fallback(fallbackConfig(unwrap(plugin)), scope);
        }
        return RouteDestination.builder()
                .destination(
                        ClusterName.parse(cluster.getName(), scope.hosts()).toDestination(fallback))
                .weight(
                        cluster.hasWeight()
                                ? UnsignedInts.toIntIfSet("weight", cluster.getWeight().getValue())
                                : null)
                .headers(
                        HeaderOptionMapping.decode(
                                cluster.getRequestHeadersToAddList(),
                                cluster.getRequestHeadersToRemoveList(),
                                cluster.getResponseHeadersToAddList(),
                                cluster.getResponseHeadersToRemoveList(),
                                scope))
                .build();
    }

    private static Any unwrap(Any config) {
        try {
            return Anys.is(config, FILTER_CONFIG)
                    ? FilterConfig.parseFrom(config.getValue()).getConfig()
                    : config;
        } catch (InvalidProtocolBufferException e) {
            throw MessageFaults.invalid(
                    "", "must hold the bytes of a " + FILTER_CONFIG, "bytes that are none");
        }
    }
}
