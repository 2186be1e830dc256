package io.opensergo.grpc;

import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.NameResolver.ConfigOrError;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The policy that balances within a subset.
 *
 * @param provider makes its balancers
 * @param config what the provider has read, if anything
 */
record ChildPolicy(LoadBalancerProvider provider, @Nullable Object config) {

    private static final String KEY = "childPolicy";

    /** Returns a policy by name, of those that gRPC has anyway. */
    static ChildPolicy of(String name) {
        return new ChildPolicy(
                Objects.requireNonNull(
                        LoadBalancerRegistry.getDefaultRegistry().getProvider(name), name),
                null);
    }

    /**
     * Reads the first policy that is known of {@code {"childPolicy": [{"round_robin": {}}, ...]}}.
     *
     * @return a ChildPolicy; without one in the config, {@link Unset}
     */
    static ConfigOrError parse(Map<String, ?> config) {
        Object value = config.get(KEY);
        if (value == null) {
            return ConfigOrError.fromConfig(Unset.UNSET);
        }
        if (!(value instanceof List<?> candidates)) {
            return error("must be a list, was " + value);
        }
        for (Object candidate : candidates) {
            if (!(candidate instanceof Map<?, ?> one) || one.size() != 1) {
                return error("must be a list of objects with one policy each, was " + value);
            }
            Map.Entry<?, ?> entry = one.entrySet().iterator().next();
            LoadBalancerProvider provider =
                    LoadBalancerRegistry.getDefaultRegistry()
                            .getProvider(String.valueOf(entry.getKey()));
            if (provider != null) {
                return parse(provider, entry.getValue());
            }
        }
        return error("names no policy that is known: " + value);
    }

    private static ConfigOrError parse(LoadBalancerProvider provider, @Nullable Object value) {
        if (!(value instanceof Map<?, ?>)) {
            return error("must have an object for " + provider.getPolicyName() + ", was " + value);
        }
        @SuppressWarnings("unchecked") // JSON has no other keys
        ConfigOrError read = provider.parseLoadBalancingPolicyConfig((Map<String, ?>) value);
        return read.getError() == null
                ? ConfigOrError.fromConfig(new ChildPolicy(provider, read.getConfig()))
                : read;
    }

    private static ConfigOrError error(String what) {
        return ConfigOrError.fromError(
                Status.UNAVAILABLE.withDescription(
                        OpenSergoLoadBalancerProvider.POLICY + "." + KEY + " " + what));
    }

    /** No policy is set. */
    enum Unset {
        UNSET
    }
}
