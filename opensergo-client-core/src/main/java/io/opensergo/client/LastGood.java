package io.opensergo.client;

import io.opensergo.api.Edition;
import io.opensergo.api.Origin;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.rules.Rule;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The last good rules of a key: those in force, and those that wait for others of their revision.
 * An immutable value; each change makes another one.
 *
 * @param inForce {@code null} before the first
 * @param staged {@code null} if nothing waits
 * @param stagedUsable whether any of the push that waits could be used
 */
record LastGood<R extends Rule>(
        @Nullable Known<R> inForce, @Nullable Known<R> staged, boolean stagedUsable) {

    /** The number of no stream: rules of the cache, and rules that nobody sent. */
    static final long NO_STREAM = 0;

    /**
     * A snapshot and the stream that brought or last confirmed it.
     *
     * @param stream its number, or {@link #NO_STREAM}
     */
    record Known<R extends Rule>(RuleSnapshot<R> snapshot, long stream) {

        /** Returns whether these are rules from before a stream. */
        boolean isFromBefore(long current) {
            return stream != current && snapshot.origin() != Origin.ASSUMED_EMPTY;
        }

        Known<R> in(Edition edition) {
            return new Known<>(snapshot.in(edition), stream);
        }
    }

    static <R extends Rule> LastGood<R> none() {
        return new LastGood<>(null, null, false);
    }

    /** Returns the snapshot in force, or {@code null} before the first. */
    @Nullable RuleSnapshot<R> current() {
        return inForce == null ? null : inForce.snapshot();
    }

    /** Returns what is in force, or will be. */
    @Nullable Known<R> latest() {
        return staged == null ? inForce : staged;
    }

    /** Returns the rules in force, or those that will be. */
    List<R> rules() {
        Known<R> latest = latest();
        return latest == null ? List.of() : latest.snapshot().rules();
    }

    /** Returns whether rules are in force that are from before a stream. */
    boolean isFromBefore(long stream) {
        return inForce != null && inForce.isFromBefore(stream);
    }

    /** Returns whether the push that waits will be another snapshot for followers. */
    boolean bringsNews() {
        return staged != null
                && (inForce == null || !staged.snapshot().sameContentAs(inForce.snapshot()));
    }

    /** Returns whether a set has not all of the rules in force. */
    boolean isLargerThan(RuleSnapshot<R> taken) {
        Set<String> names = new HashSet<>();
        taken.rules().forEach(rule -> names.add(rule.name()));
        return inForce != null
                && !inForce.snapshot().rules().stream()
                        .allMatch(rule -> names.contains(rule.name()));
    }

    /**
     * Returns whether rules of the cache are better than what is known: a push of which nothing
     * could be used says nothing.
     */
    boolean yieldsToTheCache() {
        RuleSnapshot<R> known = current();
        return known == null
                || known.origin() == Origin.ASSUMED_EMPTY
                || (known.rules().isEmpty() && !known.rejected().isEmpty());
    }

    LastGood<R> withStaged(Known<R> taken, boolean usable) {
        return new LastGood<>(inForce, taken, usable);
    }

    LastGood<R> withoutStaged() {
        return staged == null ? this : new LastGood<>(inForce, null, false);
    }

    /**
     * Returns the rules with others in force. What only says again what was in force is confirmed
     * by its stream and is no news: the snapshot stays, with its edition.
     *
     * @param editions numbers what is news and is of no edition yet
     */
    LastGood<R> withInForce(Known<R> taken, EditionCounter editions) {
        RuleSnapshot<R> before = current();
        RuleSnapshot<R> snapshot = taken.snapshot();
        if (before != null && snapshot.sameContentAs(before)) {
            snapshot = before;
        } else if (snapshot.edition().number() == 0) {
            snapshot = snapshot.in(Edition.ofOneKind(editions.next()));
        }
        return new LastGood<>(new Known<>(snapshot, taken.stream()), staged, stagedUsable);
    }
}
