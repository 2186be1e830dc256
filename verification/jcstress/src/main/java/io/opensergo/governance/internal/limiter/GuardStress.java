package io.opensergo.governance.internal.limiter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A {@link Guard} in use while its plan is replaced. */
public final class GuardStress {

    private GuardStress() {}

    private static List<Rule> rules(long maxConcurrency) {
        var strategy =
                ConcurrencyLimitStrategy.builder(metadata("limit"))
                        .maxConcurrency(maxConcurrency)
                        .build();
        var rule =
                FaultToleranceRule.builder(metadata("rule"))
                        .targets(List.of(ResourceRef.of("GET:/foo")))
                        .strategies(List.of(StrategyRef.to(strategy)))
                        .build();
        return List.of(strategy, rule);
    }

    private static Metadata metadata(String name) {
        return Metadata.of("default", "app", name);
    }

    /**
     * A request begins and ends while the limit is edited.
     *
     * <p>One guard for all states, since a governor is too heavy to make millions of them: what a
     * state did wrong shows in every one after it, and all threads have stopped when an arbiter
     * looks.
     */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "Every request that began has ended.")
    @Outcome(expect = FORBIDDEN, desc = "A request was counted by one plan and ended by another.")
    @State
    public static class PlanSwap {

        private static final List<Rule> SOME = rules(5);
        private static final List<Rule> MORE = rules(7);
        private static final Governor GOVERNOR = Governor.of(SOME);
        private static final Guard GUARD = GOVERNOR.guard("GET:/foo");

        /** Makes a request. */
        @Actor
        public void request() {
            long token = GUARD.acquire();
            if (!Guard.isRefused(token)) {
                GUARD.release(token, io.opensergo.governance.Outcome.SUCCESS);
            }
        }

        /** Edits the limit twice, so that the guard meets two plans. */
        @Actor
        public void edit() {
            GOVERNOR.replaceRules(MORE);
            GOVERNOR.replaceRules(SOME);
        }

        /** Sees what is in flight. */
        @Arbiter
        public void end(I_Result r) {
            r.r1 = (int) GUARD.stats().inFlight();
        }
    }
}
