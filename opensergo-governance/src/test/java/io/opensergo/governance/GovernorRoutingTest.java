package io.opensergo.governance;

import static io.opensergo.governance.Rules.metadata;
import static io.opensergo.governance.Rules.on;
import static io.opensergo.governance.Rules.rate;
import static io.opensergo.governance.Rules.shadow;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.Target;
import io.opensergo.governance.action.RouteAction;
import io.opensergo.governance.routing.RequestView;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.TrafficColour;
import io.opensergo.governance.routing.WorkloadIdentity;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.traffic.Delegate;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRetry;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.StringMatch;
import io.opensergo.rules.traffic.TrafficLane;
import io.opensergo.rules.traffic.TrafficRouter;
import io.opensergo.rules.traffic.VirtualWorkload;
import io.opensergo.rules.traffic.VirtualWorkload.Subset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GovernorRoutingTest {

    private static final RequestView REQUEST = RequestView.builder().host("prices").build();

    private static TrafficRouter router(Metadata metadata, RouteDestination... destinations) {
        return TrafficRouter.ofHttp(
                metadata,
                List.of("prices"),
                List.of(HttpRoute.builder().route(List.of(destinations)).build()));
    }

    private static TrafficRouter router(String subset) {
        return router(metadata("prices"), RouteDestination.of(Destination.of("prices", subset)));
    }

    private static TrafficRouter canary() {
        return router(
                metadata("prices"),
                RouteDestination.of(Destination.of("prices", "stable"), 3),
                RouteDestination.of(Destination.of("prices", "beta"), 1));
    }

    private static String subset(RouteDecision decision) {
        return String.valueOf(decision.group());
    }

    @Test
    void routesByTheRoutersInForce() {
        Governor governor = Governor.of(router("v1"));
        assertThat(subset(governor.route(REQUEST))).isEqualTo("prices/v1");

        governor.replaceRules(List.of(router("v2")));
        assertThat(subset(governor.route(REQUEST))).isEqualTo("prices/v2");

        governor.replaceRules(List.of());
        assertThat(governor.route(REQUEST)).isSameAs(RouteDecision.NOT_FOUND);
    }

    @Test
    void goesOnWithWeightsWhenOtherRulesChange() {
        Governor governor = Governor.of(canary());
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < 100; i++) {
            counts.merge(subset(governor.route(REQUEST)), 1, Integer::sum);
            List<Rule> rules = new ArrayList<>(on("a", rate("limit", i, Duration.ofSeconds(1))));
            rules.add(canary());
            governor.replaceRules(rules);
        }

        assertThat(counts).isEqualTo(Map.of("prices/stable", 75, "prices/beta", 25));
    }

    @Test
    void makesTheSameWeightedPicksWithTheSameSeed() {
        Governor one = Governor.builder().rules(List.of(canary())).seed(5).build();
        Governor same = Governor.builder().rules(List.of(canary())).seed(5).build();
        Governor other = Governor.builder().rules(List.of(canary())).seed(6).build();

        List<String> picks = picks(one);

        assertThat(picks(same)).isEqualTo(picks);
        assertThat(picks(other)).isNotEqualTo(picks);
    }

    @Test
    void hasAnOrderOfItsOwnWithoutASeed() {
        assertThat(picks(Governor.of(canary()))).isNotEqualTo(picks(Governor.of(canary())));
    }

    private static List<String> picks(Governor governor) {
        return IntStream.range(0, 200).mapToObj(i -> subset(governor.route(REQUEST))).toList();
    }

    @Test
    void takesSubsetsFromVirtualWorkloads() {
        var workload =
                VirtualWorkload.builder(metadata("prices"))
                        .host("prices")
                        .subsets(
                                List.of(
                                        Subset.builder()
                                                .name("beta")
                                                .labels(Map.of("version", "v4"))
                                                .build()))
                        .build();
        Governor governor = Governor.of(router("beta"), workload);

        var chosen =
                governor.route(REQUEST)
                        .select(
                                List.of(Map.of("version", "v3"), Map.of("version", "v4")),
                                labels -> labels);

        assertThat(chosen.instances()).containsExactly(Map.of("version", "v4"));
    }

    @Test
    void reportsASubsetThatItsVirtualWorkloadHasNot() {
        var workload = VirtualWorkload.builder(metadata("prices")).host("prices").build();
        Governor governor = Governor.of(router("beta"), workload);

        assertThat(governor.plan().problems())
                .extracting(PlanProblem::type)
                .containsExactly(PlanProblem.Type.MISSING_SUBSET);
    }

    @Test
    void countsWhatAShadowRouterWouldDecide() {
        var trial = router(shadow("trial"), RouteDestination.of(Destination.of("prices", "beta")));
        Governor governor = Governor.of(trial, router("v1"));

        assertThat(subset(governor.route(REQUEST))).isEqualTo("prices/v1");
        assertThat(governor.shadowRouteMatches()).isEqualTo(Map.of(trial.id(), 1L));
    }

    @Test
    void asksForWhatThisProcessIs() {
        var ofCarts =
                HttpRoute.builder()
                        .match(
                                List.of(
                                        HttpMatch.builder()
                                                .sourceLabels(Map.of("app", "cart"))
                                                .build()))
                        .route(List.of(RouteDestination.of(Destination.of("prices", "v1"))))
                        .build();
        var router = TrafficRouter.ofHttp(metadata("prices"), List.of("prices"), List.of(ofCarts));

        assertThat(Governor.of(router).route(REQUEST).isFound()).isFalse();
        assertThat(
                        Governor.builder()
                                .rules(List.of(router))
                                .workload(WorkloadIdentity.of("default", Map.of("app", "cart")))
                                .build()
                                .route(REQUEST)
                                .isFound())
                .isTrue();
    }

    @Test
    void coloursRequestsByTheLanesInForce() {
        var lane =
                TrafficLane.builder(metadata("beta"))
                        .rules(
                                TrafficLane.Rules.builder()
                                        .lane(TrafficLane.Lane.of("beta"))
                                        .traffic(
                                                TrafficLane.Traffic.builder()
                                                        .http(
                                                                TrafficLane.HttpTraffic.builder()
                                                                        .headers(
                                                                                Map.of(
                                                                                        "x-tier",
                                                                                        StringMatch
                                                                                                .exact(
                                                                                                        "insider")))
                                                                        .build())
                                                        .build())
                                        .build())
                        .build();
        Governor governor = Governor.of(lane);

        assertThat(
                        governor.lanes()
                                .colour(RequestView.builder().header("x-tier", "insider").build()))
                .isEqualTo(new TrafficColour(TrafficLane.DEFAULT_BAGGAGE_KEY, "beta"));
        assertThat(governor.lanes().colour(REQUEST)).isNull();
    }

    @Test
    void reportsARouterThatNeverDecides() {
        var first = router(metadata("a"), RouteDestination.of(Destination.of("prices", "v1")));
        var second = router(metadata("b"), RouteDestination.of(Destination.of("prices", "v2")));

        List<PlanProblem> problems = Governor.of(first, second).plan().problems();

        assertThat(problems)
                .singleElement()
                .satisfies(
                        problem -> {
                            assertThat(problem.type())
                                    .isEqualTo(PlanProblem.Type.UNREACHABLE_ROUTER);
                            assertThat(problem.rule()).isEqualTo("b");
                            assertThat(problem.message())
                                    .contains("'b' never decides", "TrafficRouter 'a'");
                        });
    }

    @Test
    void lanesHaveTheSettingsOfTheGovernorBeforeAndAfterRulesCome() {
        RequestView spoofed =
                RequestView.builder().header(TrafficLane.DEFAULT_BAGGAGE_KEY, "beta").build();
        List<Map<String, String>> instances = List.of(Map.of("tag", "beta"), Map.of());
        var client = new FakeClient();
        try (Governor governor =
                Governor.builder()
                        .client(client, Target.of("shop"))
                        .acceptColours(false)
                        .preferBaseline(false)
                        .build()) {
            for (int i = 0; i < 2; i++) {
                assertThat(governor.lanes().receive(spoofed)).isNull();
                assertThat(governor.lanes().prefer(null, instances, labels -> labels))
                        .isSameAs(instances);
                client.publish(TrafficRouter.KIND, 7, canary());
            }
        }
    }

    @Test
    void explainsTheNextDecisionAndSaysByWhichVersion() {
        var client = new FakeClient();
        try (Governor governor = Governor.of(client, Target.of("shop"))) {
            client.publish(TrafficRouter.KIND, 7, canary());
            for (int i = 0; i < 8; i++) {
                var explained = governor.explain(REQUEST);

                assertThat(explained.version()).isEqualTo(7);
                assertThat(governor.route(REQUEST)).isSameAs(explained.decision());
            }
        }
    }

    private static TrafficRouter asking() {
        return TrafficRouter.ofHttp(
                metadata("prices"),
                List.of("prices"),
                List.of(
                        HttpRoute.builder()
                                .timeout(Duration.ofSeconds(1))
                                .mirror(Destination.of("next"))
                                .delegate(Delegate.builder().name("gone").build())
                                .retries(HttpRetry.builder().retryOn(List.of("never")).build())
                                .build()));
    }

    private static List<String> problems(Governor governor, PlanProblem.Type type) {
        return governor.plan().problems().stream()
                .filter(problem -> problem.type() == type)
                .map(PlanProblem::message)
                .toList();
    }

    @Test
    void whatARouterAsksForAndCannotHaveIsAProblemOfThePlan() {
        Governor governor = Governor.of(asking());

        assertThat(problems(governor, PlanProblem.Type.DANGLING_DELEGATE))
                .containsExactly(
                        "TrafficRouter 'prices' hands http[0] to TrafficRouter 'gone', which is not"
                                + " there in default; the caller's own routing applies");
        assertThat(problems(governor, PlanProblem.Type.UNUSABLE_ACTION))
                .containsExactly(
                        "TrafficRouter 'prices' has in http[0] retries: cannot retry on 'never',"
                                + " which is neither a condition of Envoy nor an HTTP status; the"
                                + " rest applies");
    }

    @Test
    void whatAnAdapterDoesNotDoIsAProblemOfThePlanAsLongAsARuleAsksForIt() {
        Governor governor = Governor.of(asking());
        assertThat(problems(governor, PlanProblem.Type.NOT_SUPPORTED)).isEmpty();

        governor.honours("test", Set.of(RouteAction.TIMEOUT, RouteAction.RETRIES));
        assertThat(problems(governor, PlanProblem.Type.NOT_SUPPORTED))
                .containsExactly(
                        "TrafficRouter 'prices' asks for mirror, which the test adapter does not"
                                + " do; the rest applies");

        governor.honours("test", EnumSet.allOf(RouteAction.class));
        assertThat(problems(governor, PlanProblem.Type.NOT_SUPPORTED)).isEmpty();
        governor.honours("other", Set.of());
        assertThat(problems(governor, PlanProblem.Type.NOT_SUPPORTED).get(0))
                .contains("timeout, retries, mirror", "the other adapter");
        governor.replaceRules(List.of());
        assertThat(governor.plan().problems()).isEmpty();
    }
}
