package io.opensergo.client;

import io.opensergo.api.LimitExceededException;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.client.LimitEvent.Limit;
import io.opensergo.proto.WireKey;
import io.opensergo.rules.RuleKind;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that are followed, until the last follower has left or the control plane refuses them.
 * Confined to the event loop.
 */
final class FollowedKeys {

    private static final Logger LOG = LoggerFactory.getLogger(FollowedKeys.class);

    private final Map<WireKey, KeySubscription<?>> byName = new LinkedHashMap<>();
    private final Map<RuleKind<?>, Integer> countByKind = new HashMap<>();
    private final ClientLimits limits;
    private final Revisions revisions;
    private final ReadyWaiters waiters;
    private final Staleness staleness;
    private final SnapshotCache cache;
    private final ClientListener listener;

    FollowedKeys(
            ClientLimits limits,
            Revisions revisions,
            ReadyWaiters waiters,
            Staleness staleness,
            SnapshotCache cache,
            ClientListener listener) {
        this.limits = limits;
        this.revisions = revisions;
        this.waiters = waiters;
        this.staleness = staleness;
        this.cache = cache;
        this.listener = listener;
    }

    @Nullable KeySubscription<?> find(WireKey name) {
        return byName.get(name);
    }

    /** Returns whether it is this very subscription by which a key is followed. */
    @SuppressWarnings("ReferenceEquality") // another one may have taken its place
    boolean holds(KeySubscription<?> key) {
        return byName.get(key.wireKey()) == key;
    }

    Iterable<KeySubscription<?>> all() {
        return byName.values();
    }

    /**
     * Adds a key.
     *
     * @return the limit that it would exceed; {@code null} if it has been added
     */
    @Nullable LimitExceededException add(KeySubscription<?> key) {
        boolean newKind = !countByKind.containsKey(key.kind());
        if (byName.size() >= limits.maxKeys()) {
            return exceeded(key, Limit.KEYS, "maxKeys", limits.maxKeys());
        }
        if (newKind && countByKind.size() >= limits.maxKinds()) {
            return exceeded(key, Limit.KINDS, "maxKinds", limits.maxKinds());
        }
        byName.put(key.wireKey(), key);
        countByKind.merge(key.kind(), 1, Integer::sum);
        revisions.add(key);
        listener.onFollow(key.key());
        return null;
    }

    private LimitExceededException exceeded(
            KeySubscription<?> key, Limit limit, String setting, int allowed) {
        listener.onLimit(new LimitEvent(limit, allowed, allowed + 1L, key.key()));
        var exceeded = new LimitExceededException(key.key(), setting, allowed);
        LOG.warn(exceeded.getMessage());
        return exceeded;
    }

    /** Nobody follows a key any more. */
    void drop(KeySubscription<?> key) {
        remove(key);
        waiters.forget(key);
    }

    /** The control plane does not serve a key: its followers are told. */
    void refuse(KeySubscription<?> key, SubscriptionRefusedException refusal) {
        listener.onRefusal(refusal);
        remove(key);
        waiters.fail(key, refusal);
        key.followers().fail(refusal);
    }

    private void remove(KeySubscription<?> key) {
        byName.remove(key.wireKey());
        countByKind.computeIfPresent(key.kind(), (kind, count) -> count == 1 ? null : count - 1);
        key.followers().stop();
        staleness.forget(key);
        revisions.remove(key);
        cache.forget(key.key());
        listener.onForget(key.key());
    }

    /** Ends every Flux with completion. */
    void close() {
        byName.values().forEach(key -> key.followers().complete());
        byName.clear();
    }
}
