package io.opensergo.controlplane;

import java.time.Instant;
import java.util.List;

/**
 * What a control plane is doing, at one moment.
 *
 * @param identifier names this run of the control plane in every push; another one after a restart
 * @param runningSince when it started
 * @param revision the version of what is pushed now, in microseconds since 1970; equal in replicas
 *     that see the same state of sources with an order of their own
 * @param subscribers every open stream, the oldest first
 * @param refusals what was refused since the start
 */
public record ControlPlaneStatus(
        String identifier,
        Instant runningSince,
        long revision,
        List<SubscriberStatus> subscribers,
        Refusals refusals) {

    /** Copies the list. */
    public ControlPlaneStatus {
        subscribers = List.copyOf(subscribers);
    }

    /**
     * What a control plane refused since it started.
     *
     * @param unauthenticated calls of clients that the authorizer does not know
     * @param forbiddenKeys keys that their client may not read
     * @param streamsOverLimit streams beyond the greatest number, of all clients or of one
     * @param keysOverLimit keys beyond the greatest number of a stream
     * @param throttled times that a stream asked too fast and was not read from for a while
     * @param stuckSubscribers streams that were cut because their client did not read
     */
    public record Refusals(
            long unauthenticated,
            long forbiddenKeys,
            long streamsOverLimit,
            long keysOverLimit,
            long throttled,
            long stuckSubscribers) {}
}
