package io.opensergo.governance.internal.limiter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two threads at an {@link InFlight}. */
public final class InFlightStress {

    private InFlightStress() {}

    private static int admitted(InFlight inFlight) {
        return inFlight.tryAcquire(1) ? 1 : 0;
    }

    /** A bound of one admits one. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 1, 1"},
            expect = ACCEPTABLE,
            desc = "One of them is admitted.")
    @Outcome(expect = FORBIDDEN, desc = "The bound overshot, or refused although there was room.")
    @State
    public static class BoundOfOne {

        private final InFlight inFlight = new InFlight();

        /** One thread. */
        @Actor
        public void first(III_Result r) {
            r.r1 = admitted(inFlight);
        }

        /** The other thread. */
        @Actor
        public void second(III_Result r) {
            r.r2 = admitted(inFlight);
        }

        /** Sees what is in flight. */
        @Arbiter
        public void end(III_Result r) {
            r.r3 = (int) inFlight.count();
        }
    }

    /** A request ends while another asks for its place. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The place was free already.")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "The place was not free yet.")
    @Outcome(expect = FORBIDDEN, desc = "A request was lost or counted twice.")
    @State
    public static class Release {

        private final InFlight inFlight = new InFlight();

        /** Takes the place. */
        public Release() {
            inFlight.acquire();
        }

        /** Ends the request. */
        @Actor
        public void first() {
            inFlight.release();
        }

        /** Asks for the place. */
        @Actor
        public void second(II_Result r) {
            r.r1 = admitted(inFlight);
        }

        /** Sees what is in flight. */
        @Arbiter
        public void end(II_Result r) {
            r.r2 = (int) inFlight.count();
        }
    }
}
