package io.opensergo.spring.internal;

import io.opensergo.governance.Outcome;
import io.opensergo.governance.Permit;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * What the guard of a gateway's route leaves at the request, in its attribute {@link #ATTRIBUTE},
 * for the guard of the pattern that stands before it.
 *
 * @param permit of a request that goes on, and ends with the request; {@code null} if the route
 *     refused it or ends it itself
 * @param outcome how the route ended
 */
public record InnerGuard(@Nullable Permit permit, Outcome outcome) {

    /** The attribute of the request. */
    public static final String ATTRIBUTE = InnerGuard.class.getName();

    /** The route refused the request, which tells a breaker before it nothing. */
    public static final InnerGuard REFUSED = new InnerGuard(null, Outcome.CANCELLED);

    /**
     * Leaves this at a request of a servlet. What an earlier attempt of the same request has left
     * ends with it: the gateway tries again where a route says so.
     */
    public void leaveAt(HttpServletRequest request) {
        InnerGuard earlier = (InnerGuard) request.getAttribute(ATTRIBUTE);
        if (earlier != null) {
            earlier.end(null);
        }
        request.setAttribute(ATTRIBUTE, this);
    }

    /** Ends the route with the request. */
    public void end(@Nullable Throwable error) {
        if (permit != null) {
            permit.release(error == null ? outcome : Outcomes.ofError(error));
        }
    }
}
