package io.opensergo.conformance.governor;

import io.opensergo.conformance.cases.RuleDocuments;
import io.opensergo.governance.Governor;
import io.opensergo.governance.GovernorBuilder;

/** How rules get into a governor. Made for one governor. */
public interface RuleDelivery extends AutoCloseable {

    /** Tells a governor where its rules come from, before it is built. */
    void connect(GovernorBuilder settings);

    /**
     * Puts rules in force, in place of all others. Returns once the plan of the governor is by all
     * of them.
     *
     * @param rules the rules, bound to {@link RuleDocuments#APP}
     */
    void deliver(RuleDocuments rules, Governor governor);

    /** Frees what it holds; called after the governor is closed. */
    @Override
    default void close() {}

    /** Returns a delivery without a network: the rules are read and given to the governor. */
    static RuleDelivery direct() {
        return new DirectDelivery();
    }
}
