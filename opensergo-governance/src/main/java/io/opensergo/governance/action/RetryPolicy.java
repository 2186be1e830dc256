package io.opensergo.governance.action;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * When a request is tried again. The caller makes the attempts and the waits; this decides by plain
 * values, has no clock but that of the budget, and is safe for any number of threads.
 *
 * <p>A request is tried again if the rule asks for it after such a result, if it has attempts and
 * time left, if doing it twice is the same as once or no server can have begun with it, and if the
 * {@link RetryBudget} of its destination allows it; never after a refusal by a rule of this
 * process. Before the <i>n</i>th retry it waits a random time up to {@code (2^n - 1) * 25 ms}, 250
 * ms at most, as in Envoy.
 */
public final class RetryPolicy {

    /** The attempts after the first if a rule does not say, as in Envoy. */
    public static final int DEFAULT_ATTEMPTS = 1;

    private static final long BASE_NANOS = Duration.ofMillis(25).toNanos();
    private static final long MAX_NANOS = Duration.ofMillis(250).toNanos();
    private static final int MAX_DOUBLINGS = 4;

    private static final Set<String> IDEMPOTENT =
            Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE");

    private final int attempts;
    private final long perTryTimeoutNanos;
    private final RetryConditions conditions;
    private final RetryBudget budget;
    private final LongUnaryOperator random;
    private final LongAdder retried;
    private final LongAdder outOfBudget;

    RetryPolicy(
            int attempts,
            long perTryTimeoutNanos,
            RetryConditions conditions,
            RetryBudget budget,
            LongUnaryOperator random) {
        this(
                attempts,
                perTryTimeoutNanos,
                conditions,
                budget,
                random,
                new LongAdder(),
                new LongAdder());
    }

    private RetryPolicy(
            int attempts,
            long perTryTimeoutNanos,
            RetryConditions conditions,
            RetryBudget budget,
            LongUnaryOperator random,
            LongAdder retried,
            LongAdder outOfBudget) {
        this.attempts = attempts;
        this.perTryTimeoutNanos = perTryTimeoutNanos;
        this.conditions = conditions;
        this.budget = budget;
        this.random = random;
        this.retried = retried;
        this.outOfBudget = outOfBudget;
    }

    /** Returns this, with others that count retries, and those that the budget did not allow. */
    public RetryPolicy countedBy(LongAdder retries, LongAdder refusedByBudget) {
        return new RetryPolicy(
                attempts, perTryTimeoutNanos, conditions, budget, random, retries, refusedByBudget);
    }

    /**
     * Returns a policy, or {@code null} if there is nothing that it would try again.
     *
     * @param attempts how often at most, after the first; {@code null} for {@value
     *     #DEFAULT_ATTEMPTS}
     * @param perTryTimeout the time limit of each attempt; none if {@code null} or zero
     * @param retryOn the conditions, as Envoy names them, and HTTP statuses; empty for those of
     *     Istio: {@code connect-failure,refused-stream,unavailable,cancelled,503}
     * @param problems told of each condition that cannot be used
     */
    public static @Nullable RetryPolicy of(
            @Nullable Integer attempts,
            @Nullable Duration perTryTimeout,
            List<String> retryOn,
            RetryBudget budget,
            Consumer<String> problems) {
        int retries = attempts == null ? DEFAULT_ATTEMPTS : attempts;
        RetryConditions conditions = RetryConditions.of(retryOn, problems);
        if (retries == 0 || conditions.isEmpty()) {
            return null;
        }
        return new RetryPolicy(
                retries,
                perTryTimeout == null ? 0 : Durations.nanos(perTryTimeout),
                conditions,
                budget,
                bound -> ThreadLocalRandom.current().nextLong(bound));
    }

    /** Returns how often a request is tried again at most. */
    public int attempts() {
        return attempts;
    }

    /** Returns the time limit of each attempt, the first included; 0 for none. */
    public long perTryTimeoutNanos() {
        return perTryTimeoutNanos;
    }

    /** Returns the budget, which all routes to the destination share. */
    public RetryBudget budget() {
        return budget;
    }

    /** Counts a request; to be called once, before its first attempt. */
    public void onRequest() {
        budget.onRequest();
    }

    /**
     * Returns whether doing a request twice is the same as doing it once: by its method, or since
     * it has an {@code Idempotency-Key}, by which its server knows it again.
     *
     * @param idempotencyKey the value of that header, or {@code null}
     */
    public static boolean isIdempotent(String method, @Nullable String idempotencyKey) {
        return IDEMPOTENT.contains(method.toUpperCase(Locale.ROOT))
                || (idempotencyKey != null && !idempotencyKey.isBlank());
    }

    /**
     * Returns whether the rule asks for a retry after a result, whatever else stands against it.
     */
    public boolean asksFor(AttemptResult result) {
        return conditions.include(result);
    }

    /**
     * Decides after an attempt. A retry is taken from the budget, so that the caller has to make
     * it.
     *
     * @param retries how many retries the request has had so far
     * @param result how the last attempt ended
     * @param idempotent whether doing the request twice is the same as once
     * @param remainingNanos how much time the request has left; {@link Long#MAX_VALUE} without a
     *     limit
     */
    public RetryDecision decide(
            int retries, AttemptResult result, boolean idempotent, long remainingNanos) {
        if (!conditions.include(result)) {
            return RetryDecision.NOT_ASKED_FOR;
        }
        if (retries >= attempts) {
            return RetryDecision.NO_ATTEMPT_LEFT;
        }
        if (!idempotent && !result.kind().isUnseen()) {
            return RetryDecision.NOT_IDEMPOTENT;
        }
        long delay = random.applyAsLong(backoffBound(retries));
        if (delay >= remainingNanos) {
            return RetryDecision.OUT_OF_TIME;
        }
        if (!budget.tryRetry()) {
            outOfBudget.increment();
            return RetryDecision.OUT_OF_BUDGET;
        }
        retried.increment();
        return new RetryDecision(RetryDecision.Verdict.RETRY, delay);
    }

    private static long backoffBound(int retries) {
        int doublings = Math.min(retries + 1, MAX_DOUBLINGS);
        return Math.min(MAX_NANOS, ((1L << doublings) - 1) * BASE_NANOS);
    }
}
