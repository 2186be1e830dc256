package io.opensergo.governance.internal.sampling;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Two threads at a {@link ShuffledCycle}. */
public final class ShuffledCycleStress {

    private ShuffledCycleStress() {}

    /** A cycle of three has each number once, whoever picks. */
    @JCStressTest
    @Outcome(id = "7", expect = ACCEPTABLE, desc = "Each number once.")
    @Outcome(expect = FORBIDDEN, desc = "A number twice, another never.")
    @State
    public static class OneCycle {

        private final ShuffledCycle cycle = new ShuffledCycle(3, 1);
        private long first;
        private long second;

        private long pick() {
            return 1L << cycle.next();
        }

        /** One thread. */
        @Actor
        public void first() {
            first = pick();
        }

        /** The other thread. */
        @Actor
        public void second() {
            second = pick();
        }

        /** Picks the last one, and sees which there were. */
        @Arbiter
        public void end(I_Result r) {
            r.r1 = (int) (first + second + pick());
        }
    }
}
