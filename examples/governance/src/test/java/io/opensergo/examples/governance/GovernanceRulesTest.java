package io.opensergo.examples.governance;

import static io.opensergo.test.OpenSergoAssertions.assertThat;

import io.opensergo.governance.Guard;
import io.opensergo.governance.routing.RequestView;
import io.opensergo.test.OpenSergoTest;
import io.opensergo.test.Rules;
import io.opensergo.test.TestGovernor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The rules of this example do what their comments say: in a unit test, without waiting. */
@OpenSergoTest(app = "shop")
@Rules(files = "rules")
class GovernanceRulesTest {

    @Test
    void fiftyOrdersPassInASecond(TestGovernor test) {
        Guard orders = test.guard("POST:/orders");

        assertThat(orders).admits(50).thenRefusesBy("orders-per-second").ofRule("protect-orders");
        test.clock().advance(Duration.ofSeconds(2));
        assertThat(orders).admits(50).thenRefusesBy("orders-per-second");
    }

    @Test
    void raisedLimitCountsWhatHasPassed(TestGovernor test) throws Exception {
        assertThat(test.guard("POST:/orders")).admits(50);

        test.replaceRules(
                Files.readString(Path.of("rules/protection.yaml"))
                        .replace("threshold: 50", "threshold: 80"));

        assertThat(test.guard("POST:/orders")).admits(30).thenRefusesBy("orders-per-second");
    }

    @Test
    void failingPricesAreBrokenOffAndProbed(TestGovernor test) {
        Guard prices = test.guard("prices");

        assertThat(prices).admitsFailing(5).hasOpenBreaker("failing-prices");
        assertThat(prices).refusesBy("failing-prices").retryAfter(Duration.ofMillis(500));
        test.clock().advance(Duration.ofMillis(500));
        assertThat(prices).admits(1).hasClosedBreaker("failing-prices");
    }

    @Test
    void testersSeeTheBetaAndFiveInAHundredOfTheOthers(TestGovernor test) {
        RequestView.Builder tester =
                RequestView.builder().host("prices").header("x-cohort", "beta");

        assertThat(test).routes(tester).to("prices", "beta").byRoute("testers");
        assertThat(test)
                .routes(RequestView.builder().host("prices"))
                .byRoute("everybody")
                .inShares(Map.of("prices/stable", 95, "prices/beta", 5));
    }

    @Test
    void testersSeeTheStableVersionWhileThereIsNoBeta(TestGovernor test) {
        Map<String, String> stable = Map.of("version", "stable");

        assertThat(test)
                .routes(RequestView.builder().host("prices").header("x-cohort", "beta"))
                .among(Map.of("prices", List.of(stable)), List.of(stable));
    }
}
