package io.opensergo.governance.routing;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Chooses an instance as the VirtualWorkload of its service says, and in turn if it says nothing.
 * For any thread.
 *
 * @param <A> tells instances apart, through all edits of what else is known of them; with {@code
 *     equals} and {@code hashCode}
 */
public final class Spreading<A> {

    private final Turns turns = new Turns();

    /** Requests under way, by the instance; only of services that ask for it. */
    private final ConcurrentMap<A, Integer> underWay = new ConcurrentHashMap<>();

    /** Makes one that knows of no request under way. */
    public Spreading() {}

    /**
     * Returns one of some instances, of which there is at least one.
     *
     * @param addressOf tells instances apart
     * @param hashOfGroup tells groups apart, each of which has a turn of its own
     * @param how the policy, or {@code null}
     * @param key what is hashed, or {@code null} if the request does not have it
     */
    public <I> I next(
            List<I> instances,
            Function<? super I, ? extends A> addressOf,
            int hashOfGroup,
            @Nullable LoadBalancing how,
            @Nullable String key) {
        if (how == null || instances.size() == 1) {
            return turns.next(instances, hashOfGroup);
        }
        return switch (how.policy()) {
            case RANDOM -> instances.get(random(instances.size()));
            case ROUND_ROBIN -> turns.next(instances, hashOfGroup);
            case LEAST_REQUESTS -> lessBusy(instances, addressOf);
            case HASH ->
                    key == null
                            ? turns.next(instances, hashOfGroup)
                            : byHash(instances, addressOf, key);
        };
    }

    private static int random(int bound) {
        return ThreadLocalRandom.current().nextInt(bound);
    }

    /** Two are compared, so that not all callers run to the one that looks best. */
    private <I> I lessBusy(List<I> instances, Function<? super I, ? extends A> addressOf) {
        int first = random(instances.size());
        int second = (first + 1 + random(instances.size() - 1)) % instances.size();
        I one = instances.get(first);
        I other = instances.get(second);
        return underWay(addressOf.apply(one)) <= underWay(addressOf.apply(other)) ? one : other;
    }

    /** The one with the highest weight: if it goes, its requests are spread over all others. */
    private static <I> I byHash(List<I> instances, Function<? super I, ?> addressOf, String key) {
        I best = instances.get(0);
        long highest = Long.MIN_VALUE;
        for (I each : instances) {
            long weight = mixed(key.hashCode(), addressOf.apply(each).hashCode());
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

    /** Returns how many requests to an instance have begun and not ended. */
    public int underWay(A address) {
        return underWay.getOrDefault(address, 0);
    }

    /** Counts a request to an instance, whose end the caller has to tell once. */
    public void begin(A address) {
        underWay.merge(address, 1, Integer::sum);
    }

    /** A request that was counted has ended. */
    public void end(A address) {
        underWay.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
    }
}
