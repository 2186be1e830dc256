package io.opensergo.governance;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.LimitMode;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/**
 * A {@link Permit} that several threads end, or one while another goes on: one of the ends counts,
 * and what the request held comes back once.
 *
 * <p>One guard for all states, as in {@code GuardStress}. To make a state does not touch it, since
 * states are made while others are looked at.
 */
public final class PermitStress {

    private static final Guard GUARD = Governor.of(rules()).guard("GET:/foo");

    /** Of a request that waits: it holds nothing of this guard, so it may stand for any number. */
    private static final long WAITING = GUARD.defer(GUARD.acquire());

    private PermitStress() {}

    /** The limit is beyond reach: one thread may be thousands of states ahead of the other. */
    private static List<Rule> rules() {
        var strategy =
                new ConcurrencyLimitStrategy(metadata("limit"), LimitMode.LOCAL, 1_000_000_000);
        var rule =
                new FaultToleranceRule(
                        metadata("rule"),
                        List.of(new ResourceRef("GET:/foo")),
                        List.of(StrategyRef.to(strategy)),
                        null);
        return List.of(strategy, rule);
    }

    private static Metadata metadata(String name) {
        return Metadata.of("default", "app", name);
    }

    private static Permit waiting() {
        return new Permit(GUARD, WAITING);
    }

    /** A request is ended while its turn comes. */
    @JCStressTest
    @Outcome(id = "true, true, 0", expect = ACCEPTABLE, desc = "It was made, and ended.")
    @Outcome(id = "false, true, 0", expect = ACCEPTABLE, desc = "It was ended, and not made.")
    @Outcome(expect = FORBIDDEN, desc = "What it held came back twice, or never.")
    @State
    public static class ProceedAndRelease {

        private final Permit permit = waiting();

        /** The turn comes. */
        @Actor
        public void proceed(ZZI_Result r) {
            r.r1 = permit.proceed();
        }

        /** The request ends. */
        @Actor
        public void release(ZZI_Result r) {
            r.r2 = permit.release(io.opensergo.governance.Outcome.SUCCESS);
        }

        /** Sees what is in flight. */
        @Arbiter
        public void end(ZZI_Result r) {
            r.r3 = (int) GUARD.stats().inFlight();
        }
    }

    /** A request that was made is ended by one thread and taken back by another. */
    @JCStressTest
    @Outcome(id = "true, false, 0", expect = ACCEPTABLE, desc = "The release counted.")
    @Outcome(id = "false, true, 0", expect = ACCEPTABLE, desc = "The withdrawal counted.")
    @Outcome(expect = FORBIDDEN, desc = "Both counted, or none.")
    @State
    public static class ReleaseAndWithdraw {

        private final Permit permit = waiting();

        /** The request is made, and ends. */
        @Actor
        public void release(ZZI_Result r) {
            permit.proceed();
            r.r1 = permit.release(io.opensergo.governance.Outcome.SUCCESS);
        }

        /** The request is taken back. */
        @Actor
        public void withdraw(ZZI_Result r) {
            r.r2 = permit.withdraw();
        }

        /** Sees what is in flight. */
        @Arbiter
        public void end(ZZI_Result r) {
            r.r3 = (int) GUARD.stats().inFlight();
        }
    }

    /** A request that was made is deferred, since another guard of it waits, while it ends. */
    @JCStressTest
    @Outcome(id = "true, true, 0", expect = ACCEPTABLE, desc = "It was made, and ended.")
    @Outcome(id = "false, true, 0", expect = ACCEPTABLE, desc = "It was ended, and not made.")
    @Outcome(expect = FORBIDDEN, desc = "What it held came back twice, or never.")
    @State
    public static class DeferAndRelease {

        private final Permit permit = waiting();

        /** The request is made, and deferred. */
        @Actor
        public void defer(ZZI_Result r) {
            r.r1 = permit.proceed();
            permit.defer();
        }

        /** The request ends. */
        @Actor
        public void release(ZZI_Result r) {
            r.r2 = permit.release(io.opensergo.governance.Outcome.SUCCESS);
        }

        /** Sees what is in flight. */
        @Arbiter
        public void end(ZZI_Result r) {
            r.r3 = (int) GUARD.stats().inFlight();
        }
    }
}
