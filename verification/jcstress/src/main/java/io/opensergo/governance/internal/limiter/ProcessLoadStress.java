package io.opensergo.governance.internal.limiter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

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
        private static final long RT = 500 * MILLI;

        private final ProcessLoad load = new ProcessLoad();

        /** Begins the first part. */
        public MoveOn() {
            load.record(0, RT);
        }

        /** Counts in the first part, or in the next if that has begun. */
        @Actor
        public void first() {
            load.record(499 * MILLI, RT);
        }

        /** Begins the next part. */
        @Actor
        public void second() {
            load.record(500 * MILLI, RT);
        }

        /** Ends both parts, and sees the most calls in one. */
        @Arbiter
        public void end(I_Result r) {
            load.record(1000 * MILLI, RT);
            r.r1 = (int) load.capacity();
        }
    }

    /** Two requests come while half of all are refused. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true"},
            expect = ACCEPTABLE,
            desc = "One of them is refused.")
    @Outcome(expect = FORBIDDEN, desc = "Both requests had the same turn.")
    @State
    public static class ShareOfRequests {

        private final OverloadControl control = OverloadControl.byShare(0.5, 1);

        /** Refuses half. */
        public ShareOfRequests() {
            control.measured(0.75, 0);
        }

        /** One request. */
        @Actor
        public void first(ZZ_Result r) {
            r.r1 = control.refuses();
        }

        /** The other. */
        @Actor
        public void second(ZZ_Result r) {
            r.r2 = control.refuses();
        }
    }

    /** A request is refused while the load is measured, which then is no more than the target. */
    @JCStressTest
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "It is limited before and after.")
    @Outcome(expect = FORBIDDEN, desc = "The limit was gone for a moment.")
    @State
    public static class LimitFollows {

        private static final long SECOND = 1_000_000_000;

        private final ProcessLoad load = new ProcessLoad();
        private final OverloadControl control = OverloadControl.byCapacity(0.8, load);

        /** Has a capacity of one, and eight in flight. */
        public LimitFollows() {
            load.record(0, SECOND / 2);
            load.record(SECOND, SECOND / 2);
            control.measured(0.9, 0);
            for (int i = 0; i < 8; i++) {
                load.inFlight().acquire();
            }
        }

        /** A request. */
        @Actor
        public void request(ZZ_Result r) {
            r.r1 = control.refuses();
        }

        /** A measurement. */
        @Actor
        public void measure() {
            control.measured(0.99, SECOND / 10);
        }

        /** Another request. */
        @Arbiter
        public void end(ZZ_Result r) {
            r.r2 = control.refuses();
        }
    }
}
