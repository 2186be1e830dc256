package io.opensergo.governance.routing;

import static io.opensergo.governance.routing.Routers.route;
import static io.opensergo.governance.routing.Routers.router;
import static io.opensergo.governance.routing.Routers.shadow;
import static io.opensergo.governance.routing.Routers.table;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.routing.RouteExplanation.ConditionTrial;
import io.opensergo.governance.routing.RouteExplanation.RouterTrial;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.StringMatch;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Why a request goes where it goes. */
class RouteExplanationTest {

    private static final HttpMatch GRAY =
            HttpMatch.builder()
                    .uri(StringMatch.prefix("/api"))
                    .headers(Map.of("x-env", StringMatch.exact("gray")))
                    .withoutHeaders(Map.of("x-debug", StringMatch.present()))
                    .port(8080)
                    .sourceLabels(Map.of("app", "cart"))
                    .build();

    private static final RequestView REQUEST =
            RequestView.builder().host("pricing").path("/api/x").header("x-env", "blue").build();

    @Test
    void tellsOfEveryConditionWhatWasExpectedAndFound() {
        RouteTable table = table(router(List.of("pricing"), route("gray", GRAY), route("all")));

        RouterTrial trial = table.explain(REQUEST).routers().get(0);

        assertThat(trial.routes().get(0).matches().get(0).conditions())
                .containsExactly(
                        new ConditionTrial(
                                "label app of this process", "exact \"cart\"", null, false),
                        new ConditionTrial("port", "8080", null, false),
                        new ConditionTrial("uri", "prefix \"/api\"", "/api/x", true),
                        new ConditionTrial("header x-env", "exact \"gray\"", "blue", false),
                        new ConditionTrial("header x-debug", "not present", null, true));
    }

    @Test
    void canBeReadByAPerson() {
        TrafficRouter shadow =
                TrafficRouter.ofHttp(shadow("trial"), List.of(), List.of(route("all")));
        RouteTable table =
                table(
                        router("cart", List.of("cart"), route("cart")),
                        router("any", List.of("*"), route("any")),
                        router("pricing", List.of("pricing"), route("gray", GRAY), route("rest")),
                        router("late", List.of("pricing"), route("late")),
                        shadow);

        assertThat(table.explain(REQUEST))
                .hasToString(
                        """
                        decision: service/rest (route rest of TrafficRouter shop/pricing)
                        TrafficRouter shop/cart: not tried, as its hosts [cart] do not include 'pricing'
                        TrafficRouter shop/any: not tried, as another router has a more specific host than its hosts [*]
                        TrafficRouter shop/pricing: tried, as its hosts [pricing] include 'pricing'
                          route 0 'gray': does not match
                            match 0: does not hold
                              label app of this process: exact "cart", found nothing: no
                              port: 8080, found nothing: no
                              uri: prefix "/api", found "/api/x": yes
                              header x-env: exact "gray", found "blue": no
                              header x-debug: not present, found nothing: yes
                          route 1 'rest': matches
                            match 0: holds
                        TrafficRouter shop/late: not tried, as a router before it decides
                        TrafficRouter shop/trial (shadow): tried, as it has no hosts
                          route 0 'all': matches
                            match 0: holds""");
    }

    @Test
    void tellsThatNothingIsFound() {
        RouteExplanation explanation =
                table(router(List.of("cart"), route("cart"))).explain(REQUEST);

        assertThat(explanation.decision()).isSameAs(RouteDecision.NOT_FOUND);
        assertThat(explanation.routers()).singleElement().matches(trial -> !trial.tried());
    }

    @Test
    void tellsTheNextWeightedPickWithoutTakingIt() {
        HttpRoute route =
                HttpRoute.builder()
                        .route(
                                List.of(
                                        RouteDestination.of(Destination.of("a"), 2),
                                        RouteDestination.of(Destination.of("b"), 1)))
                        .build();
        RouteTable table = table(router(List.of(), route));

        for (int i = 0; i < 200; i++) {
            RouteDecision explained = table.explain(REQUEST).decision();
            assertThat(table.explain(REQUEST).decision()).isSameAs(explained);
            assertThat(table.route(REQUEST)).isSameAs(explained);
        }
    }

    @Test
    void doesNotCountForShadows() {
        TrafficRouter shadow =
                TrafficRouter.ofHttp(shadow("trial"), List.of(), List.of(route("all")));
        RouteTable table = table(shadow);

        RouteExplanation explanation = table.explain(REQUEST);

        assertThat(explanation.routers().get(0).matched()).isTrue();
        assertThat(explanation.decision().isFound()).isFalse();
        assertThat(table.shadowMatches()).isEqualTo(Map.of(shadow.id(), 0L));
    }
}
