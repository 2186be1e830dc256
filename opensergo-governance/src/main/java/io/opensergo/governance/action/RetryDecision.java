package io.opensergo.governance.action;

/**
 * Whether a request is tried again.
 *
 * @param verdict whether, or why not
 * @param delayNanos how long to wait before; 0 unless it is tried again
 */
public record RetryDecision(Verdict verdict, long delayNanos) {

    /** The rule does not ask for it, or nobody can do it. */
    public static final RetryDecision NOT_ASKED_FOR = new RetryDecision(Verdict.NOT_ASKED_FOR, 0);

    static final RetryDecision NO_ATTEMPT_LEFT = new RetryDecision(Verdict.NO_ATTEMPT_LEFT, 0);
    static final RetryDecision NOT_IDEMPOTENT = new RetryDecision(Verdict.NOT_IDEMPOTENT, 0);
    static final RetryDecision OUT_OF_TIME = new RetryDecision(Verdict.OUT_OF_TIME, 0);
    static final RetryDecision OUT_OF_BUDGET = new RetryDecision(Verdict.OUT_OF_BUDGET, 0);

    /** What can be decided. */
    public enum Verdict {
        /** It is tried again. */
        RETRY,
        /** The rule does not ask for a retry after such a result. */
        NOT_ASKED_FOR,
        /** It has been tried as often as the rule says. */
        NO_ATTEMPT_LEFT,
        /** A server may have begun with it, and doing it twice is not the same as once. */
        NOT_IDEMPOTENT,
        /** Its time would be over before the next attempt. */
        OUT_OF_TIME,
        /** Too many requests to this destination are retries by now. */
        OUT_OF_BUDGET
    }

    /** Returns whether the request is tried again. */
    public boolean isRetry() {
        return verdict == Verdict.RETRY;
    }
}
