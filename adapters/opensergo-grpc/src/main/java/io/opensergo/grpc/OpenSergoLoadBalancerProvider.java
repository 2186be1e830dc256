package io.opensergo.grpc;

import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerProvider;
import io.grpc.NameResolver.ConfigOrError;
import java.time.Duration;
import java.util.Map;

/**
 * The policy {@value #POLICY}, which sends each call to the instances that the rules choose, and
 * leaves it to a policy of the application's which of them it is: {@code round_robin}, unless
 * {@code {"opensergo": {"childPolicy": [{"pick_first": {}}]}}} in the service config says
 * otherwise. gRPC finds it by {@code META-INF/services}; {@link OpenSergoGrpc#govern(
 * io.grpc.ManagedChannelBuilder)} chooses it.
 *
 * <p>Instances are told apart by {@link OpenSergoGrpc#LABELS}. Where no address has any, it does as
 * the child policy would alone: by default {@code pick_first} then, as gRPC itself.
 */
public final class OpenSergoLoadBalancerProvider extends LoadBalancerProvider {

    /** The name of the policy. */
    public static final String POLICY = "opensergo";

    private static final int DEFAULT_PRIORITY = 5;

    /** As long as the policies of xDS keep those that nobody uses. */
    private static final Duration KEPT_UNUSED = Duration.ofMinutes(15);

    /** For gRPC. */
    public OpenSergoLoadBalancerProvider() {}

    @Override
    public boolean isAvailable() {
        return true;
    }

    @Override
    public int getPriority() {
        return DEFAULT_PRIORITY;
    }

    @Override
    public String getPolicyName() {
        return POLICY;
    }

    @Override
    public LoadBalancer newLoadBalancer(LoadBalancer.Helper helper) {
        return new RoutingLoadBalancer(helper, KEPT_UNUSED);
    }

    @Override
    public ConfigOrError parseLoadBalancingPolicyConfig(Map<String, ?> config) {
        return ChildPolicy.parse(config);
    }
}
