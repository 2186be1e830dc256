package io.opensergo.grpc;

import io.grpc.ConnectivityState;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.Status;
import io.opensergo.governance.routing.LoadBalancing;
import io.opensergo.governance.routing.Spreading;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Balances as {@code loadBalancePolicy} of a VirtualWorkload says. Each instance is one balancer of
 * the application's own policy, which connects to it and says whether it can be used.
 */
final class SpreadingLoadBalancer extends LoadBalancer {

    private final Helper helper;
    private final Policy policy;

    private Map<List<SocketAddress>, Child> instances = Map.of();
    private boolean isUpdating;

    /** Makes such balancers. */
    static final class Policy extends LoadBalancer.Factory {

        private final LoadBalancing how;
        private final LoadBalancer.Factory perInstance;
        private final Spreading<List<SocketAddress>> spreading;
        private final int hashOfGroup;

        /**
         * Makes a policy.
         *
         * @param how what the rule says
         * @param perInstance the policy of the application
         * @param spreading of all subsets of a channel, so that what an instance is burdened with
         *     is known in each of them
         * @param hashOfGroup tells subsets apart
         */
        Policy(
                LoadBalancing how,
                LoadBalancer.Factory perInstance,
                Spreading<List<SocketAddress>> spreading,
                int hashOfGroup) {
            this.how = how;
            this.perInstance = perInstance;
            this.spreading = spreading;
            this.hashOfGroup = hashOfGroup;
        }

        @Override
        public LoadBalancer newLoadBalancer(Helper helper) {
            return new SpreadingLoadBalancer(helper, this);
        }
    }

    private SpreadingLoadBalancer(Helper helper, Policy policy) {
        this.helper = helper;
        this.policy = policy;
    }

    @Override
    public Status acceptResolvedAddresses(ResolvedAddresses addresses) {
        Map<List<SocketAddress>, Child> gone = new LinkedHashMap<>(instances);
        instances = new LinkedHashMap<>();
        isUpdating = true;
        for (EquivalentAddressGroup each : addresses.getAddresses()) {
            if (instances.containsKey(each.getAddresses())) {
                continue;
            }
            Child known = gone.remove(each.getAddresses());
            Child instance =
                    known == null ? new Child(policy.perInstance, helper, this::changed) : known;
            instances.put(each.getAddresses(), instance);
            instance.update(addresses.toBuilder().setAddresses(List.of(each)).build());
        }
        gone.values().forEach(Child::shutdown);
        isUpdating = false;
        changed();
        return Status.OK;
    }

    private void changed() {
        if (isUpdating) {
            return;
        }
        isUpdating = true; // by what one says at once of a connection it is asked for
        instances.values().stream()
                .filter(each -> each.state() == ConnectivityState.IDLE)
                .forEach(Child::requestConnection);
        isUpdating = false;
        helper.updateBalancingState(state(), picker());
    }

    private ConnectivityState state() {
        if (is(ConnectivityState.READY)) {
            return ConnectivityState.READY;
        }
        return is(ConnectivityState.CONNECTING) || is(ConnectivityState.IDLE)
                ? ConnectivityState.CONNECTING
                : ConnectivityState.TRANSIENT_FAILURE;
    }

    private boolean is(ConnectivityState state) {
        return instances.values().stream().anyMatch(each -> each.state() == state);
    }

    private SubchannelPicker picker() {
        List<SpreadingPicker.Instance> ready = new ArrayList<>();
        List<SpreadingPicker.Instance> working = new ArrayList<>();
        List<SpreadingPicker.Instance> all = new ArrayList<>();
        instances.forEach(
                (address, child) -> {
                    var instance = new SpreadingPicker.Instance(address, child.picker());
                    all.add(instance);
                    if (child.state() == ConnectivityState.READY) {
                        ready.add(instance);
                    }
                    if (child.state() != ConnectivityState.TRANSIENT_FAILURE) {
                        working.add(instance);
                    }
                });
        return new SpreadingPicker(
                policy.how,
                policy.spreading,
                policy.hashOfGroup,
                ready,
                working.isEmpty() ? all : working);
    }

    @Override
    public void handleNameResolutionError(Status error) {
        instances.values().forEach(each -> each.handleNameResolutionError(error));
    }

    @Override
    public void requestConnection() {
        instances.values().forEach(Child::requestConnection);
    }

    @Override
    public void shutdown() {
        instances.values().forEach(Child::shutdown);
    }
}
