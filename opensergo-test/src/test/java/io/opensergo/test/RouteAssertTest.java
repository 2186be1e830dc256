package io.opensergo.test;

import static io.opensergo.test.OpenSergoAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.governance.Governor;
import io.opensergo.governance.action.RouteAction;
import io.opensergo.governance.routing.RequestView;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Sentences about routes and lanes. */
@OpenSergoTest(app = "shop")
@Rules("rules/shop.yaml")
class RouteAssertTest {

    private static final String LANE =
            """
            apiVersion: traffic.opensergo.io/v1alpha1
            kind: TrafficLane
            metadata: {name: gray-lane, labels: {app: shop}}
            spec:
              rules:
                traffic: {http: {headers: {x-cohort: {exact: gray}}}}
                lane: {name: gray}
            """;

    private final RequestView tester =
            RequestView.builder().host("prices").header("x-cohort", "beta").build();

    private final RequestView anybody = RequestView.builder().host("prices").path("/").build();

    @Test
    void routeSaysWhereARequestGoesAndWhatElseItGets(Governor governor) {
        assertThat(governor)
                .routes(tester)
                .to("prices", "beta")
                .byRouter("prices")
                .byRoute("testers")
                .withTimeout(Duration.ofSeconds(2))
                .with(RouteAction.TIMEOUT)
                .without(RouteAction.MIRROR)
                .withRetries(0);
    }

    @Test
    void requestThatNoRouteHoldsForIsNotRouted(Governor governor) {
        assertThat(governor).routes(RequestView.builder().host("stock")).isNotRouted();
    }

    @Test
    void sharesAreThoseOfTheRule(Governor governor) {
        assertThat(governor)
                .routes(anybody)
                .inShares(Map.of("prices/stable", 95, "prices/beta", 5));
    }

    @Test
    void instancesAreThoseOfTheSubset(Governor governor) {
        Map<String, String> stable = Map.of("version", "stable", "zone", "a");
        Map<String, String> beta = Map.of("version", "beta", "zone", "a");

        assertThat(governor)
                .routes(tester)
                .among(Map.of("prices", List.of(stable, beta)), List.of(beta));
    }

    @Test
    void failureShowsEveryCondition(Governor governor) {
        assertThatThrownBy(() -> assertThat(governor).routes(tester).to("prices", "stable"))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(
                        """
                        expected that the request goes to 'prices/stable', but the decision is \
                        prices/beta (route testers of""")
                .hasMessageContaining(
                        "\n        header x-cohort: exact \"beta\", found \"beta\": yes");
        assertThatThrownBy(() -> assertThat(governor).routes(tester).isNotRouted())
                .hasMessageContaining("is not routed, but the decision is prices/beta");
        assertThatThrownBy(() -> assertThat(governor).routes(tester).with(RouteAction.MIRROR))
                .hasMessageContaining("gets mirror, but");
    }

    @Test
    void failureOfSharesShowsTheCounts(Governor governor) {
        assertThatThrownBy(
                        () ->
                                assertThat(governor)
                                        .routes(anybody)
                                        .inShares(Map.of("prices/stable", 90, "prices/beta", 10)))
                .hasMessageContaining(
                        "is shared as {prices/beta=10, prices/stable=90}, but of 2000 requests it"
                                + " was {prices/beta=100, prices/stable=1900}");
        assertThatThrownBy(
                        () ->
                                assertThat(governor)
                                        .routes(anybody)
                                        .inShares(Map.of("prices/stable", 100)))
                .hasMessageContaining("is shared as {prices/stable=100}");
    }

    @Test
    @Rules(text = LANE)
    void laneColoursWhatItsTrafficSays(Governor governor) {
        RequestView gray = RequestView.builder().header("x-cohort", "gray").build();

        assertThat(governor).colours(gray, "gray").leavesColourless(anybody);
        assertThatThrownBy(() -> assertThat(governor).colours(anybody, "gray"))
                .hasMessage("expected that the request gets the colour 'gray', but it has none");
        assertThatThrownBy(() -> assertThat(governor).leavesColourless(gray))
                .hasMessage("expected that the request gets no colour, but it has 'gray'");
    }

    @Test
    void planSaysWhatIsProtected(Governor governor) {
        assertThat(governor).protects("POST:/orders", "prices").hasNoProblems();
        assertThatThrownBy(() -> assertThat(governor).protects("GET:/orders"))
                .hasMessage(
                        "expected rules for 'GET:/orders', but those in force are for"
                                + " 'POST:/orders', 'mails', 'prices', 'stock'");
    }
}
