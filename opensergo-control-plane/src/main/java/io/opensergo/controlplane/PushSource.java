package io.opensergo.controlplane;

import io.opensergo.proto.RevisionDetail;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.internal.transport.v1.ControlPlaneDesc;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import java.util.List;

/**
 * Where the pushes of all streams come from: the rules in force, encoded once for all. For any
 * number of threads.
 */
final class PushSource {

    private final RuleStore store;
    private final WireCodec codec = new WireCodec();
    private final int maxPushBytes;
    private final Counters counters;
    private final ControlPlaneDesc description;

    /**
     * @param maxPushBytes how large a push may be
     * @param description of the control plane, in each push
     */
    PushSource(RuleStore store, int maxPushBytes, Counters counters, ControlPlaneDesc description) {
        this.store = store;
        this.maxPushBytes = maxPushBytes;
        this.counters = counters;
        this.description = description;
    }

    /** Reads the rules of several keys at one moment. */
    RuleStore.Cut readAll(List<Subscription> subscriptions) {
        return store.readAll(subscriptions.stream().map(Subscription::key).toList());
    }

    /** Returns what all streams share of the push of a set. */
    SubscribeResponse encode(RuleSet set, long revision) {
        return set.response(codec, revision, maxPushBytes, counters);
    }

    /**
     * Returns a push for one stream.
     *
     * @param shared what all streams share of it
     * @param kindsToFollow the kinds of which pushes of the same revision follow
     */
    SubscribeResponse push(
            SubscribeResponse shared, String responseId, List<String> kindsToFollow) {
        SubscribeResponse.Builder response = shared.toBuilder();
        response.getStatusBuilder().addDetails(RevisionDetail.write(kindsToFollow));
        return response.setControlPlane(description).setResponseId(responseId).build();
    }
}
