package io.opensergo.grpc;

import io.grpc.EquivalentAddressGroup;
import io.opensergo.governance.routing.Lanes;
import io.opensergo.governance.routing.LoadBalancing;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.TrafficColour;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The instances for calls of one decision and colour. */
final class Choice {

    /**
     * What a choice depends on, besides instances.
     *
     * @param decision made when the plan was compiled, one for each destination
     * @param lanes of the plan that made the decision, or a newer one
     * @param balancing what a rule says of how to balance over the service of the channel, which
     *     holds where the decision leads to no other
     */
    record Question(
            RouteDecision decision,
            @Nullable TrafficColour colour,
            Lanes lanes,
            @Nullable LoadBalancing balancing) {}

    private final Question question;
    private final SubsetKey key;
    private final List<EquivalentAddressGroup> instances;

    /** What balances over the instances; set in the synchronization context, and never changed. */
    private volatile @Nullable Subset subset;

    Choice(Question question, SubsetKey key, List<EquivalentAddressGroup> instances) {
        this.question = question;
        this.key = key;
        this.instances = instances;
    }

    Question question() {
        return question;
    }

    /** Returns what there should be instances of, for people. */
    Object wanted() {
        return question.decision().group() == null ? key : question.decision();
    }

    SubsetKey key() {
        return key;
    }

    List<EquivalentAddressGroup> instances() {
        return instances;
    }

    @Nullable Subset subset() {
        return subset;
    }

    void balancedBy(Subset balancing) {
        subset = balancing;
    }
}
