package io.opensergo.controlplane;

import io.opensergo.proto.WireKey;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import java.util.List;

/**
 * What a request asks for, as {@link RequestJudge} has judged it.
 *
 * @param subscribes the keys to follow
 * @param unsubscribes the keys not to follow any longer, by the client's will or because it may not
 * @param refusals the answers for what is not served
 */
record Asked(
        List<WireKey> subscribes, List<WireKey> unsubscribes, List<SubscribeResponse> refusals) {

    /** An answer to a push asks for nothing. */
    static Asked nothing() {
        return new Asked(List.of(), List.of(), List.of());
    }
}
