package io.opensergo.controlplane;

import java.util.concurrent.atomic.LongAdder;

/** What the control plane refused, counted from its start. For any number of threads. */
final class Counters {

    final LongAdder unauthenticated = new LongAdder();
    final LongAdder forbiddenKeys = new LongAdder();
    final LongAdder streamsOverLimit = new LongAdder();
    final LongAdder keysOverLimit = new LongAdder();
    final LongAdder throttled = new LongAdder();
    final LongAdder stuck = new LongAdder();

    ControlPlaneStatus.Refusals snapshot() {
        return new ControlPlaneStatus.Refusals(
                unauthenticated.sum(),
                forbiddenKeys.sum(),
                streamsOverLimit.sum(),
                keysOverLimit.sum(),
                throttled.sum(),
                stuck.sum());
    }
}
