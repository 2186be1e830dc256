package io.opensergo.governance;

/**
 * A part of the rules that could not be used, or not as it says.
 *
 * @param type what is wrong
 * @param rule the name of the rule that it is about; empty if it is about several
 * @param message what is wrong, what applies instead, and what to do
 */
public record PlanProblem(Type type, String rule, String message) {

    /** What can be wrong with a rule that is valid by itself. */
    public enum Type {
        /** It refers to a strategy that does not exist, or without a kind to more than one. */
        DANGLING_STRATEGY,
        /** It refers to a fallback action that does not exist. */
        DANGLING_FALLBACK_ACTION,
        /** A destination names a subset that the VirtualWorkload of its service has not. */
        MISSING_SUBSET,
        /** Another router, which comes before it, has a route for all that it could decide. */
        UNREACHABLE_ROUTER,
        /** A route hands its requests to a router that is not there, or in a circle. */
        DANGLING_DELEGATE,
        /** A route asks for an action with a value that nothing can be done with. */
        UNUSABLE_ACTION,
        /** It asks for what this process cannot do as it is set up. */
        NOT_SUPPORTED,
        /**
         * It is not valid, or its push or file could not be used as a whole: what was good of it
         * before stays. Of a rule in a file the message says where.
         */
        REFUSED,
        /** It puts more strategies on a resource than one may have. */
        TOO_MANY_STRATEGIES,
        /** There are others of other applications, and nothing says which one this process is. */
        SEVERAL_APPLICATIONS
    }

    /** Returns the message. */
    @Override
    public String toString() {
        return message;
    }
}
