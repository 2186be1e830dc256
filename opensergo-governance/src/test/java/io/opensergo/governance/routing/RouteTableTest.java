package io.opensergo.governance.routing;

import static io.opensergo.governance.routing.Routers.metadata;
import static io.opensergo.governance.routing.Routers.nameOf;
import static io.opensergo.governance.routing.Routers.route;
import static io.opensergo.governance.routing.Routers.router;
import static io.opensergo.governance.routing.Routers.shadow;
import static io.opensergo.governance.routing.Routers.table;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.HttpDirectResponse;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRedirect;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.StringMatch;
import io.opensergo.rules.traffic.TrafficRouter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RouteTableTest {

    private static final RequestView ANY = RequestView.builder().build();

    private static HttpMatch method(String method) {
        return HttpMatch.builder().method(StringMatch.exact(method)).build();
    }

    private static RequestView withMethod(String method) {
        return RequestView.builder().method(method).build();
    }

    private static RouteDecision decisionOf(HttpRoute route) {
        return table(router(List.of(), route)).route(ANY);
    }

    private static HttpRoute weighted(String name, int first, int second) {
        return HttpRoute.builder()
                .name(name)
                .route(
                        List.of(
                                RouteDestination.of(Destination.of("service", "first"), first),
                                RouteDestination.of(Destination.of("service", "second"), second)))
                .build();
    }

    private static List<String> subsets(int requests, RouteTable table) {
        return IntStream.range(0, requests).mapToObj(i -> subset(table.route(ANY))).toList();
    }

    private static String subset(RouteDecision decision) {
        return decision.group().subset();
    }

    @Test
    void anEmptyTableFindsNothing() {
        RouteDecision decision = RouteTable.empty().route(ANY);

        assertThat(decision).isSameAs(RouteDecision.NOT_FOUND);
        assertThat(decision.isFound()).isFalse();
        assertThat(decision.route()).isNull();
        assertThat(decision.destination()).isNull();
        assertThat(decision).hasToString("not found");
    }

    @Test
    void theFirstRouteThatMatchesWins() {
        RouteTable table =
                table(
                        router(
                                List.of(),
                                route("put", method("PUT")),
                                route("get", method("GET")),
                                route("get again", method("GET")),
                                route("all")));

        assertThat(nameOf(table.route(withMethod("GET")))).isEqualTo("get");
        assertThat(nameOf(table.route(withMethod("PUT")))).isEqualTo("put");
        assertThat(nameOf(table.route(withMethod("HEAD")))).isEqualTo("all");
    }

    @Test
    void entriesOfMatchAreAlternatives() {
        RouteTable table = table(router(List.of(), route("r", method("PUT"), method("GET"))));

        assertThat(table.route(withMethod("GET")).isFound()).isTrue();
        assertThat(table.route(withMethod("PUT")).isFound()).isTrue();
        assertThat(table.route(withMethod("HEAD")).isFound()).isFalse();
    }

    @Test
    void aDecisionSaysItsRouterRouteAndDestination() {
        HttpRoute route =
                HttpRoute.builder()
                        .name("slow")
                        .route(
                                List.of(
                                        RouteDestination.of(
                                                Destination.of("pricing", "beta")
                                                        .orElse("cart", null))))
                        .timeout(Duration.ofSeconds(3))
                        .build();
        TrafficRouter router = router("r", List.of(), route);

        RouteDecision decision = table(router).route(ANY);

        assertThat(decision.isFound()).isTrue();
        assertThat(decision.router()).isEqualTo(router.id());
        assertThat(decision.route()).isSameAs(route);
        assertThat(decision.route().timeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(decision.target()).isSameAs(route.route().get(0));
        assertThat(decision.destination().subset()).isEqualTo("beta");
        assertThat(decision.group()).hasToString("pricing/beta");
        assertThat(decision.fallback()).hasToString("cart");
        assertThat(decision)
                .hasToString("pricing/beta, else cart (route slow of TrafficRouter shop/r)");
    }

    @Test
    void aRedirectIsADecisionWithoutDestination() {
        HttpRoute route =
                HttpRoute.builder()
                        .redirect(
                                HttpRedirect.builder()
                                        .uri("/new")
                                        .authority("other")
                                        .redirectCode(302)
                                        .build())
                        .build();

        RouteDecision decision = decisionOf(route);

        assertThat(decision.isFound()).isTrue();
        assertThat(decision.destination()).isNull();
        assertThat(decision.route().redirect().uri()).isEqualTo("/new");
        assertThat(decision.toString()).startsWith("redirect");
    }

    @Test
    void aDirectResponseIsADecisionWithoutDestination() {
        HttpRoute route =
                HttpRoute.builder()
                        .directResponse(HttpDirectResponse.builder().status(503).build())
                        .build();

        RouteDecision decision = decisionOf(route);

        assertThat(decision.isFound()).isTrue();
        assertThat(decision.group()).isNull();
        assertThat(decision.toString()).startsWith("direct response");
    }

    @Test
    void aRouteWithoutActionIsFound() {
        HttpRoute route = HttpRoute.builder().build();

        RouteDecision decision = decisionOf(route);

        assertThat(decision.route()).isSameAs(route);
        assertThat(decision.destination()).isNull();
        assertThat(decision.toString()).startsWith("no destination");
    }

    @Test
    void anUpdateGoesOnWithThePicksOfARouteThatDidNotChange() {
        RouteTable left = table(router("r", List.of(), weighted("kept", 1, 1)));
        RouteTable before = table(router("r", List.of(), weighted("kept", 1, 1)));
        assertThat(subsets(30, before)).isEqualTo(subsets(30, left));

        RouteTable after =
                before.update(
                        List.of(
                                router(
                                        "r",
                                        List.of(),
                                        route("new", method("PUT")),
                                        weighted("kept", 1, 1))),
                        List.of());

        assertThat(subsets(200, after)).isEqualTo(subsets(200, left));
    }

    @Test
    void anUpdateStartsThePicksOfARouteThatChanged() {
        RouteTable before = table(router("r", List.of(), weighted("r", 1, 1)));
        before.route(ANY);

        RouteTable after =
                before.update(List.of(router("r", List.of(), weighted("r", 3, 1))), List.of());

        assertThat(subsets(100, after)).filteredOn("first"::equals).hasSize(75);
    }

    @Test
    void anUpdateKeepsWhatThisProcessIs() {
        var self = WorkloadIdentity.of("shop", Map.of("app", "cart"));
        HttpMatch match = HttpMatch.builder().sourceLabels(Map.of("app", "cart")).build();
        RouteTable empty = RouteTable.compile(List.of(), List.of(), self);

        RouteTable table = empty.update(List.of(router(List.of(), route("r", match))), List.of());

        assertThat(table.route(ANY).isFound()).isTrue();
    }

    @Test
    void aShadowCountsAndDecidesNothing() {
        TrafficRouter shadow =
                TrafficRouter.ofHttp(shadow("s"), List.of(), List.of(route("s", method("GET"))));
        RouteTable table = table(shadow, router(List.of(), route("all")));

        assertThat(nameOf(table.route(withMethod("GET")))).isEqualTo("all");
        assertThat(nameOf(table.route(withMethod("PUT")))).isEqualTo("all");

        assertThat(table.shadowMatches()).isEqualTo(Map.of(shadow.id(), 1L));
    }

    @Test
    void aShadowDoesNotCountWhatARouterBeforeItDecides() {
        TrafficRouter shadow = TrafficRouter.ofHttp(shadow("s"), List.of(), List.of(route("s")));
        RouteTable table = table(router(List.of(), route("get", method("GET"))), shadow);

        table.route(withMethod("GET"));
        table.route(withMethod("PUT"));

        assertThat(table.shadowMatches()).isEqualTo(Map.of(shadow.id(), 1L));
    }

    @Test
    void aShadowOfAMoreSpecificHostCountsWhateverItsPlace() {
        RequestView request = RequestView.builder().host("pricing").build();
        TrafficRouter shadow =
                TrafficRouter.ofHttp(shadow("s"), List.of("pricing"), List.of(route("s")));
        RouteTable table = table(router(List.of("*"), route("any")), shadow);

        assertThat(nameOf(table.route(request))).isEqualTo("any");

        assertThat(table.shadowMatches()).isEqualTo(Map.of(shadow.id(), 1L));
    }

    @Test
    void aShadowGoesOnCountingAfterAnUpdate() {
        TrafficRouter shadow = TrafficRouter.ofHttp(shadow("s"), List.of(), List.of(route("s")));
        RouteTable before = table(shadow);
        before.route(ANY);

        RouteTable after = before.update(List.of(shadow, router(List.of(), route("r"))), List.of());
        after.route(ANY);

        assertThat(after.shadowMatches()).isEqualTo(Map.of(shadow.id(), 2L));
        assertThat(before.update(List.of(), List.of()).shadowMatches()).isEmpty();
    }

    @Test
    void tellsOfARouterThatNeverDecidesBecauseAnotherOneOfItsHostDoes() {
        TrafficRouter first = router("a", List.of("pricing", "other"), route("all"));
        TrafficRouter second = router("b", List.of("PRICING" + Routers.SUFFIX, "cart"), route("b"));

        assertThat(table(first, second).unreachable())
                .containsExactly(
                        Map.entry(
                                second.id(),
                                "never decides for requests to [PRICING.shop.svc.cluster.local]: TrafficRouter 'a', which comes before it, has a route for all of them; join the two, or give 'a' conditions or a later name"));
        assertThat(table(second, first).unreachable()).containsOnlyKeys(first.id());
        assertThat(table(router("a", List.of(), route("all")), second).unreachable())
                .containsOnlyKeys(second.id());
    }

    @Test
    void aRouterThatMayDecideIsNotUnreachable() {
        TrafficRouter second = router("b", List.of("pricing"), route("b"));
        TrafficRouter shadow =
                TrafficRouter.ofHttp(shadow("s"), List.of("pricing"), List.of(route("s")));

        assertThat(
                        table(router("a", List.of("pricing"), route("get", method("GET"))), second)
                                .unreachable())
                .isEmpty();
        assertThat(table(router("a", List.of("*"), route("all")), second).unreachable()).isEmpty();
        assertThat(table(shadow, second).unreachable()).isEmpty();
        assertThat(table(second, shadow).unreachable()).isEmpty();
    }

    @Test
    void tellsHowManyRoutersItHas() {
        RouteTable table =
                table(router(List.of(), route("a", method("GET"), method("PUT")), route("b")));

        assertThat(table).hasToString("1 routers with 3 alternatives");
        assertThat(metadata("r").isShadow()).isFalse();
    }
}
