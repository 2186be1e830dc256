package io.opensergo.governance.internal.limiter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two threads at a {@link Pacer}. */
public final class PacerStress {

    private PacerStress() {}

    /** Both get places, an interval apart. */
    @JCStressTest
    @Outcome(
            id = {"0, 10", "10, 0"},
            expect = ACCEPTABLE,
            desc = "One waits for the other.")
    @Outcome(expect = FORBIDDEN, desc = "They got the same place, or left one free.")
    @State
    public static class Places {

        private final Pacer pacer = Pacer.of(10, 100);

        /** One thread. */
        @Actor
        public void first(II_Result r) {
            r.r1 = (int) pacer.tryAcquire(0);
        }

        /** The other thread. */
        @Actor
        public void second(II_Result r) {
            r.r2 = (int) pacer.tryAcquire(0);
        }
    }

    /** The last place of a line, asked for by a thread that read the time a little earlier. */
    @JCStressTest
    @Outcome(id = "10, -1", expect = ACCEPTABLE, desc = "Only the later one waits short enough.")
    @Outcome(expect = FORBIDDEN, desc = "The line was taken for one of a clock that was set back.")
    @State
    public static class LastPlace {

        private final Pacer pacer = Pacer.of(10, 10);

        /** Takes the place before. */
        public LastPlace() {
            pacer.tryAcquire(0);
        }

        /** The thread that is on time. */
        @Actor
        public void first(II_Result r) {
            r.r1 = (int) pacer.tryAcquire(0);
        }

        /** The thread that was held up. */
        @Actor
        public void second(II_Result r) {
            r.r2 = (int) pacer.tryAcquire(-1);
        }
    }

    /** A place is given back while another thread asks for one. */
    @JCStressTest
    @Outcome(id = "10, 20", expect = ACCEPTABLE, desc = "It got the place that was given back.")
    @Outcome(id = "20, 30", expect = ACCEPTABLE, desc = "It stood behind it already.")
    @Outcome(expect = FORBIDDEN, desc = "A place in use was given away, or the line got a gap.")
    @State
    public static class GiveBack {

        private final Pacer pacer = Pacer.of(10, 100);
        private final long wait;

        /** Takes two places. */
        public GiveBack() {
            pacer.tryAcquire(0);
            wait = pacer.tryAcquire(0);
        }

        /** Gives the second back. */
        @Actor
        public void first() {
            pacer.giveBack(0, wait);
        }

        /** Asks for a place. */
        @Actor
        public void second(II_Result r) {
            r.r1 = (int) pacer.tryAcquire(0);
        }

        /** Sees the next place. */
        @Arbiter
        public void end(II_Result r) {
            r.r2 = (int) pacer.peek(0);
        }
    }
}
