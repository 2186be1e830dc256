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
 */
public record ControlPlaneStatus(
        String identifier,
        Instant runningSince,
        long revision,
        List<SubscriberStatus> subscribers) {

    /** Copies the list. */
    public ControlPlaneStatus {
        subscribers = List.copyOf(subscribers);
    }
}
