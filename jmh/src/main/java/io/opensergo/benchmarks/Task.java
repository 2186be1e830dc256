package io.opensergo.benchmarks;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What all contenders of a benchmark do with every request. */
@State(Scope.Benchmark)
public class Task {

    /** What they decide. */
    @Param public Decision decision = Decision.ADMIT;

    final boolean admits() {
        return decision == Decision.ADMIT;
    }

    /** Returns what a contender has decided, if it is what it should. */
    final boolean check(boolean admitted) {
        return decision.check(admitted);
    }
}
