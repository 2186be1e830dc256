package io.opensergo.spring.internal;

import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.TrafficColour;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Where a call goes, decided once for all of its attempts and told to the load balancer: on the
 * thread of a blocking call, or in the context of a reactive one. Immutable.
 *
 * @param host the host of the call, which is the service that the load balancer is asked for
 * @param decision where it goes
 * @param port the port that instances must have, or 0
 * @param colour its colour, if it has one
 */
public record OutgoingRoute(
        String host, RouteDecision decision, int port, @Nullable TrafficColour colour) {

    private static final ThreadLocal<@Nullable OutgoingRoute> CURRENT = new ThreadLocal<>();

    /** Returns that of a decision. */
    public static OutgoingRoute of(
            String host, RouteDecision decision, @Nullable TrafficColour colour) {
        return new OutgoingRoute(host, decision, decision.actions().port(), colour);
    }

    /** Returns that of the call which this thread makes, or {@code null}. */
    public static @Nullable OutgoingRoute current() {
        return CURRENT.get();
    }

    /** Returns that of a reactive call, or {@code null}. */
    public static @Nullable OutgoingRoute from(ContextView context) {
        return context.getOrDefault(OutgoingRoute.class, null);
    }

    /**
     * Makes this the route of what the thread calls; returns what it was before, for {@link
     * #leave}.
     */
    public @Nullable OutgoingRoute enter() {
        OutgoingRoute before = CURRENT.get();
        CURRENT.set(this);
        return before;
    }

    /** Ends what {@link #enter} began. */
    public static void leave(@Nullable OutgoingRoute before) {
        if (before == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(before);
        }
    }

    /** Returns whether it was decided for a call to a service: what makes it may call others. */
    public boolean isFor(String service) {
        return host.equalsIgnoreCase(service);
    }
}
