package io.opensergo.api;

/**
 * The cause of {@link ConnectionState.Phase#STALE}: rules in force that the control plane has not
 * sent again since the client connected.
 */
public final class StaleRulesException extends OpenSergoException {

    private static final long serialVersionUID = 1L;

    /**
     * Reports keys.
     *
     * @param key one of the keys whose rules are from before
     * @param keys how many such keys there are, at least 1
     */
    public StaleRulesException(RuleKey key, int keys) {
        super(
                "the rules of "
                        + key
                        + (keys == 1 ? "" : " and of " + (keys - 1) + " more keys")
                        + " are from before this connection, which has not sent them yet");
    }
}
