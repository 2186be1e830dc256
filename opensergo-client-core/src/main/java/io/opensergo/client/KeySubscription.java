package io.opensergo.client;

import io.opensergo.api.Edition;
import io.opensergo.api.Origin;
import io.opensergo.api.RejectedRule;
import io.opensergo.api.RuleKey;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.proto.WireKey;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one kind for one target, and who follows them. Confined to the event loop.
 *
 * <p>It outlives streams; what one of them said is in a {@link KeyDialogue}.
 */
final class KeySubscription<R extends Rule> {

    private final Target target;
    private final RuleKind<R> kind;
    private final WireKey wireKey;
    private final EditionCounter editions;
    private final Followers<RuleSnapshot<R>> followers = new Followers<>();
    private LastGood<R> rules = LastGood.none();

    /**
     * @param editions counts what comes into force
     */
    KeySubscription(Target target, RuleKind<R> kind, EditionCounter editions) {
        this.target = target;
        this.kind = kind;
        this.wireKey = wireKey(target, kind);
        this.editions = editions;
    }

    /** Returns how messages name a key. */
    static WireKey wireKey(Target target, RuleKind<?> kind) {
        return new WireKey(target.namespace(), target.app(), kind.wireName());
    }

    Target target() {
        return target;
    }

    RuleKind<R> kind() {
        return kind;
    }

    RuleKey key() {
        return new RuleKey(target, kind);
    }

    WireKey wireKey() {
        return wireKey;
    }

    Followers<RuleSnapshot<R>> followers() {
        return followers;
    }

    void add(LatestSubscription<RuleSnapshot<R>> follower) {
        followers.add(follower, rules.current());
    }

    LastGood<R> rules() {
        return rules;
    }

    /** Returns the snapshot in force, or {@code null} before the first. */
    @Nullable RuleSnapshot<R> current() {
        return rules.current();
    }

    /**
     * Takes rules from before this client, unless the control plane has said which are in force.
     *
     * @return whether they are in force now
     */
    boolean restore(RuleSnapshot<R> kept) {
        if (!rules.yieldsToTheCache()) {
            return false;
        }
        RuleSnapshot<R> known = rules.current();
        List<RejectedRule> rejected = known == null ? List.of() : known.rejected();
        putInForce(
                new LastGood.Known<>(
                        snapshot(
                                kept.version(),
                                kept.origin(),
                                kept.receivedAt(),
                                kept.rules(),
                                rejected),
                        LastGood.NO_STREAM));
        return true;
    }

    /** The control plane stayed silent; if nothing is known, there are no rules. */
    void assumeEmpty(Instant now) {
        if (rules.current() == null) {
            putInForce(
                    new LastGood.Known<>(
                            snapshot(0, Origin.ASSUMED_EMPTY, now, List.of(), List.of()),
                            LastGood.NO_STREAM));
        }
    }

    RuleSnapshot<R> snapshot(
            long version, Origin origin, Instant now, List<R> some, List<RejectedRule> rejected) {
        return new RuleSnapshot<>(target, kind, version, origin, now, some, rejected);
    }

    /** Has rules wait for others of their revision. */
    void stage(LastGood.Known<R> taken, boolean usable) {
        rules = rules.withStaged(taken, usable);
    }

    /** Drops what waits, as something newer has come. */
    void dropStaged() {
        rules = rules.withoutStaged();
    }

    boolean isStaged() {
        return rules.staged() != null;
    }

    /**
     * Puts what waits into force.
     *
     * @param edition what it belongs to; {@link Edition#UNKNOWN} if that is not whole
     * @return whether any of the push could be used
     */
    boolean release(Edition edition) {
        LastGood.Known<R> staged = rules.staged();
        boolean usable = rules.stagedUsable();
        dropStaged();
        if (staged != null) {
            putInForce(staged.in(edition));
        }
        return usable;
    }

    /** Puts rules into force, and tells the followers if that changes anything. */
    void putInForce(LastGood.Known<R> taken) {
        RuleSnapshot<R> before = rules.current();
        rules = rules.withInForce(taken, editions);
        RuleSnapshot<R> now = rules.current();
        if (now != null && isAnother(now, before)) {
            followers.tell(now);
        }
    }

    @SuppressWarnings("ReferenceEquality") // what is in force anew is another object
    private static boolean isAnother(RuleSnapshot<?> now, @Nullable RuleSnapshot<?> before) {
        return now != before;
    }
}
