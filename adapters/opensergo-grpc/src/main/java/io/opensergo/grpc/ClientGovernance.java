package io.opensergo.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.opensergo.governance.Governor;
import io.opensergo.governance.TrafficDirection;

/** Guards and colours each call of a channel, and tells the balancer how to route it. */
final class ClientGovernance implements ClientInterceptor {

    private final Governor governor;
    private final GovernedMethod.Cache methods;
    private final Colours colours;
    private final Statuses statuses;
    private final Mirrors mirrors = new Mirrors();

    ClientGovernance(Governor governor, Colours colours, Statuses statuses) {
        this.governor = governor;
        this.methods = new GovernedMethod.Cache(governor, TrafficDirection.OUTBOUND);
        this.colours = colours;
        this.statuses = statuses;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the very same governor
    public <Q, S> ClientCall<Q, S> interceptCall(
            MethodDescriptor<Q, S> method, CallOptions options, Channel next) {
        CallRoute known = options.getOption(CallRoute.KEY);
        if (known != null && known.governor() == governor) { // installed twice
            return next.newCall(method, options);
        }
        String authority = options.getAuthority();
        var route =
                new CallRoute(
                        governor,
                        methods.get(method),
                        authority == null ? next.authority() : authority);
        var end = new CallEnd(statuses);
        return new GovernedClientCall<>(
                next,
                method,
                options.withOption(CallRoute.KEY, route),
                route,
                colours,
                mirrors,
                end);
    }
}
