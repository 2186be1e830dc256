package io.opensergo.grpc;

import io.grpc.ConnectivityState;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.ResolvedAddresses;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.Status;
import io.grpc.util.ForwardingLoadBalancerHelper;
import java.util.List;

/**
 * A balancer of the application's over some instances. All but {@link #pick} is confined to the
 * synchronization context of the channel.
 */
final class Subset {

    private final SubsetKey key;
    private final LoadBalancer balancer;
    private final ChildPolicy policy;
    private final Runnable onState;

    private Choice.Question question;
    private List<EquivalentAddressGroup> instances = List.of();
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

    /** Whether a call has asked since somebody looked. */
    private volatile boolean isUsed = true;

    Subset(Choice choice, ChildPolicy policy, Helper helper, Runnable onState) {
        this.key = choice.key();
        this.question = choice.question();
        this.policy = policy;
        this.onState = onState;
        this.balancer = policy.provider().newLoadBalancer(new ChildHelper(helper));
    }

    SubsetKey key() {
        return key;
    }

    /** What led here last. */
    Choice.Question question() {
        return question;
    }

    ConnectivityState state() {
        return state;
    }

    /** Balances over the instances of a choice from now on. */
    void update(Choice choice, ResolvedAddresses resolved) {
        question = choice.question();
        if (!instances.equals(choice.instances())) {
            instances = choice.instances();
            Status status =
                    balancer.acceptResolvedAddresses(
                            resolved.toBuilder()
                                    .setAddresses(instances)
                                    .setLoadBalancingPolicyConfig(policy.config())
                                    .build());
            if (!status.isOk()) {
                balancer.handleNameResolutionError(status);
            }
        }
        choice.balancedBy(this);
    }

    PickResult pick(PickSubchannelArgs args) {
        if (!isUsed) {
            isUsed = true;
        }
        return picker.pickSubchannel(args);
    }

    /** Returns whether a call has asked since this was called before. */
    boolean takeUse() {
        boolean used = isUsed;
        isUsed = false;
        return used;
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
