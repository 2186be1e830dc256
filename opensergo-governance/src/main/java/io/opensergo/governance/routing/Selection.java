package io.opensergo.governance.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The instances that a decision leaves to choose from.
 *
 * @param outcome how they came about
 * @param group the service and subset they are of, or of which there are none: the fallback, if it
 *     was tried; {@code null} if the decision names no destination
 * @param instances the instances, in the order they were offered in
 * @param <I> the framework's type of an instance
 */
public record Selection<I>(Outcome outcome, @Nullable InstanceGroup group, List<I> instances) {

    /** How a selection came about. */
    public enum Outcome {
        /** The destination has these instances. */
        SELECTED,
        /** The destination has none, but its fallback has these. */
        FALLBACK,
        /** Neither the destination nor its fallback, if it has one, has an instance. */
        EMPTY,
        /**
         * The decision names no destination, so that the caller's own routing applies: the
         * instances are those that were offered.
         */
        UNROUTED
    }

    /** Returns whether these instances are of the fallback. */
    public boolean isFallback() {
        return outcome == Outcome.FALLBACK;
    }
}
