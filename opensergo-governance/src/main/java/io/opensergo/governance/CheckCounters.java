package io.opensergo.governance;

import java.util.concurrent.atomic.LongAdder;

/** What a strategy on a resource has refused, through all edits. */
final class CheckCounters {

    final LongAdder rejected = new LongAdder();

    /** What it would have refused if it were not a shadow. */
    final LongAdder shadowRejected = new LongAdder();
}
