package io.opensergo.test;

import static io.opensergo.test.OpenSergoAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.governance.Guard;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Breakers that open when they shall, and a load that is what it shall be. */
@OpenSergoTest(app = "shop")
@Rules("rules/shop.yaml")
class FaultsOnDemandTest {

    @Test
    void breakerOfFailuresOpensByThoseThatItsConditionsName(TestGovernor test) {
        Guard prices = test.guard("prices");

        test.openBreaker(prices, "break-prices");

        assertThat(prices).hasOpenBreaker("break-prices").refusesBy("break-prices");
        assertThat(test.clock().elapsed()).isZero();
    }

    @Test
    void breakerOfSlowRequestsOpensByRequestsThatTakeSoLong(TestGovernor test) {
        Guard stock = test.guard("stock");

        test.openBreaker(stock, "slow-stock");

        assertThat(stock).hasOpenBreaker("slow-stock");
        assertThat(test.clock().elapsed()).isEqualTo(Duration.ofMillis(501));
    }

    @Test
    void breakerOpensAlsoAfterManySuccesses(TestGovernor test) {
        Guard stock = test.guard("stock");
        assertThat(stock).admits(100);

        test.openBreaker(stock, "slow-stock");

        assertThat(stock).hasOpenBreaker("slow-stock");
    }

    @Test
    void probeOfABreakerCanBeMadeToFail(TestGovernor test) {
        Guard prices = test.guard("prices");
        test.openBreaker(prices, "break-prices");
        test.clock().advance(Duration.ofSeconds(2));

        assertThat(prices).admitsFailing(1, "503").hasOpenBreaker("break-prices");
        test.clock().advance(Duration.ofSeconds(2));
        assertThat(prices).admits(1).hasClosedBreaker("break-prices");
    }

    @Test
    void breakerThatIsNotThereIsNamedWithThoseThatAre(TestGovernor test) {
        assertThatThrownBy(() -> test.openBreaker(test.guard("POST:/orders"), "break-prices"))
                .isInstanceOf(AssertionError.class)
                .hasMessage(
                        "'POST:/orders' has no circuit breaker 'break-prices'; its strategies are"
                                + " 'orders-at-once', 'orders-per-second'");
    }

    @Test
    @Rules(files = "src/test/resources/rules/breaker-behind-limit.yaml")
    void otherStrategyThatIsInTheWayIsNamed(TestGovernor test) {
        assertThatThrownBy(() -> test.openBreaker(test.guard("prices"), "break-prices"))
                .hasMessageStartingWith(
                        "the breaker 'break-prices' cannot be opened: after 2 bad calls the next is"
                                + " refused, 'prices' was refused by RateLimitStrategy 'two'");
    }

    @Test
    @Rules(
            text =
                    """
                    apiVersion: fault-tolerance.opensergo.io/v1alpha1
                    kind: AdaptiveOverloadProtectionStrategy
                    metadata: {name: shed, labels: {app: shop}}
                    spec: {metricType: CpuPercentage, triggerThreshold: 80%, adaptiveStrategy: NONE}
                    """)
    @Allow(resources = "anything")
    void loadIsMeasuredAsItIsSet(TestGovernor test) {
        Guard anything = test.guard("anything");

        assertThat(anything).admits(10);
        test.load().setCpu(1);
        assertThat(anything).refusesBy("shed");
        test.load().setCpu(0);
        assertThat(anything).admits(10);
    }

    @Test
    void restartForgetsWhatTestsHaveDone(TestGovernor test) {
        Guard orders = test.guard("POST:/orders");
        assertThat(orders).admits(5).thenRefuses();
        test.replaceRules("# none\n");
        assertThat(orders).isUnprotected();

        test.restart();

        assertThat(orders).admits(5).thenRefuses();
        assertThat(orders.stats().passed()).isEqualTo(5);
    }
}
