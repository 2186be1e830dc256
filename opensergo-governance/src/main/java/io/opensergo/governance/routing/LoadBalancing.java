package io.opensergo.governance.routing;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How requests are spread over the instances of a service: {@code trafficPolicy.loadBalancePolicy}
 * of its VirtualWorkload. Immutable.
 *
 * @param policy the policy
 * @param header of {@link Policy#HASH}, the header whose value is hashed, without capitals
 */
public record LoadBalancing(Policy policy, @Nullable String header) {

    private static final String HASH = "hash:";

    /** What a policy can be. */
    public enum Policy {
        /** Any instance, each as likely. */
        RANDOM,
        /** One after the other. */
        ROUND_ROBIN,
        /** The one of two random instances that has fewer requests under way. */
        LEAST_REQUESTS,
        /**
         * Requests with the same value of a header go to the same instance, and few of them to
         * another when instances come or go; those without it to one after the other.
         */
        HASH
    }

    /**
     * Returns the policy of a name: {@code random}, {@code roundRobin}, {@code leastRequests}, with
     * capitals, hyphens and underscores or without, or {@code hash:} and the name of a header;
     * {@code null} if there is none of that name.
     */
    static @Nullable LoadBalancing of(String name) {
        String lower = name.strip().toLowerCase(Locale.ROOT);
        if (lower.startsWith(HASH)) {
            String header = lower.substring(HASH.length()).strip();
            return header.isEmpty() ? null : new LoadBalancing(Policy.HASH, header);
        }
        return switch (lower.replace("_", "").replace("-", "")) {
            case "random" -> new LoadBalancing(Policy.RANDOM, null);
            case "roundrobin" -> new LoadBalancing(Policy.ROUND_ROBIN, null);
            case "leastrequest", "leastrequests" -> new LoadBalancing(Policy.LEAST_REQUESTS, null);
            default -> null;
        };
    }

    /** Returns for example {@code hash of x-user}. */
    @Override
    public String toString() {
        return policy == Policy.HASH
                ? "hash of " + header
                : policy.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
