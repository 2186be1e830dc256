package io.opensergo.governance.internal.limiter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Two threads at a {@link ProcessLoad}. */
public final class ProcessLoadStress {

    private ProcessLoadStress() {}

    /** One thread counts in a part while another, which is later, moves on to the next. */
    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "All three calls are in one part or the other.")
    @Outcome(expect = FORBIDDEN, desc = "A call was lost between two parts, or counted twice.")
    @State
    public static class MoveOn {

        private static final long MILLI = 1_000_000;

        /**
         * With calls of as many milliseconds as a part has, the capacity is the calls in a part.
         */
        private static final long RT = 100 * MILLI;

        private final ProcessLoad load = new ProcessLoad();

        /** Begins the first part. */
        public MoveOn() {
            load.record(0, RT);
        }

        /** Counts in the first part, or in the next if that has begun. */
        @Actor
        public void first() {
            load.record(99 * MILLI, RT);
        }

        /** Begins the next part. */
        @Actor
        public void second() {
            load.record(100 * MILLI, RT);
        }

        /** Ends both parts, and sees the most calls in one. */
        @Arbiter
        public void end(I_Result r) {
            load.record(200 * MILLI, RT);
            r.r1 = (int) load.capacity();
        }
    }
}
