package io.opensergo.controlplane;

import java.time.Duration;

/** How much the clients of a control plane may ask of it. */
record Limits(
        int maxStreams,
        int maxStreamsPerClient,
        int maxKeysPerStream,
        int maxRequestsPerSecond,
        Duration stuckSubscriberTimeout) {}
