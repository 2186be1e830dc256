package io.opensergo.dubbo;

import io.opensergo.governance.routing.InstanceGroup;
import io.opensergo.governance.routing.Lanes;
import io.opensergo.governance.routing.TrafficColour;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.cluster.router.state.BitList;

/**
 * Which of some providers are members of a group or a lane, worked out once each. The lists
 * returned are shared: nobody may change them.
 *
 * @param providers the providers, whose positions the lists are of
 * @param labels what each of them says of itself
 * @param sets the members, by a group, by the lanes for the baseline, or by a {@link Lane}
 */
record Memberships<T>(
        List<Invoker<T>> providers,
        List<Map<String, String>> labels,
        ConcurrentMap<Object, BitList<Invoker<T>>> sets) {

    /** Groups and lanes of plans that were replaced have to go at some time. */
    private static final int MAX_SETS = 256;

    /** A colour, by lanes of one plan, which are equal only to themselves. */
    private record Lane(Lanes lanes, String colour) {}

    /** Finds the labels of providers of the service of a key: interface, group and version. */
    static <T> Memberships<T> among(List<Invoker<T>> providers, String serviceKey) {
        List<Map<String, String>> labels =
                providers.stream()
                        .map(each -> ProviderLabels.of(each.getUrl(), serviceKey))
                        .toList();
        return new Memberships<>(providers, labels, new ConcurrentHashMap<>());
    }

    BitList<Invoker<T>> of(InstanceGroup group) {
        BitList<Invoker<T>> known = sets.get(group);
        return known == null ? add(group, group::contains) : known;
    }

    BitList<Invoker<T>> carriers(Lanes lanes, TrafficColour colour) {
        var lane = new Lane(lanes, colour.name());
        BitList<Invoker<T>> known = sets.get(lane);
        return known == null ? add(lane, each -> lanes.carries(colour, each)) : known;
    }

    BitList<Invoker<T>> baseline(Lanes lanes) {
        BitList<Invoker<T>> known = sets.get(lanes);
        return known == null ? add(lanes, lanes::isBaseline) : known;
    }

    private BitList<Invoker<T>> add(Object key, Predicate<Map<String, String>> condition) {
        if (sets.size() >= MAX_SETS) {
            sets.clear();
        }
        return sets.computeIfAbsent(key, any -> withLabels(condition));
    }

    private BitList<Invoker<T>> withLabels(Predicate<Map<String, String>> condition) {
        BitList<Invoker<T>> members = new BitList<>(providers, true);
        for (int i = 0; i < labels.size(); i++) {
            if (condition.test(labels.get(i))) {
                members.addIndex(i);
            }
        }
        return members;
    }
}
