package io.opensergo.governance.routing;

import io.opensergo.rules.RuleId;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where a request goes: a route, and one of its destinations if it has any. Immutable and made when
 * rules are compiled, one for each destination.
 *
 * <p>There are three sorts:
 *
 * <ul>
 *   <li>{@link #NOT_FOUND}: no route holds, and the caller's own routing applies.
 *   <li>A route with a {@link #destination()}.
 *   <li>A route without: if {@link RouteActions#isAnswer()}, it answers the request; else the
 *       caller's own routing applies, and with it what the route says besides (timeout, retries,
 *       faults, headers).
 * </ul>
 *
 * <p>A {@link HttpRoute#delegate()} has been followed: {@link #router()} is the one that the route
 * stands in, and {@link #route()} the route with what the routers before it say where it says
 * nothing.
 */
public final class RouteDecision {

    /** The decision that no route holds for a request. */
    public static final RouteDecision NOT_FOUND =
            new RouteDecision(null, null, null, null, null, RouteActions.NONE);

    private final @Nullable RuleId router;
    private final @Nullable HttpRoute route;
    private final @Nullable RouteDestination target;
    private final @Nullable InstanceGroup group;
    private final @Nullable Fallback fallback;
    private final RouteActions actions;

    /**
     * What is tried once a destination has no instance.
     *
     * @param isSameService whether the destination is of the same service
     */
    record Fallback(InstanceGroup group, boolean isSameService) {}

    RouteDecision(
            @Nullable RuleId router,
            @Nullable HttpRoute route,
            @Nullable RouteDestination target,
            @Nullable InstanceGroup group,
            @Nullable Fallback fallback,
            RouteActions actions) {
        this.router = router;
        this.route = route;
        this.target = target;
        this.group = group;
        this.fallback = fallback;
        this.actions = actions;
    }

    /**
     * Returns what the route asks for besides instances; {@link RouteActions#NONE} if that is
     * nothing, or no route holds.
     */
    public RouteActions actions() {
        return actions;
    }

    /** Returns this with other actions. */
    RouteDecision with(RouteActions others) {
        return new RouteDecision(router, route, target, group, fallback, others);
    }

    /** Returns whether a route holds; then {@link #router()} and {@link #route()} are there. */
    public boolean isFound() {
        return route != null;
    }

    /** Returns the router the route is of, or {@code null} if none holds. */
    public @Nullable RuleId router() {
        return router;
    }

    /** Returns the route that holds, or {@code null} if none does. */
    public @Nullable HttpRoute route() {
        return route;
    }

    /** Returns the destination with its weight and headers, or {@code null} if there is none. */
    public @Nullable RouteDestination target() {
        return target;
    }

    /** Returns the destination, or {@code null} if there is none. */
    public @Nullable Destination destination() {
        return target == null ? null : target.destination();
    }

    /** Returns the instances of the destination, or {@code null} if there is none. */
    public @Nullable InstanceGroup group() {
        return group;
    }

    /** Returns the instances to use if {@link #group()} has none, or {@code null}. */
    public @Nullable InstanceGroup fallback() {
        return fallback == null ? null : fallback.group();
    }

    /**
     * Selects from the instances of the service that the destination names. A fallback to another
     * service counts as empty here, as none of these instances is of it; {@link #selectFrom}
     * honours it.
     *
     * @param instances instances of {@code group().host()}
     * @param labelsOf the labels of an instance
     */
    public <I> Selection<I> select(
            List<I> instances, Function<? super I, Map<String, String>> labelsOf) {
        if (group == null) {
            return new Selection<>(Selection.Outcome.UNROUTED, null, instances);
        }
        List<I> ofFallback = fallback == null || !fallback.isSameService() ? List.of() : instances;
        return select(group, instances, host -> ofFallback, labelsOf);
    }

    /**
     * Selects from the instances of any service. Without a destination there is no service to ask
     * for, and the selection is {@link Selection.Outcome#UNROUTED} and empty.
     *
     * @param instancesOf the instances of a service, which is named as the rule writes it; asked
     *     for the fallback's only if the destination has none
     * @param labelsOf the labels of an instance
     */
    public <I> Selection<I> selectFrom(
            Function<String, List<I>> instancesOf,
            Function<? super I, Map<String, String>> labelsOf) {
        if (group == null) {
            return new Selection<>(Selection.Outcome.UNROUTED, null, List.of());
        }
        return select(group, instancesOf.apply(group.host()), instancesOf, labelsOf);
    }

    private <I> Selection<I> select(
            InstanceGroup wanted,
            List<I> instances,
            Function<String, List<I>> instancesOf,
            Function<? super I, Map<String, String>> labelsOf) {
        List<I> members = wanted.membersOf(instances, labelsOf);
        if (!members.isEmpty()) {
            return new Selection<>(Selection.Outcome.SELECTED, wanted, members);
        }
        if (fallback == null) {
            return new Selection<>(Selection.Outcome.EMPTY, wanted, List.of());
        }
        InstanceGroup other = fallback.group();
        List<I> substitutes = other.membersOf(instancesOf.apply(other.host()), labelsOf);
        return new Selection<>(
                substitutes.isEmpty() ? Selection.Outcome.EMPTY : Selection.Outcome.FALLBACK,
                other,
                substitutes);
    }

    /** Returns for example {@code pricing/beta, else pricing/stable (route canary of ...)}. */
    @Override
    public String toString() {
        if (route == null) {
            return group == null ? "not found" : group.toString();
        }
        String name = route.name() == null ? "a route" : "route " + route.name();
        return action() + " (" + name + " of " + router + ")";
    }

    private String action() {
        if (group != null) {
            return fallback == null ? group.toString() : group + ", else " + fallback.group();
        }
        if (actions.redirect() != null) {
            return "redirect";
        }
        return actions.directResponse() == null ? "no destination" : "direct response";
    }
}
