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
            id = {"0, 64", "64, 0"},
            expect = ACCEPTABLE,
            desc = "One waits for the other.")
    @Outcome(expect = FORBIDDEN, desc = "They got the same place, or left one free.")
    @State
    public static class Places {

        private final Pacer pacer = Pacer.of(64, 640);

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
    @Outcome(id = "64, -1", expect = ACCEPTABLE, desc = "The later one got it.")
    @Outcome(id = "-1, 65", expect = ACCEPTABLE, desc = "The earlier one got it.")
    @Outcome(expect = FORBIDDEN, desc = "The line was taken for one of a clock that was set back.")
    @State
    public static class LastPlace {

        private final Pacer pacer = Pacer.of(64, 64);

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

    /** A line of two that wait, at 64 and at 128, behind one that does not. */
    private static Pacer line() {
        Pacer pacer = Pacer.of(64, 640);
        for (int i = 0; i < 3; i++) {
            pacer.tryAcquire(0);
        }
        return pacer;
    }

    /** The last place is left while another thread asks for one. */
    @JCStressTest
    @Outcome(id = "128, 192", expect = ACCEPTABLE, desc = "It got the place that was left.")
    @Outcome(id = "192, 128", expect = ACCEPTABLE, desc = "It stood behind it already.")
    @Outcome(expect = FORBIDDEN, desc = "A place in use was given away, or one is lost.")
    @State
    public static class LeaveLast {

        private final Pacer pacer = line();

        /** Leaves the last place. */
        @Actor
        public void first() {
            pacer.leave(0, 128);
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

    /** A place in the middle is left while another thread asks for one. */
    @JCStressTest
    @Outcome(id = "64, 192", expect = ACCEPTABLE, desc = "It got the place that was left.")
    @Outcome(id = "192, 64", expect = ACCEPTABLE, desc = "It had come before; the next gets it.")
    @Outcome(expect = FORBIDDEN, desc = "A place in use was given away, or one is lost.")
    @State
    public static class LeaveMiddle {

        private final Pacer pacer = line();

        /** Leaves the place in the middle. */
        @Actor
        public void first() {
            pacer.leave(0, 64);
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

    /** Both that wait leave at once. */
    @JCStressTest
    @Outcome(id = "64, 128", expect = ACCEPTABLE, desc = "The line is as it was before them.")
    @Outcome(expect = FORBIDDEN, desc = "A place is lost, or there twice.")
    @State
    public static class LeaveBoth {

        private final Pacer pacer = line();

        /** Leaves the place in the middle. */
        @Actor
        public void first() {
            pacer.leave(0, 64);
        }

        /** Leaves the last place. */
        @Actor
        public void second() {
            pacer.leave(0, 128);
        }

        /** Takes the next two places. */
        @Arbiter
        public void end(II_Result r) {
            r.r1 = (int) pacer.tryAcquire(0);
            r.r2 = (int) pacer.tryAcquire(0);
        }
    }

    /** Two threads ask for a place when there is a free one. */
    @JCStressTest
    @Outcome(
            id = {"64, 192", "192, 64"},
            expect = ACCEPTABLE,
            desc = "One got it, the other stands at the end.")
    @Outcome(expect = FORBIDDEN, desc = "Both got it, or nobody.")
    @State
    public static class TakeFree {

        private final Pacer pacer = line();

        /** Leaves the place in the middle. */
        public TakeFree() {
            pacer.leave(0, 64);
        }

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
}
