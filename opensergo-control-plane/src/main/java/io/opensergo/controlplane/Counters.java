package io.opensergo.controlplane;

import java.util.concurrent.atomic.LongAdder;

/** What the control plane pushed and refused, counted from its start. For any number of threads. */
final class Counters {

    final LongAdder pushes = new LongAdder();
    final LongAdder acceptedPushes = new LongAdder();
    final LongAdder unauthenticated = new LongAdder();
    final LongAdder forbiddenKeys = new LongAdder();
    final LongAdder streamsOverLimit = new LongAdder();
    final LongAdder keysOverLimit = new LongAdder();
    final LongAdder throttled = new LongAdder();
    final LongAdder stuck = new LongAdder();
    final LongAdder connectionsOverLimit = new LongAdder();
    final LongAdder callsOverLimit = new LongAdder();
    final LongAdder lateRequests = new LongAdder();
    final LongAdder requestsOverLimit = new LongAdder();
    final LongAdder unreadable = new LongAdder();
    final LongAdder heldBack = new LongAdder();
    final LongAdder floods = new LongAdder();
    final LongAdder subscriptionsOverLimit = new LongAdder();
    final LongAdder reportsForgotten = new LongAdder();
    final LongAdder oversizePushes = new LongAdder();
    final LongAdder refusedPushes = new LongAdder();

    ControlPlaneStatus.Refusals snapshot() {
        return new ControlPlaneStatus.Refusals(
                unauthenticated.sum(),
                forbiddenKeys.sum(),
                streamsOverLimit.sum(),
                keysOverLimit.sum(),
                throttled.sum(),
                stuck.sum(),
                connectionsOverLimit.sum(),
                callsOverLimit.sum(),
                lateRequests.sum(),
                requestsOverLimit.sum(),
                unreadable.sum(),
                heldBack.sum(),
                floods.sum(),
                subscriptionsOverLimit.sum(),
                reportsForgotten.sum(),
                oversizePushes.sum(),
                refusedPushes.sum());
    }
}
