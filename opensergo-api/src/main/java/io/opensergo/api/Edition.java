package io.opensergo.api;

import io.opensergo.rules.RuleKind;
import java.util.Map;

/**
 * Which snapshots of a target belong together. Rules of different kinds name each other, and
 * snapshots come kind by kind; an edition says which of them a control plane put in force as one.
 *
 * <p>A client counts up with each change that it puts in force, and a snapshot bears the edition
 * that it came with. The snapshots that a subscriber has seen are those of an edition if each kind
 * in {@link #kinds} has come with the number that stands there or a higher one, and the edition is
 * the highest of those seen.
 *
 * @param number the count, which rises with each snapshot of a client and means nothing beyond it;
 *     0 if the client does not count
 * @param kinds for each kind of the target that the client follows and has a snapshot of, the
 *     number of the edition that snapshot came with; empty if it is not known which belong
 *     together, such as from a control plane that pushes each kind for itself
 */
public record Edition(long number, Map<RuleKind<?>, Long> kinds) {

    /** Nothing is known of which snapshots belong together. */
    public static final Edition UNKNOWN = new Edition(0, Map.of());

    public Edition {
        if (number < 0) {
            throw new IllegalArgumentException("number must be >= 0, was " + number);
        }
        kinds = Map.copyOf(kinds);
    }

    /** Returns an edition of which only the number is known. */
    public static Edition ofOneKind(long number) {
        return new Edition(number, Map.of());
    }

    /** Returns whether it is known which snapshots belong together. */
    public boolean isWhole() {
        return !kinds.isEmpty();
    }
}
