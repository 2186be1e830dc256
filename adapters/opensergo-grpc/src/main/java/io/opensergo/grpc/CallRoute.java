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

    private volatile @Nullable TrafficColour colour;
    private volatile @Nullable Decided decided;

    private record Decided(Plan plan, RouteDecision decision) {}

    CallRoute(Governor governor, GovernedMethod method, @Nullable String authority) {
        this.governor = governor;
        this.method = method;
        this.authority = authority;
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
