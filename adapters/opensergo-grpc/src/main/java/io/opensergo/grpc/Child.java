package io.opensergo.grpc;

import io.grpc.ConnectivityState;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.ResolvedAddresses;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.Status;
import io.grpc.util.ForwardingLoadBalancerHelper;

/**
 * A balancer beneath another one, with what it has said last. All but {@link #picker} is confined
 * to the synchronization context of the channel.
 */
final class Child {

    private final LoadBalancer balancer;
    private final Runnable onState;

    private ConnectivityState state = ConnectivityState.CONNECTING;
    private boolean isShutDown;

    /** What the balancer would pick by; none, until it says so. */
    private volatile SubchannelPicker picker =
            new SubchannelPicker() {
                @Override
                public PickResult pickSubchannel(PickSubchannelArgs args) {
                    return PickResult.withNoResult();
                }
            };

    /**
     * Makes a balancer without addresses.
     *
     * @param onState called when it picks by something else
     */
    Child(LoadBalancer.Factory policy, Helper helper, Runnable onState) {
        this.onState = onState;
        this.balancer = policy.newLoadBalancer(new ChildHelper(helper));
    }

    ConnectivityState state() {
        return state;
    }

    SubchannelPicker picker() {
        return picker;
    }

    /** Balances over these from now on. */
    void update(ResolvedAddresses addresses) {
        Status status = balancer.acceptResolvedAddresses(addresses);
        if (!status.isOk()) {
            balancer.handleNameResolutionError(status);
        }
    }

    void requestConnection() {
        balancer.requestConnection();
    }

    void handleNameResolutionError(Status error) {
        balancer.handleNameResolutionError(error);
    }

    void shutdown() {
        isShutDown = true;
        balancer.shutdown();
    }

    private final class ChildHelper extends ForwardingLoadBalancerHelper {

        private final Helper helper;

        ChildHelper(Helper helper) {
            this.helper = helper;
        }

        @Override
        protected Helper delegate() {
            return helper;
        }

        @Override
        public void updateBalancingState(ConnectivityState newState, SubchannelPicker newPicker) {
            if (!isShutDown) {
                state = newState;
                picker = newPicker;
                onState.run();
            }
        }
    }
}
