package io.opensergo.grpc;

import io.grpc.ClientStreamTracer;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.opensergo.governance.routing.LoadBalancing;
import io.opensergo.governance.routing.Spreading;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Picks an instance that is connected, as the rule says. A hash chooses among those that are about
 * to be as well, and the call waits: what stands for a value is not to change while a process
 * starts. An instance that cannot be reached is left out until it can.
 */
final class SpreadingPicker extends SubchannelPicker {

    private final LoadBalancing how;
    private final Spreading<List<SocketAddress>> spreading;
    private final int hashOfGroup;
    private final List<Instance> ready;
    private final List<Instance> usable;

    /**
     * An instance.
     *
     * @param address tells it apart
     * @param picker picks its connection
     */
    record Instance(List<SocketAddress> address, SubchannelPicker picker) {}

    /**
     * Makes a picker.
     *
     * @param hashOfGroup tells subsets apart
     * @param ready those that are connected
     * @param usable these and those that may be soon; if there are none, all, whose failures are
     *     those of calls
     */
    SpreadingPicker(
            LoadBalancing how,
            Spreading<List<SocketAddress>> spreading,
            int hashOfGroup,
            List<Instance> ready,
            List<Instance> usable) {
        this.how = how;
        this.spreading = spreading;
        this.hashOfGroup = hashOfGroup;
        this.ready = List.copyOf(ready);
        this.usable = List.copyOf(usable);
    }

    @Override
    public PickResult pickSubchannel(PickSubchannelArgs args) {
        String header = how.header();
        String key = header == null ? null : Headers.value(args.getHeaders(), header);
        List<Instance> among = key != null || ready.isEmpty() ? usable : ready;
        if (among.isEmpty()) {
            return PickResult.withNoResult();
        }
        Instance next = spreading.next(among, Instance::address, hashOfGroup, how, key);
        PickResult picked = next.picker().pickSubchannel(args);
        return how.policy() == LoadBalancing.Policy.LEAST_REQUESTS
                ? counted(picked, next.address())
                : picked;
    }

    private PickResult counted(PickResult picked, List<SocketAddress> address) {
        if (picked.getSubchannel() == null) {
            return picked;
        }
        ClientStreamTracer.@Nullable Factory traced = picked.getStreamTracerFactory();
        return PickResult.withSubchannel(
                picked.getSubchannel(), new CountedStreams(spreading, address, traced));
    }
}
