package io.opensergo.grpc;

import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Plan;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.TrafficColour;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a call for its routing; it travels with the call's options to the balancer.
 *
 * <p>A call is decided on once for each plan, so that weights count calls, and not attempts or
 * looks at a call that waits for a connection.
 */
final class CallRoute {

    static final CallOptions.Key<@Nullable CallRoute> KEY =
            CallOptions.Key.create("io.opensergo.grpc.route");

    private final Governor governor;
    private final GovernedMethod method;
    private final @Nullable String authority;

    /** Where a copy of another call goes, or {@code null} if it is none. */
    private final @Nullable RouteDecision ofCopy;

    private volatile @Nullable TrafficColour colour;
    private volatile @Nullable Decided decided;
    private volatile boolean isPicked;

    private record Decided(Plan plan, RouteDecision decision) {}

    CallRoute(Governor governor, GovernedMethod method, @Nullable String authority) {
        this(governor, method, authority, null);
    }

    private CallRoute(
            Governor governor,
            GovernedMethod method,
            @Nullable String authority,
            @Nullable RouteDecision ofCopy) {
        this.governor = governor;
        this.method = method;
        this.authority = authority;
        this.ofCopy = ofCopy;
    }

    /** Returns the route of a copy of this call. */
    CallRoute ofCopy(RouteDecision decision) {
        var copy = new CallRoute(governor, method, authority, decision);
        copy.colour = colour;
        return copy;
    }

    boolean isCopy() {
        return ofCopy != null;
    }

    @Nullable String authority() {
        return authority;
    }

    /** The balancer has seen the call, so that it is one that routes. */
    void picked() {
        isPicked = true;
    }

    boolean isPicked() {
        return isPicked;
    }

    Governor governor() {
        return governor;
    }

    GovernedMethod method() {
        return method;
    }

    CallView view(Metadata headers) {
        return new CallView(method, authority, headers);
    }

    void colour(@Nullable TrafficColour sent) {
        if (sent != null) {
            colour = sent;
        }
    }

    @Nullable TrafficColour colour() {
        return colour;
    }

    /**
     * Returns where the call goes by the rules in force. Of hedged attempts that ask at once, each
     * may decide; the later decision stays.
     */
    @SuppressWarnings("ReferenceEquality") // the very same plan
    RouteDecision decide(Metadata headers) {
        if (ofCopy != null) {
            return ofCopy;
        }
        Plan plan = governor.plan();
        Decided known = decided;
        if (known != null && known.plan == plan) {
            return known.decision;
        }
        RouteDecision decision = governor.route(view(headers));
        decided = new Decided(plan, decision);
        return decision;
    }
}
