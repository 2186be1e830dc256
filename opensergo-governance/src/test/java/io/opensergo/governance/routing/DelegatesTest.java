package io.opensergo.governance.routing;

import static io.opensergo.governance.routing.Routers.metadata;
import static io.opensergo.governance.routing.Routers.nameOf;
import static io.opensergo.governance.routing.Routers.route;
import static io.opensergo.governance.routing.Routers.router;
import static io.opensergo.governance.routing.Routers.table;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.Metadata;
import io.opensergo.rules.traffic.Delegate;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRewrite;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.StringMatch;
import io.opensergo.rules.traffic.TrafficRouter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Routes that hand their requests to other routers. */
class DelegatesTest {

    private static final HttpMatch ANY = HttpMatch.builder().build();

    private static HttpMatch path(String prefix) {
        return HttpMatch.builder().uri(StringMatch.prefix(prefix)).build();
    }

    private static HttpMatch header(String value) {
        return HttpMatch.builder().headers(Map.of("x", StringMatch.exact(value))).build();
    }

    private static HttpRoute to(String delegate, HttpMatch... matches) {
        return HttpRoute.builder()
                .match(List.of(matches))
                .delegate(Delegate.builder().name(delegate).build())
                .build();
    }

    private static RequestView request(String path, String header) {
        return RequestView.builder().host("shop").path(path).header("x", header).build();
    }

    private static List<String> problemsOf(RouteTable table) {
        return table.problems().stream()
                .filter(problem -> problem.type() == RouteProblem.Type.DELEGATE)
                .map(RouteProblem::message)
                .toList();
    }

    @Test
    void theConditionsOfBothHoldTogether() {
        RouteTable table =
                table(
                        router(
                                "cart",
                                List.of(),
                                route("a", header("a")),
                                route("b", path("/cart/b"))),
                        router("root", List.of("shop"), to("cart", path("/cart")), route("rest")));

        assertThat(nameOf(table.route(request("/cart/x", "a")))).isEqualTo("a");
        assertThat(nameOf(table.route(request("/cart/b", "-")))).isEqualTo("b");
        assertThat(nameOf(table.route(request("/cart/x", "-")))).isEqualTo("rest");
        assertThat(nameOf(table.route(request("/x", "a")))).isEqualTo("rest");
        assertThat(table.problems()).isEmpty();
    }

    @Test
    void anyOfSeveralEntriesOfEachMayHold() {
        RouteTable table =
                table(
                        router("d", List.of(), route("both", header("a"), header("b"))),
                        router("root", List.of("shop"), to("d", path("/1"), path("/2"))));

        assertThat(nameOf(table.route(request("/1", "b")))).isEqualTo("both");
        assertThat(nameOf(table.route(request("/2", "a")))).isEqualTo("both");
        assertThat(nameOf(table.route(request("/3", "a")))).isEqualTo("none");
        assertThat(nameOf(table.route(request("/1", "c")))).isEqualTo("none");
    }

    @Test
    void aDelegateWithoutHostsIsTriedNowhereElse() {
        RouteTable table =
                table(
                        router("cart", List.of(), route("all")),
                        router("root", List.of("shop"), to("cart", path("/cart"))));

        assertThat(nameOf(table.route(RequestView.builder().host("other").path("/cart").build())))
                .isEqualTo("none");
        assertThat(table.unreachable()).isEmpty();
    }

    @Test
    void whatADelegateDoesNotSayHoldsAsTheRootSaysIt() {
        HttpRoute root =
                to("d", path("/api")).toBuilder()
                        .timeout(Duration.ofSeconds(1))
                        .rewrite(HttpRewrite.builder().uri("/v1").build())
                        .build();
        HttpRoute own = route("own", header("a")).toBuilder().timeout(Duration.ofMillis(5)).build();
        RouteTable table =
                table(
                        router("d", List.of(), own, route("inherits")),
                        router("root", List.of("shop"), root));

        RouteDecision inherits = table.route(request("/api/x", "-"));
        assertThat(table.route(request("/api", "a")).actions().timeoutNanos()).isEqualTo(5_000_000);
        assertThat(inherits.actions().timeoutNanos()).isEqualTo(1_000_000_000);
        assertThat(inherits.actions().rewrite().apply("/api/x")).isEqualTo("/v1/x");
        assertThat(inherits.router().name()).isEqualTo("d");
    }

    @Test
    void aDelegateMayHandOn() {
        RouteTable table =
                table(
                        router("one", List.of(), to("two", path("/a/b"))),
                        router("two", List.of(), route("deep", header("x"))),
                        router("root", List.of("shop"), to("one", path("/a"))));

        assertThat(nameOf(table.route(request("/a/b", "x")))).isEqualTo("deep");
        assertThat(nameOf(table.route(request("/a/c", "x")))).isEqualTo("none");
    }

    @Test
    void aDelegateOfAnotherNamespaceHasItsDestinationsThere() {
        TrafficRouter other =
                TrafficRouter.ofHttp(
                        Metadata.of("payments", "app", "pay"), List.of(), List.of(route("pay")));
        HttpRoute root =
                HttpRoute.builder()
                        .delegate(Delegate.builder().name("pay").namespace("payments").build())
                        .build();
        RouteTable table = table(other, router("root", List.of("shop"), root));

        assertThat(table.route(request("/", "-")).router().namespace()).isEqualTo("payments");
    }

    @Test
    void aMissingDelegateIsReportedAndTheCallersOwnRoutingApplies() {
        RouteTable table = table(router("root", List.of("shop"), to("gone"), route("rest")));

        RouteDecision decision = table.route(request("/", "-"));
        assertThat(decision.isFound()).isTrue();
        assertThat(decision.destination()).isNull();
        assertThat(problemsOf(table))
                .containsExactly(
                        "hands http[0] to TrafficRouter 'gone', which is not there in shop; the"
                                + " caller's own routing applies");
    }

    @Test
    void aCycleIsReportedAndTheRestOfTheRouterHolds() {
        RouteTable table =
                table(
                        router("one", List.of(), route("fine", header("a")), to("two")),
                        router("two", List.of(), to("one")),
                        router("root", List.of("shop"), to("one", path("/a")), route("rest")));

        assertThat(nameOf(table.route(request("/a", "a")))).isEqualTo("fine");
        assertThat(nameOf(table.route(request("/b", "-")))).isEqualTo("rest");
        assertThat(problemsOf(table))
                .containsExactly(
                        "hands http[0] to TrafficRouter 'one', from which its requests come: a"
                                + " cycle; the caller's own routing applies");
    }

    @Test
    void aRouterThatHandsToItselfIsACycle() {
        RouteTable table = table(router("root", List.of("shop"), to("root")));

        assertThat(problemsOf(table)).hasSize(1);
        assertThat(table.route(request("/", "-")).isFound()).isTrue();
    }

    @Test
    void aShadowIsNoDelegate() {
        RouteTable table =
                table(
                        TrafficRouter.ofHttp(Routers.shadow("d"), List.of(), List.of(route("d"))),
                        router("root", List.of("shop"), to("d")));

        assertThat(nameOf(table.route(request("/", "-")))).isNotEqualTo("d");
        assertThat(problemsOf(table).get(0)).contains("which is a shadow");
    }

    @Test
    void aRouteThatDecidesItselfHandsNothingOn() {
        HttpRoute both =
                route("own").toBuilder().delegate(Delegate.builder().name("d").build()).build();
        RouteTable table =
                table(router("d", List.of(), route("d")), router("root", List.of("shop"), both));

        assertThat(nameOf(table.route(request("/", "-")))).isEqualTo("own");
        assertThat(problemsOf(table).get(0)).contains("decides itself");
    }

    @Test
    void manyWaysThroughManyRoutersEnd() {
        List<TrafficRouter> routers = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            String next = "d" + (i + 1);
            routers.add(
                    TrafficRouter.ofHttp(
                            metadata("d" + i), List.of(), List.of(to(next, ANY), to(next, ANY))));
        }
        routers.add(router("d30", List.of(), route("end")));
        routers.add(router("root", List.of("shop"), to("d0")));
        RouteTable table = table(routers.toArray(TrafficRouter[]::new));

        assertThat(nameOf(table.route(request("/", "-")))).isEqualTo("end");
        assertThat(problemsOf(table)).anyMatch(each -> each.contains("more than 10000"));
    }
}
