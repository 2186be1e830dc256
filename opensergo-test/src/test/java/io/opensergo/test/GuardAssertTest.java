package io.opensergo.test;

import static io.opensergo.test.OpenSergoAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.governance.Guard;
import io.opensergo.rules.faulttolerance.StrategyKind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Sentences about guards, beside those of AssertJ. */
@OpenSergoTest(app = "shop")
@Rules("rules/shop.yaml")
class GuardAssertTest {

    @Test
    void rateLimitAdmitsItsThresholdInAWindow(TestGovernor test) {
        Guard orders = test.guard("POST:/orders");

        assertThat(orders).admits(5).thenRefusesBy("orders-per-second");
        test.clock().advance(Duration.ofSeconds(2));
        assertThat(orders).admits(5).thenRefuses().ofRule("protect-orders");
        assertThat(test.clock().elapsed()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void concurrencyLimitRefusesOneMoreWhileOthersAreInFlight(TestGovernor test) {
        assertThat(test.guard("POST:/orders"))
                .admitsAtOnce(3)
                .thenRefusesBy("orders-at-once")
                .ofKind(StrategyKind.CONCURRENCY_LIMIT)
                .withoutRetry();
        assertThat(test.guard("POST:/orders").stats().inFlight()).isZero();
    }

    @Test
    void throttledRequestsQueueOneBehindTheOther(TestGovernor test) {
        assertThat(test.guard("mails"))
                .admits(1)
                .thenQueues(Duration.ofMillis(200))
                .thenQueues(Duration.ofMillis(400));
    }

    @Test
    void failuresOpenABreakerWhichRecovers(TestGovernor test) {
        Guard prices = test.guard("prices");

        assertThat(prices).admitsFailing(4, "503").hasOpenBreaker("break-prices");
        assertThat(prices).refusesBy("break-prices").retryAfter(Duration.ofSeconds(2));
        test.clock().advance(Duration.ofSeconds(2));
        assertThat(prices).admits(1).hasClosedBreaker("break-prices");
    }

    @Test
    void slowRequestsOpenABreakerOfSlowOnes(TestGovernor test) {
        assertThat(test.guard("stock"))
                .admitsTaking(Duration.ofMillis(501), 3, test.clock())
                .hasOpenBreaker("slow-stock");
    }

    @Test
    @Rules(
            text =
                    """
                    apiVersion: fault-tolerance.opensergo.io/v1alpha1
                    kind: FaultToleranceRule
                    metadata:
                      name: try-a-limit
                      labels: {app: shop}
                      annotations: {opensergo.io/mode: shadow}
                    spec:
                      targets: [{targetResourceName: prices}]
                      strategies: [{name: two-a-second, kind: RateLimitStrategy}]
                    ---
                    apiVersion: fault-tolerance.opensergo.io/v1alpha1
                    kind: RateLimitStrategy
                    metadata: {name: two-a-second, labels: {app: shop}}
                    spec: {metricType: RequestAmount, limitMode: Local, threshold: 2, statDurationSeconds: 1}
                    """)
    void shadowCountsWhatItWouldRefuse(TestGovernor test) {
        assertThat(test.guard("prices")).admits(2).thenWouldRefuseBy("two-a-second");
    }

    @Test
    void failureSaysTheSentenceWhatWasFoundAndWhy(TestGovernor test) {
        Guard orders = test.guard("POST:/orders");

        assertThatThrownBy(() -> assertThat(orders).admits(4).thenRefusesBy("orders-per-second"))
                .isInstanceOf(AssertionError.class)
                .hasMessage(
                        """
                        expected that 'POST:/orders' admits 4 requests, then refuses by \
                        'orders-per-second', but one more request was admitted
                          'POST:/orders' by plan 1: admitted
                            admits  ConcurrencyLimitStrategy 'orders-at-once' of rule \
                        'protect-orders': 0 in flight of at most 3
                            admits  RateLimitStrategy 'orders-per-second' of rule \
                        'protect-orders': 4 admitted; the limit is 5""");
    }

    @Test
    void failureOfARefusedRequestSaysWhoRefusedIt(TestGovernor test) {
        Guard orders = test.guard("POST:/orders");

        assertThatThrownBy(() -> assertThat(orders).admits(6))
                .hasMessageStartingWith(
                        "expected that 'POST:/orders' admits 6 requests, but request 6 was refused:"
                                + " 'POST:/orders' was refused by RateLimitStrategy"
                                + " 'orders-per-second' of rule 'protect-orders'");
    }

    @Test
    void failureOfAnotherStrategyAnotherWaitAndAnotherStateNameWhatWasFound(TestGovernor test) {
        Guard orders = test.guard("POST:/orders");
        Guard mails = test.guard("mails");

        assertThatThrownBy(() -> assertThat(orders).admitsAtOnce(3).thenRefusesBy("other"))
                .hasMessageContaining(
                        "it was refused otherwise: 'POST:/orders' was refused by"
                                + " ConcurrencyLimitStrategy 'orders-at-once'");
        assertThatThrownBy(() -> assertThat(mails).admits(1).thenQueues(Duration.ofMillis(100)))
                .hasMessageContaining("it has to wait PT0.2S");
        assertThatThrownBy(() -> assertThat(mails).admits(1))
                .hasMessageContaining("request 1 has to wait PT0.4S");
        assertThatThrownBy(() -> assertThat(test.guard("prices")).hasOpenBreaker("break-prices"))
                .hasMessageContaining("it is CLOSED");
        assertThatThrownBy(() -> assertThat(test.guard("prices")).hasOpenBreaker("brake"))
                .hasMessage(
                        "'prices' has no circuit breaker 'brake'; its strategies are"
                                + " 'break-prices'");
    }

    @Test
    void requestsOfAFailedSentenceAreNotLeftInFlight(TestGovernor test) {
        Guard orders = test.guard("POST:/orders");

        assertThatThrownBy(() -> assertThat(orders).admitsAtOnce(4))
                .hasMessageContaining("request 4 was refused");
        assertThat(orders.stats().inFlight()).isZero();
    }

    @Test
    @Allow(resources = "unheard-of")
    void resourceThatNoRuleNamesIsUnprotectedAndTheMessageSaysSo(TestGovernor test) {
        Guard unknown = test.guard("unheard-of");

        assertThat(unknown).isUnprotected().admits(1_000);
        assertThatThrownBy(() -> assertThat(unknown).refuses())
                .hasMessageEndingWith("no rule names this resource");
        assertThatThrownBy(() -> assertThat(unknown).isProtected()).hasMessageContaining("no rule");
        assertThatThrownBy(() -> assertThat(test.guard("prices")).isUnprotected())
                .hasMessageContaining("rules name it");
    }
}
