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
 * @param openConnections how many connections are open, whoever they are from
 * @param openCalls how many calls of whichever service are open
 * @param rules how many rules are in force
 * @param pushes how many pushes were sent since the start
 * @param acceptedPushes how many of them clients have accepted
 * @param refusals what was refused since the start
 */
public record ControlPlaneStatus(
        String identifier,
        Instant runningSince,
        long revision,
        List<SubscriberStatus> subscribers,
        int openConnections,
        int openCalls,
        int rules,
        long pushes,
        long acceptedPushes,
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
     * @param connectionsOverLimit connections beyond the greatest number, in all or of an address
     * @param callsOverLimit calls beyond the greatest number, of whichever service
     * @param lateRequests calls that were cut because their request did not come in time
     * @param requestsOverLimit calls that were cut because too much of unfinished requests was held
     * @param unreadableRequests streams that were ended because a request was no message of the
     *     protocol
     * @param heldBackConnections times that a connection was not read from for a while, since it
     *     sent frames too fast
     * @param floods connections that were closed because they sent what brings nothing
     * @param subscriptionsOverLimit keys that were refused because the names that clients follow
     *     and what they say of pushes take too much memory
     * @param reportsForgotten reports of applications that were forgotten for newer ones of the
     *     same client
     * @param oversizePushes keys whose rules were found too large for one push, at each version
     * @param refusedPushes pushes that clients refused, by a NACK or by an ACK with the code of a
     *     failure
     */
    public record Refusals(
            long unauthenticated,
            long forbiddenKeys,
            long streamsOverLimit,
            long keysOverLimit,
            long throttled,
            long stuckSubscribers,
            long connectionsOverLimit,
            long callsOverLimit,
            long lateRequests,
            long requestsOverLimit,
            long unreadableRequests,
            long heldBackConnections,
            long floods,
            long subscriptionsOverLimit,
            long reportsForgotten,
            long oversizePushes,
            long refusedPushes) {}
}
