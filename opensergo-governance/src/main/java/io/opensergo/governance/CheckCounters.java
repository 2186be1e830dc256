package io.opensergo.governance;

import java.util.concurrent.atomic.LongAdder;

/** What a strategy on a resource has refused, and what a breaker was told, through all edits. */
final class CheckCounters {

    final LongAdder rejected = new LongAdder();

    /** What it would have refused if it were not a shadow. */
    final LongAdder shadowRejected = new LongAdder();

    /** The calls that a circuit breaker was told of and that were bad. */
    final LongAdder bad = new LongAdder();
}
