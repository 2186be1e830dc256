package io.opensergo.governance.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The instances of a service that a destination speaks of: all of them, or a subset.
 *
 * <p>A subset that a VirtualWorkload of the service names has the instances whose labels include
 * each label it gives. A service that no VirtualWorkload describes has subsets by tag: an instance
 * belongs to the subset if one of its labels {@value #SUBSET_TAGS} is the subset's name; one that
 * has none of them belongs to none. A subset that the VirtualWorkloads of a service do not name has
 * no instance. Immutable, for any thread.
 */
public final class InstanceGroup {

    /** The labels that say of an instance to which subset it belongs, separated by commas. */
    static final String SUBSET_TAGS = "opensergo.io/subset,subset,version,tag";

    private final String host;
    private final @Nullable String subset;
    private final LabelTest members;
    private final @Nullable LoadBalancing balancing;

    InstanceGroup(
            String host,
            @Nullable String subset,
            LabelTest members,
            @Nullable LoadBalancing balancing) {
        this.host = host;
        this.subset = subset;
        this.members = members;
        this.balancing = balancing;
    }

    /** Returns how requests are spread over the instances, or {@code null} if no rule says. */
    public @Nullable LoadBalancing balancing() {
        return balancing;
    }

    /** Returns the service, as the rule writes it. */
    public String host() {
        return host;
    }

    /** Returns the name of the subset, or {@code null} if it is the whole service. */
    public @Nullable String subset() {
        return subset;
    }

    /**
     * Returns whether an instance of the service belongs to it. Allocates nothing.
     *
     * @param labels the labels of the instance
     */
    public boolean contains(Map<String, String> labels) {
        return members.holds(labels);
    }

    /** Returns the members among instances of the service, the same list if all of them are. */
    <I> List<I> membersOf(List<I> instances, Function<? super I, Map<String, String>> labelsOf) {
        if (members == LabelTest.ALL) {
            return instances;
        }
        List<I> found = null; // as long as all are members, none is copied
        int looked = 0;
        for (I instance : instances) {
            boolean isMember = members.holds(labelsOf.apply(instance));
            if (!isMember && found == null) {
                found = new ArrayList<>(instances.subList(0, looked));
            } else if (isMember && found != null) {
                found.add(instance);
            }
            looked++;
        }
        return found == null ? instances : found;
    }

    /** Returns for example {@code pricing/beta}. */
    @Override
    public String toString() {
        return subset == null ? host : host + "/" + subset;
    }
}
