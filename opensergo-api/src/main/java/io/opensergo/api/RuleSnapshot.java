package io.opensergo.api;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
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
 * @param receivedAt when the client got them
 * @param rules the rules in force, in the order of the control plane, kept last good rules behind
 *     them
 * @param rejected rules of the push that could not be used
 * @param <R> the record class of the rules
 */
public record RuleSnapshot<R extends Rule>(
        Target target,
        RuleKind<R> kind,
        long version,
        Origin origin,
        Instant receivedAt,
        List<R> rules,
        List<RejectedRule> rejected) {

    public RuleSnapshot {
        rules = List.copyOf(rules);
        rejected = List.copyOf(rejected);
    }

    /** Returns whether this snapshot says the same as another, whatever its version and time. */
    public boolean sameContentAs(RuleSnapshot<?> other) {
        return origin == other.origin
                && rules.equals(other.rules)
                && rejected.equals(other.rejected);
    }
}
