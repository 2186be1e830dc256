package io.opensergo.governance.routing;

import io.opensergo.rules.RuleId;
import java.util.concurrent.atomic.LongAdder;

/** Counts what is done of what a router asks for; outlives edits. For any thread. */
record RouteCounts(
        LongAdder delayed,
        LongAdder aborted,
        LongAdder retried,
        LongAdder outOfBudget,
        LongAdder copied) {

    RouteCounts() {
        this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
    }

    RouteStats stats(RuleId router, boolean shadow) {
        return new RouteStats(
                router,
                shadow,
                delayed.sum(),
                aborted.sum(),
                retried.sum(),
                outOfBudget.sum(),
                copied.sum());
    }
}
