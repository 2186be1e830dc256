package io.opensergo.governance.routing;

import io.opensergo.rules.RuleId;

/**
 * A part of a router, or of a VirtualWorkload, that cannot be done as it says; the rest of it is in
 * force.
 *
 * @param type what sort of problem it is
 * @param router the router, or the VirtualWorkload
 * @param message what is wrong and what applies instead, to stand behind the rule's name
 */
public record RouteProblem(Type type, RuleId router, String message) {

    /** What can be wrong with a valid router. */
    public enum Type {
        /** A route is handed to a router that is not there, or back to one it came from. */
        DELEGATE,
        /** An action has a value that nothing can be done with. */
        ACTION,
        /** A VirtualWorkload names a policy that nobody knows. */
        BALANCING
    }
}
