package io.opensergo.api;

/**
 * Signals that the control plane refuses to deliver the rules of a key; others are not affected.
 */
public final class SubscriptionRefusedException extends OpenSergoException {

    private static final long serialVersionUID = 1L;

    private final transient RuleKey key;
    private final int code;

    /**
     * Reports a refusal.
     *
     * @param key what was subscribed to
     * @param code the status code of the control plane
     * @param message what the control plane said
     */
    public SubscriptionRefusedException(RuleKey key, int code, String message) {
        super("the control plane refuses " + key + " with code " + code + ": " + message, null);
        this.key = key;
        this.code = code;
    }

    /** Returns what was subscribed to. */
    public RuleKey key() {
        return key;
    }

    /** Returns the status code of the control plane. */
    public int code() {
        return code;
    }
}
