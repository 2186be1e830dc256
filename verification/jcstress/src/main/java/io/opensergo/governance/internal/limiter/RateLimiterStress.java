package io.opensergo.governance.internal.limiter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.Objects;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two threads at a {@link RateLimiter}. */
public final class RateLimiterStress {

    private RateLimiterStress() {}

    private static int admitted(RateLimiter limiter, long now) {
        return limiter.tryAcquire(now) == null ? 0 : 1;
    }

    /** A limit of one admits one, also while the first part is being put in place. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "One of them is admitted.")
    @Outcome(expect = FORBIDDEN, desc = "The limit overshot, or refused although there was room.")
    @State
    public static class LimitOfOne {

        private final RateLimiter limiter = RateLimiter.of(1, 160);

        /** One thread. */
        @Actor
        public void first(II_Result r) {
            r.r1 = admitted(limiter, 0);
        }

        /** The other thread, which read another time. */
        @Actor
        public void second(II_Result r) {
            r.r2 = admitted(limiter, 5);
        }
    }

    /** One thread counts in a part while another, which is later, moves on to the next. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "One of them is admitted.")
    @Outcome(expect = FORBIDDEN, desc = "A count was lost between two parts, or counted twice.")
    @State
    public static class MoveOn {

        private final RateLimiter limiter = RateLimiter.of(2, 160);

        /** Takes the first of two. */
        public MoveOn() {
            limiter.tryAcquire(0);
        }

        /** Counts in the first part. */
        @Actor
        public void first(II_Result r) {
            r.r1 = admitted(limiter, 9);
        }

        /** Begins the next part. */
        @Actor
        public void second(II_Result r) {
            r.r2 = admitted(limiter, 10);
        }
    }

    /** One thread forgets the oldest part, which makes room for one, while another asks too. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "One of them gets the room.")
    @Outcome(expect = FORBIDDEN, desc = "What was forgotten made room for none or for both.")
    @State
    public static class Forget {

        private final RateLimiter limiter = RateLimiter.of(2, 160);

        /** Takes both: one is to be forgotten at 160, the other much later. */
        public Forget() {
            limiter.tryAcquire(0);
            limiter.tryAcquire(159);
        }

        /** One thread. */
        @Actor
        public void first(II_Result r) {
            r.r1 = admitted(limiter, 160);
        }

        /** The other thread. */
        @Actor
        public void second(II_Result r) {
            r.r2 = admitted(limiter, 161);
        }
    }

    /** A request is given back while its part is sealed. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Given back first, so the other passes.")
    @Outcome(
            id = "0, 1",
            expect = ACCEPTABLE,
            desc = "Sealed first, so it could not be given back.")
    @Outcome(expect = FORBIDDEN, desc = "What is counted is not what was admitted.")
    @State
    public static class GiveBack {

        private final RateLimiter limiter = RateLimiter.of(1, 160);
        private final RateLimiter.Part part;

        /** Takes the only one. */
        public GiveBack() {
            part = Objects.requireNonNull(limiter.tryAcquire(0));
        }

        /** Gives it back. */
        @Actor
        public void first() {
            RateLimiter.giveBack(part);
        }

        /** Seals its part. */
        @Actor
        public void second(II_Result r) {
            r.r1 = admitted(limiter, 10);
        }

        /** Sees what counts in the end. */
        @Arbiter
        public void end(II_Result r) {
            r.r2 = (int) limiter.used(10);
        }
    }

    /**
     * A limiter and the one that was edited from it, each of which wants parts of its own length.
     */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "One of them is admitted.")
    @Outcome(expect = FORBIDDEN, desc = "They do not count together.")
    @State
    public static class Edited {

        private final RateLimiter limiter = RateLimiter.of(1, 160);
        private final RateLimiter edited = limiter.edited(1, 320);

        /** By the settings before. */
        @Actor
        public void first(II_Result r) {
            r.r1 = admitted(limiter, 0);
        }

        /** By the new settings. */
        @Actor
        public void second(II_Result r) {
            r.r2 = admitted(edited, 0);
        }
    }

    /** A request of an older part leaves while another asks for its permit. */
    @JCStressTest
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "It got the permit.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "It had come before.")
    @Outcome(expect = FORBIDDEN, desc = "A permit is lost, or there twice.")
    @State
    public static class LateGiveBack {

        private final RateLimiter limiter = RateLimiter.of(2, 1600);

        /** Admits a request in each of two parts. */
        public LateGiveBack() {
            limiter.tryAcquire(0);
            limiter.tryAcquire(500);
        }

        /** Leaves. */
        @Actor
        public void first() {
            limiter.giveBack(500, 0);
        }

        /** Asks for a permit. */
        @Actor
        public void second(II_Result r) {
            r.r1 = limiter.tryAcquire(500) == null ? 0 : 1;
        }

        /** Sees what counts. */
        @Arbiter
        public void end(II_Result r) {
            r.r2 = (int) limiter.used(500);
        }
    }

    /** A request of an older part leaves while another begins the next part. */
    @JCStressTest
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "Both are counted as they should.")
    @Outcome(expect = FORBIDDEN, desc = "A count is lost, or there twice.")
    @State
    public static class LateGiveBackAndNextPart {

        private final RateLimiter limiter = RateLimiter.of(9, 1600);

        /** Admits a request in each of two parts. */
        public LateGiveBackAndNextPart() {
            limiter.tryAcquire(0);
            limiter.tryAcquire(500);
        }

        /** Leaves. */
        @Actor
        public void first() {
            limiter.giveBack(900, 0);
        }

        /** Comes in the next part. */
        @Actor
        public void second(II_Result r) {
            r.r1 = limiter.tryAcquire(900) == null ? 0 : 1;
        }

        /** Sees what counts. */
        @Arbiter
        public void end(II_Result r) {
            r.r2 = (int) limiter.used(900);
        }
    }
}
