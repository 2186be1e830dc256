package io.opensergo.api;

/** Signals a subscription that would exceed a limit of the client; others are not affected. */
public final class LimitExceededException extends OpenSergoException {

    private static final long serialVersionUID = 1L;

    private final String setting;
    private final long limit;

    /**
     * Reports a limit.
     *
     * @param key what was subscribed to
     * @param setting the name of the limit, such as {@code maxKeys}
     * @param limit its value
     */
    public LimitExceededException(RuleKey key, String setting, long limit) {
        super(
                key
                        + " is not subscribed to: the client is at its limit "
                        + setting
                        + " = "
                        + limit
                        + "; end other subscriptions or raise it",
                null);
        this.setting = setting;
        this.limit = limit;
    }

    /** Returns the name of the limit. */
    public String setting() {
        return setting;
    }

    /** Returns the value of the limit. */
    public long limit() {
        return limit;
    }
}
