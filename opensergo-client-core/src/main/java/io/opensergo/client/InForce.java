package io.opensergo.client;

import io.opensergo.api.RuleSnapshot;

/**
 * What follows when rules have come into force, beside what their followers are told. Confined to
 * the event loop.
 */
final class InForce implements Revisions.Listener {

    private final ReadyWaiters waiters;
    private final Staleness staleness;
    private final SnapshotCache cache;

    InForce(ReadyWaiters waiters, Staleness staleness, SnapshotCache cache) {
        this.waiters = waiters;
        this.staleness = staleness;
        this.cache = cache;
    }

    /** What the control plane last said about a key is in force. */
    @Override
    public void inForce(KeySubscription<?> key, boolean worthKeeping) {
        waiters.look(key);
        staleness.look(key);
        RuleSnapshot<?> current = key.current();
        if (worthKeeping && current != null) {
            cache.store(current);
        }
    }

    /** Rules of the cache are in force. */
    void restored(KeySubscription<?> key) {
        staleness.look(key);
        waiters.look(key);
    }

    /** It is in force that there are no rules, as nobody has named any. */
    void assumed(KeySubscription<?> key) {
        waiters.look(key);
    }
}
