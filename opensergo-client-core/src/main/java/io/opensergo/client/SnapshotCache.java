package io.opensergo.client;

import io.opensergo.api.RuleKey;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * Where the last good rules outlive the process. Its methods are called on the event loop and do
 * not block, but {@link #close}, which is called on a user's thread after the loop has ended.
 */
interface SnapshotCache {

    /** Keeps nothing. */
    SnapshotCache NONE =
            new SnapshotCache() {
                @Override
                public <R extends Rule> void load(
                        Target target, RuleKind<R> kind, Predicate<RuleSnapshot<R>> taker) {}

                @Override
                public void store(RuleSnapshot<?> snapshot) {}

                @Override
                public void forget(RuleKey key) {}

                @Override
                public void close(Duration patience) {}
            };

    /**
     * Looks for the rules of a key.
     *
     * @param taker called on the event loop with the snapshot, if there is one that can be used;
     *     returns whether the snapshot came into force
     */
    <R extends Rule> void load(Target target, RuleKind<R> kind, Predicate<RuleSnapshot<R>> taker);

    /**
     * Keeps the snapshot in force, if it is worth it; to be called on each push that was not
     * refused as a whole, since one that changes nothing confirms what is kept.
     */
    void store(RuleSnapshot<?> snapshot);

    /** Frees what is remembered about a key that is no longer followed; its rules are kept. */
    void forget(RuleKey key);

    /** Finishes what was stored and ends. */
    void close(Duration patience);
}
