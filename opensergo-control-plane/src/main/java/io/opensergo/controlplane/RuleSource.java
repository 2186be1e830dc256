package io.opensergo.controlplane;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleKinds;
import java.util.Collection;
import java.util.List;

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
         * Applies a batch of changes as one: no subscriber of a group of rules sees a part of it.
         *
         * @param puts rules that are new or take the place of the rule of the same id
         * @param deletes rules that are gone; ids that are unknown are ignored, and so are those
         *     that are also among the puts
         */
        void changed(Collection<? extends Rule> puts, Collection<RuleId> deletes);

        /**
         * Takes the place of the problems reported before.
         *
         * @param problems everything that is wrong with the source now; empty if all is well
         */
        void problems(List<Problem> problems);
    }
}
