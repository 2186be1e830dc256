package io.opensergo.api;

import java.util.Collection;

/**
 * The cause of {@link ConnectionState.Phase#STALE}: rules in force that the control plane has not
 * sent again since the client connected.
 */
public final class StaleRulesException extends OpenSergoException {

    private static final long serialVersionUID = 1L;

    /**
     * Reports keys.
     *
     * @param keys the keys whose rules are from before, at least one
     */
    public StaleRulesException(Collection<RuleKey> keys) {
        super(
                "the rules of "
                        + keys.iterator().next()
                        + (keys.size() == 1 ? "" : " and of " + (keys.size() - 1) + " more keys")
                        + " are from before this connection, which has not sent them yet");
    }
}
