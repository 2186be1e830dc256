package io.opensergo.governance;

import static io.opensergo.governance.Rules.metadata;
import static io.opensergo.governance.Rules.on;
import static io.opensergo.governance.Rules.rate;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.governance.quota.InMemoryGlobalQuota;
import io.opensergo.governance.quota.QuotaFailurePolicy;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.StrategyKind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A rate limit whose mode is Global, by governors that share a store. */
class GlobalLimitTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    /**
     * By the documentation of the limiter an instance may admit one lease more than it was granted,
     * and leave two unused.
     */
    private static final int GREATEST_LEASE = 10;

    private final ManualTicker ticker = new ManualTicker();
    private final InMemoryGlobalQuota store = new InMemoryGlobalQuota(ticker);

    private static RateLimitStrategy global(long threshold) {
        return rate(metadata("limit"), LimitMode.GLOBAL, threshold, SECOND);
    }

    private Governor governor(RateLimitStrategy limit) {
        return Governor.builder()
                .rules(on("a", limit))
                .ticker(ticker)
                .instances(() -> 2)
                .globalQuota(store)
                .build();
    }

    private static int admitted(Guard guard, int requests) {
        int admitted = 0;
        for (int i = 0; i < requests; i++) {
            admitted += Guard.isRefused(guard.acquire()) ? 0 : 1;
        }
        return admitted;
    }

    @Test
    void isSharedByTheInstances() {
        try (Governor one = governor(global(100));
                Governor other = governor(global(100))) {
            assertThat(one.plan().problems()).isEmpty();

            int admitted = admitted(one.guard("a"), 70) + admitted(other.guard("a"), 500);

            assertThat(admitted).isBetween(100 - 2 * GREATEST_LEASE, 100 + 2 * GREATEST_LEASE);
        }
    }

    @Test
    void saysWhoRefusedAndCountsIt() {
        try (Governor governor = governor(global(20))) {
            Guard guard = governor.guard("a");
            int admitted = admitted(guard, 200);

            Rejection rejection = guard.rejection(guard.acquire());

            assertThat(rejection.kind()).isEqualTo(StrategyKind.RATE_LIMIT);
            assertThat(rejection.strategy()).isEqualTo("limit");
            assertThat(rejection.retryAfter()).isBetween(Duration.ofNanos(1), SECOND);
            assertThat(guard.stats().passed()).isEqualTo(admitted);
            assertThat(guard.stats().rejected()).isEqualTo(201 - admitted);
            assertThat(guard.explain().rejectedBy()).isEqualTo("limit");
        }
    }

    @Test
    void isEditedInPlace() {
        try (Governor governor = governor(global(20))) {
            Guard guard = governor.guard("a");
            int before = admitted(guard, 200);

            governor.replaceRules(on("a", global(60)));
            int after = admitted(guard, 200);

            assertThat(before + after).isBetween(60, 60 + GREATEST_LEASE);
        }
    }

    @Test
    void appliesTheShareOfTheInstanceWhileTheStoreIsDown() {
        try (Governor governor = governor(global(100))) {
            store.close();

            assertThat(admitted(governor.guard("a"), 500)).isBetween(50, 50 + GREATEST_LEASE);
            assertThat(governor.quotaHealth().orElseThrow().isDown()).isTrue();
        }
    }

    @Test
    void letsEverythingPassWhileTheStoreIsDownIfTold() {
        try (Governor governor =
                Governor.builder()
                        .rules(on("a", global(10)))
                        .ticker(ticker)
                        .globalQuota(store, QuotaFailurePolicy.FAIL_OPEN)
                        .build()) {
            store.close();

            assertThat(admitted(governor.guard("a"), 500)).isEqualTo(500);
        }
    }

    @Test
    void givesPermitsBackIfALaterStrategyRefuses() {
        var limit = global(10);
        var breaker = Rules.breaker("breaker");
        try (Governor governor =
                Governor.builder()
                        .rules(on("a", limit, breaker))
                        .ticker(ticker)
                        .globalQuota(store)
                        .build()) {
            Guard guard = governor.guard("a");
            for (int i = 0; i < 2; i++) {
                guard.release(guard.acquire(), Outcome.failure("503"));
            }
            for (int i = 0; i < 100; i++) {
                assertThat(guard.rejection(guard.acquire()).kind())
                        .isEqualTo(StrategyKind.CIRCUIT_BREAKER);
            }
        }
    }

    @Test
    void isReportedIfThereIsNoStore() {
        Governor governor = Governor.builder().rules(on("a", global(5))).ticker(ticker).build();

        assertThat(admitted(governor.guard("a"), 50)).isEqualTo(5);
        assertThat(governor.quotaHealth()).isEmpty();
        assertThat(governor.plan().problems())
                .singleElement()
                .hasToString(
                        "RateLimitStrategy 'limit' has limitMode Global, but the governor was built"
                                + " without a global quota; the whole limit applies to each instance");
    }

    @Test
    void cannotBoundWhatIsInFlightAcrossInstances() {
        var slots =
                ConcurrencyLimitStrategy.builder(metadata("slots"))
                        .maxConcurrency(3)
                        .limitMode(LimitMode.GLOBAL)
                        .build();
        Governor governor = Governor.of(on("a", slots));

        assertThat(admitted(governor.guard("a"), 50)).isEqualTo(3);
        assertThat(governor.plan().problems())
                .extracting(PlanProblem::type)
                .isEqualTo(List.of(PlanProblem.Type.NOT_SUPPORTED));
    }
}
