package io.opensergo.vertx;

import io.opensergo.governance.routing.LoadBalancing;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Chooses an instance as the VirtualWorkload of its service says, and in turn if it says nothing.
 * For any thread.
 */
final class Spreading {

    private final Balancer turns = new Balancer();

    /** Requests without a response yet, by the instance; only of services that ask for it. */
    private final ConcurrentMap<SocketAddress, Integer> underWay = new ConcurrentHashMap<>();

    /**
     * Returns one of some instances, of which there is at least one.
     *
     * @param hashOfGroup tells groups apart, each of which has a turn of its own
     * @param how the policy, or {@code null}
     * @param key what is hashed, or {@code null} if the request does not have it
     */
    ServiceInstance next(
            List<ServiceInstance> instances,
            int hashOfGroup,
            @Nullable LoadBalancing how,
            @Nullable String key) {
        if (how == null || instances.size() == 1) {
            return turns.next(instances, hashOfGroup);
        }
        return switch (how.policy()) {
            case RANDOM -> instances.get(random(instances.size()));
            case ROUND_ROBIN -> turns.next(instances, hashOfGroup);
            case LEAST_REQUESTS -> lessBusy(instances);
            case HASH -> key == null ? turns.next(instances, hashOfGroup) : byHash(instances, key);
        };
    }

    private static int random(int bound) {
        return ThreadLocalRandom.current().nextInt(bound);
    }

    /** Two are compared, so that not all callers run to the one that looks best. */
    private ServiceInstance lessBusy(List<ServiceInstance> instances) {
        int first = random(instances.size());
        int second = (first + 1 + random(instances.size() - 1)) % instances.size();
        ServiceInstance one = instances.get(first);
        ServiceInstance other = instances.get(second);
        return underWay(one.address()) <= underWay(other.address()) ? one : other;
    }

    int underWay(SocketAddress address) {
        return underWay.getOrDefault(address, 0);
    }

    /** The one with the highest weight: if it goes, its requests are spread over all others. */
    private static ServiceInstance byHash(List<ServiceInstance> instances, String key) {
        ServiceInstance best = instances.get(0);
        long highest = Long.MIN_VALUE;
        for (ServiceInstance each : instances) {
            long weight = mixed(key.hashCode(), each.address().hashCode());
            if (weight > highest) {
                highest = weight;
                best = each;
            }
        }
        return best;
    }

    /** The finalizer of splitmix64: hash codes of texts that are alike are alike. */
    private static long mixed(int key, int instance) {
        long z = ((long) key << 32 ^ (instance & 0xFFFF_FFFFL)) + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Counts a request to an instance until its response begins, if its service asks for it. */
    Future<HttpClientRequest> follow(
            @Nullable LoadBalancing how,
            @Nullable SocketAddress address,
            Future<HttpClientRequest> request) {
        if (how == null || address == null || how.policy() != LoadBalancing.Policy.LEAST_REQUESTS) {
            return request;
        }
        underWay.merge(address, 1, Integer::sum);
        request.onComplete(
                made -> made.response().onComplete(responded -> end(address)),
                failed -> end(address));
        return request;
    }

    private void end(SocketAddress address) {
        underWay.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
    }
}
