package io.opensergo.examples.spring;

import static io.opensergo.test.OpenSergoAssertions.assertThat;

import io.opensergo.governance.Guard;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.test.OpenSergoTest;
import io.opensergo.test.Rules;
import io.opensergo.test.TestGovernor;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The rules of each service of this example, by themselves. */
class SpringRulesTest {

    @Nested
    @OpenSergoTest(app = "prices")
    @Rules(files = "rules/limit.yaml")
    class OfPrices {

        @Test
        void tenRequestsPassInASecond(TestGovernor test) {
            Guard prices = test.guard("GET:/prices/{id}");

            assertThat(prices).admits(10).thenRefusesBy("prices-per-second");
            test.clock().advance(Duration.ofSeconds(2));
            assertThat(prices).admits(10);
        }
    }

    @Nested
    @OpenSergoTest(app = "shop")
    @Rules(files = "rules/breaker.yaml")
    class OfTheShop {

        @Test
        void callsAreBrokenOffForASecond(TestGovernor test) {
            Guard calls = test.guard("GET:prices/prices/{id}", TrafficDirection.OUTBOUND);

            assertThat(calls).admitsFailing(10, "500").hasOpenBreaker("prices-fail");
            assertThat(calls).refusesBy("prices-fail").retryAfter(Duration.ofSeconds(1));
            test.clock().advance(Duration.ofSeconds(1));
            assertThat(calls).admits(1).hasClosedBreaker("prices-fail");
        }
    }
}
