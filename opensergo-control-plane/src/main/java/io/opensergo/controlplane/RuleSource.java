package io.opensergo.controlplane;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Where a control plane's rules come from.
 *
 * <p>A control plane calls {@link #start} once before it serves the first subscriber and {@link
 * #close} once when it stops. Between the two the source tells its {@link Listener} what changes,
 * from any thread. A source holds one rule for each {@link RuleId}.
 */
public interface RuleSource extends AutoCloseable {

    /**
     * Returns what to call this source in problems and logs, such as {@code directory
     * /etc/opensergo}. The same each time.
     */
    String name();

    /**
     * Starts to follow the rules. Whatever rules there are already should be reported before this
     * method returns, so that the first subscriber gets them and not an empty set.
     *
     * <p>A source that cannot start gives back what it has taken before it throws; it is not closed
     * then.
     *
     * @param listener takes the rules until {@link #close}
     * @throws java.io.UncheckedIOException if there is nothing to follow; the message names it and
     *     the fix
     */
    void start(Listener listener);

    /**
     * Ends following and gives back every thread and file. The rules reported so far stay in force.
     * Does nothing if the source was not started.
     */
    @Override
    void close();

    /**
     * Takes what a source reports.
     *
     * <p>Its methods may be called from any thread, apply calls in the order in which they come,
     * return without waiting for a subscriber, and call nothing back on the source.
     */
    interface Listener {

        /** Returns the kinds that the control plane serves, and so the ones to look for. */
        RuleKinds kinds();

        /**
         * Returns what reads documents for this control plane: strictly, of its {@link #kinds()},
         * each with an app. Its problems repeat nothing of a source that is none of OpenSergo's.
         */
        default RuleReader reader() {
            return RuleReader.strict().withKinds(kinds()).withAppRequired().withForeignTextHidden();
        }

        /**
         * Applies a batch of changes as one: no subscriber of a group of rules sees a part of it.
         *
         * <p>For a source without an order of its own: the changes are taken to be of this moment.
         * Versions that follow from it rise across restarts of this process, but mean nothing to
         * other replicas.
         *
         * @param puts rules that are new or take the place of the rule of the same id
         * @param deletes rules that are gone; ids that are unknown are ignored, and so are those
         *     that are also among the puts
         */
        void changed(Collection<? extends Rule> puts, Collection<RuleId> deletes);

        /**
         * Applies a batch of changes as one, and says which state of the source that makes.
         *
         * <p>For a source that several replicas of a control plane read: if each of them reports
         * the same revision for the same state, their versions can be compared and a client may
         * move between them. A source that uses this method reports its revision before {@link
         * RuleSource#start} returns, and again whenever only the revision moves, with an empty
         * batch.
         *
         * @param puts as in the other method
         * @param deletes as in the other method
         * @param revision the time of the source's latest change, in microseconds since 1970, at
         *     least 0; one that is lower than that of an earlier report counts as that one
         * @throws IllegalArgumentException if the revision is negative
         */
        void changed(Collection<? extends Rule> puts, Collection<RuleId> deletes, long revision);

        /**
         * Applies a batch of changes as one, as the method without places does, which this one
         * calls unless it is overridden.
         *
         * @param places where the rules that changed are or were, such as {@code rules/a.yaml:12},
         *     for the log; those of other rules are ignored
         */
        default void changed(
                Collection<? extends Rule> puts,
                Collection<RuleId> deletes,
                long revision,
                Map<RuleId, String> places) {
            changed(puts, deletes, revision);
        }

        /**
         * Takes the place of the problems reported before.
         *
         * @param problems everything that is wrong with the source now; empty if all is well
         */
        void problems(List<Problem> problems);
    }
}
