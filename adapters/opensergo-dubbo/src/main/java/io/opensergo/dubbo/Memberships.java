package io.opensergo.dubbo;

import io.opensergo.governance.routing.InstanceGroup;
import io.opensergo.governance.routing.Lanes;
import io.opensergo.governance.routing.TrafficColour;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import org.apache.dubbo.common.URL;
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

    static <T> Memberships<T> among(List<Invoker<T>> providers, URL consumer) {
        List<Map<String, String>> labels =
                providers.stream().map(each -> ProviderLabels.of(each.getUrl(), consumer)).toList();
        return new Memberships<>(providers, labels, new ConcurrentHashMap<>());
    }

    boolean isFull() {
        return sets.size() >= MAX_SETS;
    }

    Memberships<T> emptied() {
        return new Memberships<>(providers, labels, new ConcurrentHashMap<>());
    }

    BitList<Invoker<T>> of(InstanceGroup group) {
        BitList<Invoker<T>> known = sets.get(group);
        return known == null
                ? sets.computeIfAbsent(group, key -> withLabels(group::contains))
                : known;
    }

    BitList<Invoker<T>> carriers(Lanes lanes, TrafficColour colour) {
        return sets.computeIfAbsent(
                new Lane(lanes, colour.name()),
                key -> withLabels(each -> lanes.carries(colour, each)));
    }

    BitList<Invoker<T>> baseline(Lanes lanes) {
        return sets.computeIfAbsent(lanes, key -> withLabels(lanes::isBaseline));
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
