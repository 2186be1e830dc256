package io.opensergo.api;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * All rules of one kind for one target at one time: a snapshot replaces the one before it.
 *
 * @param target the application
 * @param kind the kind
 * @param version the version the control plane gave it; comparable only within one connection; 0 if
 *     no control plane sent it
 * @param origin where the rules come from
 * @param receivedAt when a control plane sent them, to this process or to an earlier one; for rules
 *     that none sent, when that was assumed
 * @param rules the rules in force, in the order of the control plane, kept last good rules behind
 *     them
 * @param rejected rules of the push that could not be used
 * @param edition which snapshots of other kinds of the target belong to this one
 * @param <R> the record class of the rules
 */
public record RuleSnapshot<R extends Rule>(
        Target target,
        RuleKind<R> kind,
        long version,
        Origin origin,
        Instant receivedAt,
        List<R> rules,
        List<RejectedRule> rejected,
        Edition edition) {

    public RuleSnapshot {
        rules = List.copyOf(rules);
        rejected = List.copyOf(rejected);
    }

    /** Makes a snapshot of which it is not known what belongs to it. */
    public RuleSnapshot(
            Target target,
            RuleKind<R> kind,
            long version,
            Origin origin,
            Instant receivedAt,
            List<R> rules,
            List<RejectedRule> rejected) {
        this(target, kind, version, origin, receivedAt, rules, rejected, Edition.UNKNOWN);
    }

    /** Returns this snapshot as part of an edition. */
    public RuleSnapshot<R> in(Edition edition) {
        return new RuleSnapshot<>(
                target, kind, version, origin, receivedAt, rules, rejected, edition);
    }

    /**
     * Returns for how long these rules have been known; zero if the clock says that they come from
     * the future.
     */
    public Duration age(Instant now) {
        Duration age = Duration.between(receivedAt, now);
        return age.isNegative() ? Duration.ZERO : age;
    }

    /** Returns what this snapshot is about. */
    public RuleKey key() {
        return new RuleKey(target, kind);
    }

    /**
     * Returns whether this snapshot says the same as another and from the same origin, whatever its
     * version, time and edition: rules that the control plane confirms after they came from the
     * cache are news.
     */
    public boolean sameContentAs(RuleSnapshot<?> other) {
        return origin == other.origin
                && rules.equals(other.rules)
                && rejected.equals(other.rejected);
    }
}
