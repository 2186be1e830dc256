package io.opensergo.grpc;

import io.grpc.ConnectivityState;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.ResolvedAddresses;
import io.grpc.Status;
import java.util.List;

/**
 * What balances over some instances: a policy of the application's, or one of the rules. All but
 * {@link #pick} is confined to the synchronization context of the channel.
 */
final class Subset {

    private final SubsetKey key;
    private final Child balancer;
    private final ChildPolicy policy;

    private Choice.Question question;
    private List<EquivalentAddressGroup> instances = List.of();

    /** Whether a call has asked since somebody looked. */
    private volatile boolean isUsed = true;

    /**
     * Makes one without instances.
     *
     * @param balancing what makes the balancer of the choice
     * @param policy what the balancer is configured by
     * @param onState called when it picks by something else
     */
    Subset(
            Choice choice,
            LoadBalancer.Factory balancing,
            ChildPolicy policy,
            Helper helper,
            Runnable onState) {
        this.key = choice.key();
        this.question = choice.question();
        this.policy = policy;
        this.balancer = new Child(balancing, helper, onState);
    }

    SubsetKey key() {
        return key;
    }

    /** What led here last. */
    Choice.Question question() {
        return question;
    }

    ConnectivityState state() {
        return balancer.state();
    }

    /** Balances over the instances of a choice from now on. */
    void update(Choice choice, ResolvedAddresses resolved) {
        question = choice.question();
        if (!instances.equals(choice.instances())) {
            instances = choice.instances();
            balancer.update(
                    resolved.toBuilder()
                            .setAddresses(instances)
                            .setLoadBalancingPolicyConfig(policy.config())
                            .build());
        }
        choice.balancedBy(this);
    }

    PickResult pick(PickSubchannelArgs args) {
        if (!isUsed) {
            isUsed = true;
        }
        return balancer.picker().pickSubchannel(args);
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
        balancer.shutdown();
    }
}
