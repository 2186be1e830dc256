package io.opensergo.conformance;

import io.opensergo.conformance.cases.Application;
import io.opensergo.conformance.cases.GuardedRequest;
import io.opensergo.conformance.cases.Load;
import io.opensergo.conformance.cases.Outcome;
import io.opensergo.conformance.cases.RouteRequest;
import io.opensergo.conformance.cases.RuleDocuments;
import java.time.Duration;
import java.util.Set;

/**
 * Connects an implementation to the cases: a runner tells it what happens, and it tells what was
 * decided.
 *
 * <p>A driver serves one case, with no state of an earlier one, and is closed after it. Its methods
 * are called by one thread. Whatever one of them throws ends the case as an error of the driver.
 */
public interface ConformanceDriver extends AutoCloseable {

    /** Makes drivers. */
    @FunctionalInterface
    interface Factory {

        /** Returns a driver in which time has not begun and no rules are in force. */
        ConformanceDriver start(Application application);
    }

    /** A request that has begun. */
    interface Call {

        /** Returns what was decided on it. */
        Decision decision();

        /**
         * Goes on with a request that had to wait, now that its turn has come, and returns whether
         * it may proceed; called at most once, and not for a request that has ended. One that is
         * refused has ended.
         */
        default Decision proceed() {
            return Decision.Admitted.AT_ONCE;
        }

        /**
         * Ends the request; called exactly once if it was admitted, and else never. One whose turn
         * has not come leaves the line.
         */
        void end(Outcome outcome);
    }

    /** Returns what it can do; cases that need more are skipped. */
    Set<Feature> features();

    /**
     * Puts rules in force, in place of all others, in one edit. Returns once they are, so that the
     * next request is decided by them.
     */
    void applyRules(RuleDocuments rules);

    /** Takes a load as measured. Returns once requests are decided by it. */
    void changeLoad(Load load);

    /**
     * Moves time on, or waits until it has passed.
     *
     * @param sinceStart the time since the beginning of the case, never less than before
     */
    void advanceTo(Duration sinceStart);

    /** Begins a request to a resource. */
    Call begin(GuardedRequest request);

    /** Routes a request; called only if {@link Feature#ROUTING} is one of the features. */
    default Routing route(RouteRequest request) {
        throw new UnsupportedOperationException("this driver does not route");
    }

    /** Frees whatever the driver holds. */
    @Override
    void close();
}
