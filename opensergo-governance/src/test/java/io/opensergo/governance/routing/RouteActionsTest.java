package io.opensergo.governance.routing;

import static io.opensergo.governance.routing.Routers.nameOf;
import static io.opensergo.governance.routing.Routers.route;
import static io.opensergo.governance.routing.Routers.router;
import static io.opensergo.governance.routing.Routers.table;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.action.RouteAction;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.FaultInjection;
import io.opensergo.rules.traffic.HeaderOperations;
import io.opensergo.rules.traffic.HttpDirectResponse;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRedirect;
import io.opensergo.rules.traffic.HttpRetry;
import io.opensergo.rules.traffic.HttpRewrite;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.HttpRouteBuilder;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.StringMatch;
import io.opensergo.rules.traffic.TrafficRouter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a route asks for besides instances. */
class RouteActionsTest {

    private static final RequestView REQUEST =
            RequestView.builder().host("service").method("GET").path("/api/x").build();

    private static HttpRouteBuilder toService() {
        return HttpRoute.builder().route(List.of(RouteDestination.of(Destination.of("service"))));
    }

    private static RouteTable tableOf(HttpRouteBuilder... routes) {
        return table(
                router(
                        "r",
                        List.of("service"),
                        Arrays.stream(routes)
                                .map(HttpRouteBuilder::build)
                                .toArray(HttpRoute[]::new)));
    }

    private static RouteActions actionsOf(HttpRouteBuilder... routes) {
        return tableOf(routes).route(REQUEST).actions();
    }

    private static HttpMatch path(StringMatch match) {
        return HttpMatch.builder().uri(match).build();
    }

    @Nested
    class HeadersAndTimeouts {

        @Test
        void aRouteThatAsksForNothingHasNone() {
            assertThat(actionsOf(toService()).isEmpty()).isTrue();
            assertThat(table().route(REQUEST).actions().isEmpty()).isTrue();
        }

        @Test
        void aTimeoutOfZeroIsNone() {
            assertThat(actionsOf(toService().timeout(Duration.ZERO)).isEmpty()).isTrue();
            assertThat(actionsOf(toService().timeout(Duration.ofMillis(30))).timeoutNanos())
                    .isEqualTo(30_000_000);
        }

        @Test
        void headersOfARouteComeBehindThoseOfItsDestination() {
            var ofDestination =
                    HeaderOperations.builder()
                            .request(
                                    HeaderOperations.Changes.builder()
                                            .set(Map.of("x-version", "v2"))
                                            .build())
                            .build();
            var ofRoute =
                    HeaderOperations.builder()
                            .request(
                                    HeaderOperations.Changes.builder()
                                            .remove(List.of("x-debug"))
                                            .build())
                            .response(
                                    HeaderOperations.Changes.builder()
                                            .add(Map.of("x-by", "rule"))
                                            .build())
                            .build();
            RouteActions actions =
                    actionsOf(
                            HttpRoute.builder()
                                    .route(
                                            List.of(
                                                    RouteDestination.of(Destination.of("service"))
                                                            .toBuilder()
                                                            .headers(ofDestination)
                                                            .build()))
                                    .headers(ofRoute));

            assertThat(actions.requestHeaders()).hasToString("[set x-version: v2, remove x-debug]");
            assertThat(actions.responseHeaders()).hasToString("[add x-by: rule]");
        }
    }

    @Nested
    class Rewrites {

        @Test
        void aRewriteReplacesThePrefixOfTheEntryThatHolds() {
            RouteTable table =
                    tableOf(
                            toService()
                                    .match(
                                            List.of(
                                                    path(StringMatch.prefix("/api")),
                                                    path(StringMatch.prefix("/old/api")),
                                                    path(StringMatch.regex("/r/.*"))))
                                    .rewrite(
                                            HttpRewrite.builder()
                                                    .uri("/v2")
                                                    .authority("a")
                                                    .build()));

            assertThat(rewritten(table, "/api/x")).isEqualTo("/v2/x");
            assertThat(rewritten(table, "/old/api/x")).isEqualTo("/v2/x");
            assertThat(rewritten(table, "/r/api/x")).isEqualTo("/v2");
            assertThat(table.route(REQUEST).actions().authority()).isEqualTo("a");
        }

        private static String rewritten(RouteTable table, String path) {
            RouteActions actions =
                    table.route(RequestView.builder().host("service").path(path).build()).actions();
            return actions.rewrite().apply(path);
        }

        @Test
        void entriesWithDifferentRewritesShareTheWeightedPicks() {
            RouteTable table =
                    table(
                            router(
                                    "r",
                                    List.of("service"),
                                    HttpRoute.builder()
                                            .match(
                                                    List.of(
                                                            path(StringMatch.prefix("/a")),
                                                            path(StringMatch.prefix("/b"))))
                                            .rewrite(HttpRewrite.builder().uri("/").build())
                                            .route(
                                                    List.of(
                                                            RouteDestination.of(
                                                                    Destination.of("service", "x"),
                                                                    1),
                                                            RouteDestination.of(
                                                                    Destination.of("service", "y"),
                                                                    1)))
                                            .build()));
            int ofX = 0;

            for (int i = 0; i < 100; i++) {
                RequestView request =
                        RequestView.builder()
                                .host("service")
                                .path(i % 2 == 0 ? "/a" : "/b")
                                .build();
                ofX += "x".equals(table.route(request).group().subset()) ? 1 : 0;
            }

            assertThat(ofX).isEqualTo(50);
        }
    }

    @Nested
    class AnswersAndRedirects {

        @Test
        void answersAreReady() {
            RouteActions response =
                    actionsOf(
                            HttpRoute.builder()
                                    .directResponse(
                                            HttpDirectResponse.builder()
                                                    .status(503)
                                                    .body(
                                                            new HttpDirectResponse.StringBody(
                                                                    "später"))
                                                    .build()));
            RouteActions redirect =
                    actionsOf(
                            HttpRoute.builder()
                                    .match(List.of(path(StringMatch.prefix("/api"))))
                                    .redirect(HttpRedirect.builder().uri("/new").build()));

            assertThat(response.isAnswer()).isTrue();
            assertThat(new String(response.directResponse().body(), StandardCharsets.UTF_8))
                    .isEqualTo("später");
            assertThat(redirect.redirect().status()).isEqualTo(301);
        }

        @Test
        void aRedirectThatLeadsToItselfIsLeftOutAndReported() {
            for (HttpRedirect redirect :
                    List.of(
                            HttpRedirect.builder().build(),
                            HttpRedirect.builder().redirectCode(307).build(),
                            HttpRedirect.builder().uri("/api/new").build())) {
                RouteTable table =
                        tableOf(
                                HttpRoute.builder()
                                        .match(List.of(path(StringMatch.prefix("/api"))))
                                        .redirect(redirect));

                assertThat(table.route(REQUEST).actions().isEmpty()).isTrue();
                assertThat(problemsOf(table))
                        .containsExactly(
                                "has in http[0] redirect: leads to requests that the route redirects"
                                        + " again; it is left out, and the caller's own routing"
                                        + " applies");
            }
        }

        private static List<String> problemsOf(RouteTable table) {
            return table.problems().stream().map(RouteProblem::message).toList();
        }

        @Test
        void aRedirectToWhatARouteBeforeItServesIsNoLoop() {
            RouteTable table =
                    tableOf(
                            toService().match(List.of(path(StringMatch.exact("/new")))),
                            HttpRoute.builder()
                                    .redirect(HttpRedirect.builder().uri("/new").build()));

            assertThat(table.route(REQUEST).actions().redirect()).isNotNull();
            assertThat(table.problems()).isEmpty();
        }

        @Test
        void aRedirectBehindAnotherRouterOfItsHostMayBeNoLoop() {
            HttpRoute redirect =
                    HttpRoute.builder()
                            .redirect(HttpRedirect.builder().uri("/new").build())
                            .build();
            RouteTable table =
                    table(
                            router(
                                    "a",
                                    List.of("service"),
                                    route("new", path(StringMatch.exact("/new")))),
                            router("b", List.of("service.shop.svc.cluster.local"), redirect));

            assertThat(table.route(REQUEST).actions().redirect()).isNotNull();
            assertThat(table.problems()).isEmpty();
        }

        @Test
        void valuesThatNothingCanBeDoneWithAreReportedAndTheRestApplies() {
            RouteTable table =
                    tableOf(
                            toService()
                                    .timeout(Duration.ofSeconds(1))
                                    .fault(
                                            FaultInjection.builder()
                                                    .delay(FaultInjection.Delay.builder().build())
                                                    .abort(
                                                            FaultInjection.Abort.builder()
                                                                    .grpcStatus("BROKEN")
                                                                    .build())
                                                    .build())
                                    .mirrorRatio(0.5)
                                    .retries(
                                            HttpRetry.builder()
                                                    .retryOn(List.of("teapot", "5xx"))
                                                    .build()));

            RouteActions actions = table.route(REQUEST).actions();
            assertThat(actions.faults()).isNull();
            assertThat(actions.mirror()).isNull();
            assertThat(actions.retries()).isNotNull();
            assertThat(actions.timeoutNanos()).isPositive();
            assertThat(problemsOf(table))
                    .containsExactly(
                            "has in http[0] fault.delay: says neither fixedDelay nor exponentialDelay,"
                                    + " and delays nothing",
                            "has in http[0] fault.abort: 'BROKEN' is no gRPC status; nothing is"
                                    + " aborted",
                            "has in http[0] mirror: is not given, but its percentage is; nothing is"
                                    + " copied",
                            "has in http[0] retries: cannot retry on 'teapot', which is neither a"
                                    + " condition of Envoy nor an HTTP status; the rest applies");
        }
    }

    @Nested
    class FaultsCopiesAndRetries {

        @Test
        void faultsAndCopiesOfARouteThatDidNotChangeGoOnWhereTheyAre() {
            HttpRoute kept =
                    toService()
                            .fault(
                                    FaultInjection.builder()
                                            .abort(
                                                    FaultInjection.Abort.builder()
                                                            .httpStatus(503)
                                                            .ratio(0.5)
                                                            .build())
                                            .build())
                            .mirror(Destination.of("next"))
                            .mirrorRatio(0.1)
                            .build();
            RouteTable before = table(router("r", List.of("service"), kept));
            int aborted = 0;
            int copied = 0;
            RouteTable table = before;

            for (int i = 0; i < 100; i++) {
                table =
                        table.update(
                                List.of(
                                        router("r", List.of("service"), kept),
                                        router("other", List.of("o" + i), route("o"))),
                                List.of());
                RouteActions actions = table.route(REQUEST).actions();
                aborted += actions.faults().nextAbort() == null ? 0 : 1;
                copied += actions.mirror().next() ? 1 : 0;
            }

            assertThat(aborted).isEqualTo(50);
            assertThat(copied).isEqualTo(10);
        }

        @Test
        void allRoutesToAServiceShareItsBudgetOfRetries() {
            HttpRetry retries = HttpRetry.builder().attempts(2).build();
            RouteTable table =
                    table(
                            router(
                                    "r",
                                    List.of("service"),
                                    toService()
                                            .match(List.of(path(StringMatch.prefix("/api"))))
                                            .retries(retries)
                                            .build(),
                                    HttpRoute.builder()
                                            .route(
                                                    List.of(
                                                            RouteDestination.of(
                                                                    Destination.of(
                                                                            "service"
                                                                                    + Routers
                                                                                            .SUFFIX,
                                                                            "x"))))
                                            .retries(retries)
                                            .build()));

            RouteActions one = table.route(REQUEST).actions();
            RouteActions other =
                    table.route(RequestView.builder().host("service").path("/y").build()).actions();

            assertThat(one.retries().budget()).isSameAs(other.retries().budget());
            assertThat(
                            table.update(
                                            List.of(
                                                    router(
                                                            "r",
                                                            List.of("service"),
                                                            toService().retries(retries).build())),
                                            List.of())
                                    .route(REQUEST)
                                    .actions()
                                    .retries()
                                    .budget())
                    .isSameAs(one.retries().budget());
        }

        @Test
        void aCopySaysThatItIsOne() {
            assertThat(Mirror.shadowOf("pricing:8080")).isEqualTo("pricing-shadow:8080");
            assertThat(Mirror.shadowOf("pricing")).isEqualTo("pricing-shadow");
            assertThat(Mirror.shadowOf("[::1]:80")).isEqualTo("[::1]-shadow:80");
        }

        @Test
        void tellsWhatEachRouterAsksFor() {
            RouteTable table =
                    tableOf(
                            toService()
                                    .timeout(Duration.ofSeconds(1))
                                    .mirror(Destination.of("next")));

            assertThat(table.asked().values())
                    .containsExactly(Set.of(RouteAction.TIMEOUT, RouteAction.MIRROR));
        }
    }

    @Nested
    class Explanations {

        @Test
        void anExplanationSaysOfEachActionWhetherItApplies() {
            RouteTable table =
                    tableOf(
                            toService()
                                    .timeout(Duration.ofSeconds(1))
                                    .retries(HttpRetry.builder().attempts(2).build())
                                    .fault(
                                            FaultInjection.builder()
                                                    .delay(
                                                            FaultInjection.Delay.builder()
                                                                    .fixedDelay(
                                                                            Duration.ofSeconds(2))
                                                                    .ratio(0.0)
                                                                    .build())
                                                    .build()));
            RequestView post = RequestView.builder().host("service").method("POST").build();

            assertThat(table.explain(post).toString())
                    .contains(
                            "fault.delay: does not apply: the next request is not of the share that is"
                                    + " delayed",
                            "timeout: applies: PT1S for all attempts together",
                            "retries: applies: up to 2, only where no server has begun with it, as it"
                                    + " is not idempotent; the budget has 20");
        }

        @Test
        void anExplanationSaysThatAnAnswerLeavesNoCall() {
            RouteTable table =
                    tableOf(
                            HttpRoute.builder()
                                    .match(List.of(path(StringMatch.prefix("/api"))))
                                    .timeout(Duration.ofSeconds(1))
                                    .redirect(HttpRedirect.builder().uri("/new").build()));

            assertThat(table.explain(REQUEST).toString())
                    .contains(
                            "redirect: applies: status 301",
                            "timeout: does not apply: the redirect answers the request");
        }

        @Test
        void anExplanationForetellsTheFaultAndChangesNothing() {
            RouteTable table =
                    tableOf(
                            toService()
                                    .fault(
                                            FaultInjection.builder()
                                                    .abort(
                                                            FaultInjection.Abort.builder()
                                                                    .httpStatus(500)
                                                                    .ratio(0.5)
                                                                    .build())
                                                    .build()));

            for (int i = 0; i < 100; i++) {
                boolean told = table.explain(REQUEST).actions().get(0).applies();
                assertThat(table.route(REQUEST).actions().faults().nextAbort() != null)
                        .isEqualTo(told);
            }
        }

        @Test
        void aShadowInjectsNothing() {
            HttpRoute faulty =
                    toService()
                            .fault(
                                    FaultInjection.builder()
                                            .abort(
                                                    FaultInjection.Abort.builder()
                                                            .httpStatus(500)
                                                            .build())
                                            .build())
                            .build();
            RouteTable table =
                    table(
                            TrafficRouter.ofHttp(
                                    Routers.shadow("s"), List.of("service"), List.of(faulty)),
                            router("t", List.of("service"), route("real")));

            assertThat(nameOf(table.route(REQUEST))).isEqualTo("real");
            assertThat(table.route(REQUEST).actions().isEmpty()).isTrue();
            assertThat(table.asked())
                    .doesNotContainKey(RuleId.of(TrafficRouter.KIND, Routers.NAMESPACE, "s"));
        }
    }
}
