package io.opensergo.governance.routing;

import io.opensergo.governance.action.RouteAction;
import io.opensergo.rules.RuleId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a request goes where it goes: every router, and of those that are tried each route up to the
 * first that matches. Immutable.
 *
 * @param version the version of the routers, as their control plane gave it; 0 if they have none
 * @param decision what is decided
 * @param routers the routers in order; those behind the one that decides are tried no more, unless
 *     they are shadows
 * @param actions what the route asks for besides instances
 */
public record RouteExplanation(
        long version,
        RouteDecision decision,
        List<RouterTrial> routers,
        List<ActionTrial> actions) {

    /** Copies the lists. */
    public RouteExplanation {
        routers = List.copyOf(routers);
        actions = List.copyOf(actions);
    }

    /** Returns this explanation as one of routers of a version. */
    public RouteExplanation ofVersion(long newVersion) {
        return new RouteExplanation(newVersion, decision, routers, actions);
    }

    /**
     * What became of a router.
     *
     * @param router its identity
     * @param shadow whether it decides nothing
     * @param tried whether its routes were tried
     * @param reason why, for people
     * @param routes the routes that were tried, in order; only the last one can match
     */
    public record RouterTrial(
            RuleId router, boolean shadow, boolean tried, String reason, List<RouteTrial> routes) {

        /** Copies the list. */
        public RouterTrial {
            routes = List.copyOf(routes);
        }

        /** Returns whether one of its routes matches. */
        public boolean matched() {
            return !routes.isEmpty() && routes.get(routes.size() - 1).matched();
        }
    }

    /**
     * What became of a route.
     *
     * @param index its place in {@code http}
     * @param name its name, or {@code null}
     * @param matched whether one of its entries of {@code match} holds
     * @param matches the entries that were tried, in order; one without conditions if there is none
     */
    public record RouteTrial(
            int index, @Nullable String name, boolean matched, List<MatchTrial> matches) {

        /** Copies the list. */
        public RouteTrial {
            matches = List.copyOf(matches);
        }
    }

    /**
     * What became of an entry of {@code match}.
     *
     * @param index its place in {@code match}
     * @param held whether every condition holds
     * @param conditions every condition
     */
    public record MatchTrial(int index, boolean held, List<ConditionTrial> conditions) {

        /** Copies the list. */
        public MatchTrial {
            conditions = List.copyOf(conditions);
        }
    }

    /**
     * What became of a condition.
     *
     * @param subject what it is about, such as {@code header x-env}
     * @param expected what it asks for, such as {@code exact "gray"}
     * @param found what the request has, or {@code null} if nothing
     * @param held whether it holds
     */
    public record ConditionTrial(
            String subject, String expected, @Nullable String found, boolean held) {

        /** Returns for example {@code header x-env: exact "gray", found "blue": no}. */
        @Override
        public String toString() {
            String value = found == null ? "nothing" : '"' + found + '"';
            return subject + ": " + expected + ", found " + value + (held ? ": yes" : ": no");
        }
    }

    /**
     * What becomes of an action that a route asks for.
     *
     * @param action the action
     * @param applies whether this request gets it, as far as the engine knows: of a retry, whether
     *     there is one
     * @param reason what it is, and why it does or does not apply, for people
     */
    public record ActionTrial(RouteAction action, boolean applies, String reason) {

        /** Returns for example {@code timeout: applies: 2 s for all attempts}. */
        @Override
        public String toString() {
            return action.field() + (applies ? ": applies: " : ": does not apply: ") + reason;
        }
    }

    /** Returns the decision and below it the actions and the trials, a line each. */
    @Override
    public String toString() {
        var text = new StringBuilder("decision: ").append(decision);
        if (version != 0) {
            text.append(", by version ").append(version);
        }
        actions.forEach(action -> text.append("\n  ").append(action));
        for (RouterTrial router : routers) {
            text.append('\n').append(router.router());
            text.append(router.shadow() ? " (shadow): " : ": ");
            text.append(router.tried() ? "tried, as " : "not tried, as ").append(router.reason());
            for (RouteTrial route : router.routes()) {
                append(route, text);
            }
        }
        return text.toString();
    }

    private static void append(RouteTrial route, StringBuilder text) {
        text.append("\n  route ").append(route.index());
        if (route.name() != null) {
            text.append(" '").append(route.name()).append('\'');
        }
        text.append(route.matched() ? ": matches" : ": does not match");
        for (MatchTrial match : route.matches()) {
            text.append("\n    match ").append(match.index());
            text.append(match.held() ? ": holds" : ": does not hold");
            for (ConditionTrial condition : match.conditions()) {
                text.append("\n      ").append(condition);
            }
        }
    }
}
