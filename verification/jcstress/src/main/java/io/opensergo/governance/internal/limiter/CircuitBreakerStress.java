package io.opensergo.governance.internal.limiter;

import static io.opensergo.governance.internal.limiter.CircuitBreaker.NO_PROBE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.opensergo.governance.internal.limiter.CircuitBreaker.Admission;
import io.opensergo.governance.internal.limiter.CircuitBreaker.Phase;
import io.opensergo.governance.internal.limiter.CircuitBreaker.Settings;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ILI_Result;
import org.openjdk.jcstress.infra.results.LI_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** Two threads at a {@link CircuitBreaker}. */
public final class CircuitBreakerStress {

    private static final CircuitBreaker.Listener NOBODY = (from, to) -> {};
    private static final long RECOVERY = 100;

    private CircuitBreakerStress() {}

    /** A breaker that opens when all of so many calls have failed. */
    private static CircuitBreaker breaker(int minCalls, CircuitBreaker.Listener listener) {
        return CircuitBreaker.of(
                new Settings(false, 100, minCalls, 160, RECOVERY, Long.MAX_VALUE), listener);
    }

    private static CircuitBreaker open() {
        CircuitBreaker breaker = breaker(1, NOBODY);
        breaker.record(0, 0, true, NO_PROBE);
        return breaker;
    }

    /** Two calls fail at once, which are enough. */
    @JCStressTest
    @Outcome(id = "OPEN, 1", expect = ACCEPTABLE, desc = "Both were counted, and it opened once.")
    @Outcome(expect = FORBIDDEN, desc = "A call was not counted, or it opened twice.")
    @State
    public static class Trip {

        private final AtomicInteger transitions = new AtomicInteger();
        private final CircuitBreaker breaker =
                breaker(2, (from, to) -> transitions.getAndIncrement());

        /** One call. */
        @Actor
        public void first() {
            breaker.record(0, 0, true, NO_PROBE);
        }

        /** The other call, in the next part. */
        @Actor
        public void second() {
            breaker.record(10, 0, true, NO_PROBE);
        }

        /** Sees the phase and how often it changed. */
        @Arbiter
        public void end(LI_Result r) {
            r.r1 = breaker.phase();
            r.r2 = transitions.get();
        }
    }

    /** Two requests come when the wait is over. */
    @JCStressTest
    @Outcome(
            id = {"PROBE, REFUSE", "REFUSE, PROBE"},
            expect = ACCEPTABLE,
            desc = "One probes.")
    @Outcome(expect = FORBIDDEN, desc = "There is not exactly one probe.")
    @State
    public static class OneProbe {

        private final CircuitBreaker breaker = open();

        /** One request. */
        @Actor
        public void first(LL_Result r) {
            r.r1 = breaker.tryAcquire(RECOVERY, 1);
        }

        /** The other request. */
        @Actor
        public void second(LL_Result r) {
            r.r2 = breaker.tryAcquire(RECOVERY + 1, 2);
        }
    }

    /** A call ends while another opens the breaker; it must not count after the next closing. */
    @JCStressTest
    @Outcome(
            id = "1, CLOSED, 0",
            expect = ACCEPTABLE,
            desc = "It opened, and nothing is left of it.")
    @Outcome(
            id = "0, CLOSED, 2",
            expect = ACCEPTABLE,
            desc = "The good call was counted first, so not all had failed, and it stayed closed.")
    @Outcome(expect = FORBIDDEN, desc = "A call of the period before counts in this one.")
    @State
    public static class RecordAndOpen {

        private final AtomicInteger probes = new AtomicInteger();
        private final CircuitBreaker breaker = breaker(1, NOBODY);

        /** The call that opens it if all have failed. */
        @Actor
        public void first() {
            breaker.record(0, 0, true, NO_PROBE);
        }

        /** A good call. */
        @Actor
        public void second() {
            breaker.record(0, 0, false, NO_PROBE);
        }

        /** Closes it by a probe if it is open, and sees what it counts. */
        @Arbiter
        public void end(ILI_Result r) {
            if (breaker.tryAcquire(RECOVERY, 1) == Admission.PROBE) {
                probes.getAndIncrement();
                breaker.record(RECOVERY, 0, false, 1);
            }
            r.r1 = probes.get();
            r.r2 = breaker.phase();
            r.r3 = (int) breaker.window(RECOVERY).calls();
        }
    }

    /** A probe succeeds when its time is over and another request becomes a probe too. */
    @JCStressTest
    @Outcome(id = "PASS, CLOSED", expect = ACCEPTABLE, desc = "It had closed before.")
    @Outcome(id = "PROBE, CLOSED", expect = ACCEPTABLE, desc = "The first outcome still decided.")
    @Outcome(expect = FORBIDDEN, desc = "The outcome of the first probe was lost.")
    @State
    public static class LateProbe {

        private final CircuitBreaker breaker = open();

        /** Becomes the first probe. */
        public LateProbe() {
            breaker.tryAcquire(RECOVERY, 1);
        }

        /** Ends it. */
        @Actor
        public void first() {
            breaker.record(2 * RECOVERY, 0, false, 1);
        }

        /** Asks when the time of the first is over. */
        @Actor
        public void second(LL_Result r) {
            r.r1 = breaker.tryAcquire(2 * RECOVERY, 2);
        }

        /** Sees the phase. */
        @Arbiter
        public void end(LL_Result r) {
            r.r2 = breaker.phase();
        }
    }

    /** A probe is given back while another request asks. */
    @JCStressTest
    @Outcome(id = "REFUSE, OPEN", expect = ACCEPTABLE, desc = "It asked too early.")
    @Outcome(id = "PROBE, HALF_OPEN", expect = ACCEPTABLE, desc = "It is the probe now.")
    @Outcome(expect = FORBIDDEN, desc = "A probe is lost, or there is one that nobody knows of.")
    @State
    public static class GiveBackProbe {

        private final CircuitBreaker breaker = open();

        /** Becomes the probe. */
        public GiveBackProbe() {
            breaker.tryAcquire(RECOVERY, 1);
        }

        /** Gives it back. */
        @Actor
        public void first() {
            breaker.giveBackProbe(RECOVERY + 1, 1);
        }

        /** Asks. */
        @Actor
        public void second(LL_Result r) {
            r.r1 = breaker.tryAcquire(RECOVERY + 1, 2);
        }

        /** Sees the phase. */
        @Arbiter
        public void end(LL_Result r) {
            r.r2 = breaker.phase();
        }
    }

    /** A breaker trips while its settings are edited, and both are in use. */
    @JCStressTest
    @Outcome(
            id = {"PASS, OPEN", "REFUSE, OPEN"},
            expect = ACCEPTABLE,
            desc = "One state for both.")
    @Outcome(expect = FORBIDDEN, desc = "The edited breaker has a state of its own.")
    @State
    public static class Edited {

        private final CircuitBreaker breaker = breaker(1, NOBODY);
        private final CircuitBreaker edited =
                breaker.edited(new Settings(false, 100, 1, 320, RECOVERY, Long.MAX_VALUE), true);

        /** Opens by the settings before. */
        @Actor
        public void first() {
            breaker.record(0, 0, true, NO_PROBE);
        }

        /** Asks by the new settings. */
        @Actor
        public void second(LL_Result r) {
            r.r1 = edited.tryAcquire(1, 1);
        }

        /** Sees the phase. */
        @Arbiter
        public void end(LL_Result r) {
            Phase phase = edited.phase();
            r.r2 = phase;
        }
    }

    /** Two calls end, one by each meaning, while other calls have become the bad ones. */
    @JCStressTest
    @Outcome(
            id = "CLOSED, 1",
            expect = ACCEPTABLE,
            desc = "Only the call by the new meaning counts.")
    @Outcome(expect = FORBIDDEN, desc = "Calls of two meanings were added up, or one was lost.")
    @State
    public static class OtherMeaning {

        private final CircuitBreaker breaker = breaker(2, NOBODY);
        private final CircuitBreaker edited =
                breaker.edited(new Settings(true, 100, 2, 160, RECOVERY, 1), true);

        /** A call fails by the meaning before. */
        @Actor
        public void first() {
            breaker.record(0, 0, true, NO_PROBE);
        }

        /** A call is slow by the new one. */
        @Actor
        public void second() {
            edited.record(0, 2, false, NO_PROBE);
        }

        /** Sees the phase and what is counted. */
        @Arbiter
        public void end(LI_Result r) {
            r.r1 = edited.phase();
            r.r2 = (int) edited.window(0).calls();
        }
    }

    /** A probe ends while the probe of another breaker, which is overdue, is given back. */
    @JCStressTest
    @Outcome(id = "CLOSED", expect = ACCEPTABLE, desc = "Its own probe decided.")
    @Outcome(expect = FORBIDDEN, desc = "The probe of another breaker decided.")
    @State
    public static class ProbeOfAnother {

        private final CircuitBreaker breaker = open();

        /** Has a probe on its way. */
        public ProbeOfAnother() {
            breaker.tryAcquire(RECOVERY, 1);
        }

        /** Ends it well. */
        @Actor
        public void first() {
            breaker.record(RECOVERY + 1, 0, false, 1);
        }

        /** Gives back the one that is not its own. */
        @Actor
        public void second() {
            breaker.giveBackProbe(RECOVERY + 1, 2);
        }

        /** Sees the phase. */
        @Arbiter
        public void end(L_Result r) {
            r.r1 = breaker.phase();
        }
    }

    /** Two probes are given back, of which the first is overdue. */
    @JCStressTest
    @Outcome(id = "PROBE", expect = ACCEPTABLE, desc = "The next request is the probe.")
    @Outcome(expect = FORBIDDEN, desc = "The breaker waits for a probe that is not on its way.")
    @State
    public static class GiveBackBoth {

        private final CircuitBreaker breaker = open();

        /** Has both on their way. */
        public GiveBackBoth() {
            breaker.tryAcquire(RECOVERY, 1);
            breaker.tryAcquire(2 * RECOVERY, 2);
        }

        /** Gives back the first. */
        @Actor
        public void first() {
            breaker.giveBackProbe(2 * RECOVERY, 1);
        }

        /** Gives back the second. */
        @Actor
        public void second() {
            breaker.giveBackProbe(2 * RECOVERY, 2);
        }

        /** Asks. */
        @Arbiter
        public void end(L_Result r) {
            r.r1 = breaker.tryAcquire(2 * RECOVERY, 3);
        }
    }
}
