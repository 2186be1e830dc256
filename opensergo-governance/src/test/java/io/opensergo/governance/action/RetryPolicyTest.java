package io.opensergo.governance.action;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.action.RetryDecision.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a request is tried again. */
class RetryPolicyTest {

    private static final long NO_LIMIT = Long.MAX_VALUE;

    private final List<String> problems = new ArrayList<>();
    private final RetryBudget budget = new RetryBudget(() -> 0);

    private RetryPolicy on(String... conditions) {
        return RetryPolicy.of(3, Duration.ofSeconds(1), List.of(conditions), budget, problems::add);
    }

    private Verdict afterFirst(RetryPolicy policy, AttemptResult result) {
        return policy.decide(0, result, true, NO_LIMIT).verdict();
    }

    @ParameterizedTest
    @CsvSource({
        "5xx, 500, true",
        "5xx, 599, true",
        "5xx, 499, false",
        "gateway-error, 502, true",
        "gateway-error, 504, true",
        "gateway-error, 500, false",
        "gateway-error, 505, false",
        "retriable-4xx, 409, true",
        "retriable-4xx, 400, false",
        "429, 429, true",
        "429, 503, false",
        "connect-failure, 503, false"
    })
    void statusesAreTriedAgainAsEnvoyNamesThem(String condition, int status, boolean isRetried) {
        assertThat(afterFirst(on(condition), AttemptResult.http(status)) == Verdict.RETRY)
                .isEqualTo(isRetried);
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "5xx, CONNECT_FAILURE REFUSED_STREAM RESET_BEFORE_REQUEST RESET TIMED_OUT",
        "gateway-error, CONNECT_FAILURE REFUSED_STREAM RESET_BEFORE_REQUEST RESET TIMED_OUT",
        "reset, CONNECT_FAILURE REFUSED_STREAM RESET_BEFORE_REQUEST RESET TIMED_OUT",
        "connect-failure, CONNECT_FAILURE",
        "refused-stream, REFUSED_STREAM",
        "reset-before-request, RESET_BEFORE_REQUEST",
        "503, ''"
    })
    void requestsWithoutAResponseAreTriedAgainAsEnvoyDoes(String condition, String kinds) {
        RetryPolicy policy = on(condition);

        for (AttemptResult result :
                List.of(
                        AttemptResult.CONNECT_FAILURE,
                        AttemptResult.REFUSED_STREAM,
                        AttemptResult.RESET_BEFORE_REQUEST,
                        AttemptResult.RESET,
                        AttemptResult.TIMED_OUT,
                        AttemptResult.NOT_TRIED)) {
            assertThat(policy.asksFor(result))
                    .as(result.toString())
                    .isEqualTo(List.of(kinds.split(" ")).contains(result.kind().name()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "cancelled, 1",
        "deadline-exceeded, 4",
        "resource-exhausted, 8",
        "internal, 13",
        "unavailable, 14"
    })
    void statusesOfGrpcAreTriedAgainByTheirNames(String condition, int code) {
        RetryPolicy policy = on(condition);

        for (int other = 0; other <= 16; other++) {
            assertThat(policy.asksFor(AttemptResult.grpc(other))).isEqualTo(other == code);
        }
    }

    @Test
    void withoutConditionsThoseOfIstioHold() {
        RetryPolicy policy = on();

        assertThat(policy.asksFor(AttemptResult.http(503))).isTrue();
        assertThat(policy.asksFor(AttemptResult.http(502))).isFalse();
        assertThat(policy.asksFor(AttemptResult.CONNECT_FAILURE)).isTrue();
        assertThat(policy.asksFor(AttemptResult.RESET)).isFalse();
        assertThat(policy.asksFor(AttemptResult.grpc(14))).isTrue();
    }

    @Test
    void anUnknownConditionIsReportedAndTheOthersHold() {
        RetryPolicy policy = on("5xxx", "503", "retriable-headers", "99");

        assertThat(policy.asksFor(AttemptResult.http(503))).isTrue();
        assertThat(problems)
                .containsExactly(
                        "cannot retry on '5xxx', which is neither a condition of Envoy nor an HTTP"
                                + " status",
                        "cannot retry on 'retriable-headers', which only a proxy knows",
                        "cannot retry on '99', which is neither a condition of Envoy nor an HTTP"
                                + " status");
    }

    @Test
    void withoutAnAttemptOrAConditionThereIsNoPolicy() {
        assertThat(RetryPolicy.of(0, null, List.of("5xx"), budget, problems::add)).isNull();
        assertThat(on("nothing")).isNull();
    }

    @Test
    void withoutANumberThereIsOneRetry() {
        RetryPolicy policy = RetryPolicy.of(null, null, List.of("5xx"), budget, problems::add);

        assertThat(policy.attempts()).isEqualTo(1);
        assertThat(policy.perTryTimeoutNanos()).isZero();
    }

    @Test
    void aRefusalByAnOwnRuleIsNeverTriedAgain() {
        assertThat(afterFirst(on("5xx", "reset", "503"), AttemptResult.NOT_TRIED))
                .isEqualTo(Verdict.NOT_ASKED_FOR);
    }

    @Test
    void aRequestIsTriedAgainAsOftenAsTheRuleSays() {
        RetryPolicy policy = on("5xx");

        assertThat(policy.decide(2, AttemptResult.http(500), true, NO_LIMIT).isRetry()).isTrue();
        assertThat(policy.decide(3, AttemptResult.http(500), true, NO_LIMIT).verdict())
                .isEqualTo(Verdict.NO_ATTEMPT_LEFT);
    }

    @Test
    void whatIsNotIdempotentIsTriedAgainOnlyIfNoServerHasBegunWithIt() {
        RetryPolicy policy = on("5xx");

        assertThat(policy.decide(0, AttemptResult.http(503), false, NO_LIMIT).verdict())
                .isEqualTo(Verdict.NOT_IDEMPOTENT);
        assertThat(policy.decide(0, AttemptResult.RESET, false, NO_LIMIT).verdict())
                .isEqualTo(Verdict.NOT_IDEMPOTENT);
        assertThat(policy.decide(0, AttemptResult.TIMED_OUT, false, NO_LIMIT).verdict())
                .isEqualTo(Verdict.NOT_IDEMPOTENT);
        assertThat(policy.decide(0, AttemptResult.CONNECT_FAILURE, false, NO_LIMIT).isRetry())
                .isTrue();
        assertThat(policy.decide(0, AttemptResult.REFUSED_STREAM, false, NO_LIMIT).isRetry())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, , true",
        "put, , true",
        "POST, , false",
        "PATCH, , false",
        "POST, k-1, true",
        "POST, ' ', false",
        "MERGE, , false"
    })
    void aMethodOrAKeySaysWhetherDoingItTwiceIsTheSameAsOnce(
            String method, String key, boolean isIdempotent) {
        assertThat(RetryPolicy.isIdempotent(method, key)).isEqualTo(isIdempotent);
    }

    @Test
    void withoutBudgetNothingIsTriedAgain() {
        RetryPolicy policy = on("5xx");
        for (int i = 0; i < RetryBudget.CAPACITY; i++) {
            assertThat(afterFirst(policy, AttemptResult.http(500))).isEqualTo(Verdict.RETRY);
        }

        assertThat(afterFirst(policy, AttemptResult.http(500))).isEqualTo(Verdict.OUT_OF_BUDGET);
        for (int i = 0; i < RetryBudget.REQUESTS_PER_RETRY; i++) {
            policy.onRequest();
        }
        assertThat(afterFirst(policy, AttemptResult.http(500))).isEqualTo(Verdict.RETRY);
    }

    @Test
    void waitsARandomTimeThatGrowsUpToAQuarterOfASecond() {
        List<Long> bounds = new ArrayList<>();
        var policy =
                new RetryPolicy(
                        100,
                        0,
                        RetryConditions.of(List.of("5xx"), problems::add),
                        budget,
                        bound -> {
                            bounds.add(Duration.ofNanos(bound).toMillis());
                            return bound / 2;
                        });

        for (int retries = 0; retries < 5; retries++) {
            policy.decide(retries, AttemptResult.http(500), true, NO_LIMIT);
        }
        RetryDecision last = policy.decide(90, AttemptResult.http(500), true, NO_LIMIT);

        assertThat(bounds).containsExactly(25L, 75L, 175L, 250L, 250L, 250L);
        assertThat(last.delayNanos()).isEqualTo(Duration.ofMillis(125).toNanos());
    }

    @Test
    void aRequestWhoseTimeWouldBeOverTakesNothingFromTheBudget() {
        RetryPolicy policy = on("5xx");

        assertThat(policy.decide(0, AttemptResult.http(500), true, 0).verdict())
                .isEqualTo(Verdict.OUT_OF_TIME);
        assertThat(budget.available()).isEqualTo(RetryBudget.CAPACITY);
    }
}
