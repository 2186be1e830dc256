package io.opensergo.test;

import io.opensergo.governance.Rejection;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.StrategyKind;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An assertion on the refusal of a request. For one thread. */
public final class RejectionAssert {

    private final GuardAssert guard;
    private final Rejection rejection;

    RejectionAssert(GuardAssert guard, Rejection rejection) {
        this.guard = guard;
        this.rejection = rejection;
    }

    /** Expects that the caller is told to come again after just so long. */
    public RejectionAssert retryAfter(Duration wait) {
        return expect(
                wait.equals(rejection.retryAfter()),
                "with a retry after " + wait,
                rejection.retryAfter() == null ? "no wait helps" : rejection.retryAfter());
    }

    /** Expects that no wait is known to help the caller. */
    public RejectionAssert withoutRetry() {
        return expect(rejection.retryAfter() == null, "without a retry", rejection.retryAfter());
    }

    /** Expects the kind of the strategy. */
    public RejectionAssert ofKind(StrategyKind kind) {
        return expect(rejection.kind() == kind, "by a " + kind.documentName(), rejection);
    }

    /** Expects the rule that brought the strategy to the resource. */
    public RejectionAssert ofRule(String rule) {
        return expect(rule.equals(rejection.rule()), "by rule '" + rule + "'", rejection);
    }

    /** Expects that a fallback of the rule answers the caller with a status. */
    public RejectionAssert answeredWith(int status) {
        HttpRequestFallbackAction fallback = rejection.fallback();
        return expect(
                fallback != null && fallback.behaviorDesc().responseStatusCode() == status,
                "answered with status " + status,
                fallback == null
                        ? "its rule has no fallback action"
                        : "the status is " + fallback.behaviorDesc().responseStatusCode());
    }

    /** Returns the assertion on the guard, to go on with. */
    public GuardAssert and() {
        return guard;
    }

    private RejectionAssert expect(boolean holds, String words, @Nullable Object found) {
        guard.alsoSays(words);
        if (!holds) {
            throw guard.failure(Objects.toString(found));
        }
        return this;
    }
}
