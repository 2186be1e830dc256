package io.opensergo.spring.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.spring.tests.Application.Gate;
import io.opensergo.testsupport.Documents;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every kind of server does of the routes of its own application {@code shop}. */
abstract class ServedRouteContract {

    private static final String ORDERS = "GET:/orders/{id}";

    private int routers;

    abstract World world();

    /** Returns whether the server hears of a caller that leaves before something is written. */
    abstract boolean hearsOfCallersThatLeave();

    /** Returns paths whose handlers wait for the gate, in all the ways that the server has. */
    abstract List<String> heldPaths();

    @AfterEach
    void nothingIsLeft() {
        world().bean(Gate.class).open();
        world().governor()
                .plan()
                .resources()
                .forEach(resource -> world().awaitInFlight(resource, 0));
        world().publish();
        await().atMost(World.PATIENCE).until(() -> world().governor().plan().routers().isEmpty());
    }

    /** Has a router of a host in force, beside a rule that protects a resource. */
    private void routes(String host, String http, String... documents) {
        String name = "served-" + ++routers;
        List<String> all = new ArrayList<>(List.of(documents));
        all.add(Documents.router(name, "hosts: ['" + host + "']\nhttp:\n" + http.stripIndent()));
        world().route(name, all.toArray(String[]::new));
    }

    /** Has a router of the application with one route in force. */
    private void route(String action, String... documents) {
        routes("shop", "  - " + action.strip().replace("\n", "\n    "), documents);
    }

    private static String[] slots(String resource) {
        return new String[] {
            Documents.concurrency("many", 10_000),
            Documents.rule(resource, "ConcurrencyLimitStrategy", "many")
        };
    }

    private static String[] breaker(String resource) {
        return new String[] {
            Documents.breaker("breaks-routes", 2, "600s"),
            Documents.rule(resource, "CircuitBreakerStrategy", "breaks-routes")
        };
    }

    private HttpResponse<String> order(String... headers) {
        return world().get("/orders/1", headers);
    }

    @Test
    void aFaultEndsARequestThatItsGuardHasAdmitted() {
        route("fault: {abort: {httpStatus: 418, percentage: {value: 100}}}", slots(ORDERS));

        HttpResponse<String> answer = order();

        assertThat(answer.statusCode()).isEqualTo(418);
        assertThat(answer.body()).isEmpty();
        assertThat(world().stats(ORDERS).passed()).isEqualTo(1);
        assertThat(world().get("/nowhere").statusCode()).isEqualTo(418);
    }

    @Test
    void aFaultIsAFailureToItsGuard() {
        route("fault: {abort: {httpStatus: 503, percentage: {value: 100}}}", breaker(ORDERS));

        assertThat(world().statuses(2, "/orders/1")).containsOnly(503);
        await().atMost(World.PATIENCE).until(() -> order().statusCode() == 429);
    }

    @Test
    void aFaultOfHttp2Is503() {
        route("fault: {abort: {http2Error: ENHANCE_YOUR_CALM, percentage: {value: 100}}}");

        assertThat(order().statusCode()).isEqualTo(503);
    }

    @Test
    void manyAtOnceGetTheirShareOfFaultsExactly() {
        route("fault: {abort: {httpStatus: 503, percentage: {value: 25}}}", slots(ORDERS));

        List<CompletableFuture<HttpResponse<String>>> requests =
                IntStream.range(0, 400).mapToObj(i -> world().getLater("/orders/" + i)).toList();

        assertThat(requests.stream().map(each -> each.join().statusCode()))
                .filteredOn(status -> status == 503)
                .hasSize(100);
    }

    @Test
    void faultsOfNoRequestsAndThoseOfAShadowDoNothing() {
        String http = "http: [{fault: {abort: {httpStatus: 418, percentage: {value: %d}}}}]";
        world().route("none", Documents.router("none", "hosts: [shop]\n" + http.formatted(0)));
        assertThat(world().statuses(20, "/orders/1")).containsOnly(200);

        world().route(
                        "shadow",
                        Documents.router("shadow", "hosts: [shop]\n" + http.formatted(100))
                                .replace(
                                        "labels:",
                                        "annotations: {opensergo.io/mode: shadow}\n  labels:"));
        assertThat(world().statuses(20, "/orders/1")).containsOnly(200);
    }

    @Test
    void aDelayHoldsARequestUpAndThenItIsServed() {
        route("fault: {delay: {fixedDelay: 300ms, percentage: {value: 100}}}", slots(ORDERS));
        for (String path : List.of("/orders/1", "/functional/1", "/prices/tea")) {
            long start = System.nanoTime();

            HttpResponse<String> answer = world().get(path);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isNotEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(300));
        }
    }

    @Test
    void aRequestThatWaitedForItsTurnIsHeldUpAndEndedThen() {
        route(
                """
                fault:
                  delay: {fixedDelay: 100ms, percentage: {value: 100}}
                  abort: {httpStatus: 418, percentage: {value: 100}}
                """,
                Documents.throttling("one-by-one", "50ms", "60s"),
                Documents.rule("GET:/throttled", "ThrottlingStrategy", "one-by-one"));

        List<CompletableFuture<HttpResponse<String>>> requests =
                IntStream.range(0, 10).mapToObj(i -> world().getLater("/throttled")).toList();

        assertThat(requests.stream().map(each -> each.join().statusCode())).containsOnly(418);
    }

    @Test
    void callersThatLeaveWhileTheyAreHeldUpWithoutAThreadGiveTheirPlacesBack() throws Exception {
        String delay = hearsOfCallersThatLeave() ? "600s" : "10s";
        route(
                "fault: {delay: {fixedDelay: " + delay + ", percentage: {value: 100}}}",
                slots(ORDERS));
        List<Socket> callers = new ArrayList<>();
        for (int i = 0; i < 20; i++) { // more than there are threads
            callers.add(world().connect("/orders/" + i));
        }
        world().awaitInFlight(ORDERS, 20);

        for (Socket caller : callers) {
            caller.setSoLinger(true, 0);
            caller.close();
        }

        world().awaitInFlight(ORDERS, 0);
    }

    @Test
    void aRedirectAndAResponseAnswer() {
        routes(
                "shop",
                """
                  - match: [{uri: {prefix: /orders/old}}]
                    redirect: {uri: /orders/new, redirectCode: 308}
                  - match: [{uri: {prefix: /orders/none}}]
                    directResponse: {status: 204, body: {string: nothing}}
                  - directResponse: {status: 451, body: {string: not here}}
                    headers: {response: {set: {x-by: rule}}}
                """,
                slots(ORDERS));

        HttpResponse<String> redirect = world().get("/orders/old?a=b");
        HttpResponse<String> direct = order();
        HttpResponse<String> head = world().ask("HEAD", "/orders/1");

        assertThat(redirect.statusCode()).isEqualTo(308);
        assertThat(redirect.headers().firstValue("location"))
                .contains(world().uri("/orders/new?a=b").toString());
        assertThat(direct.statusCode()).isEqualTo(451);
        assertThat(direct.body()).isEqualTo("not here");
        assertThat(direct.headers().firstValue("x-by")).contains("rule");
        assertThat(head.statusCode()).isEqualTo(451);
        assertThat(world().get("/orders/none").statusCode()).isEqualTo(204);
        assertThat(world().stats(ORDERS).passed()).isEqualTo(3);
    }

    @Test
    void headersAreChangedOnTheWayInAndOut() {
        route(
                """
                headers:
                  request: {set: {x-env: gray}}
                  response: {remove: [x-kind], add: {x-many: route}}
                route:
                  - destination: {host: shop}
                    headers: {response: {set: {x-version: v2}}}
                """);

        HttpResponse<String> answer =
                world().get("/described", "X-Env", "blue", "x-opensergo-traffic", "red");

        assertThat(answer.body()).isEqualTo("gray and red");
        assertThat(answer.headers().allValues("x-kind")).isEmpty();
        assertThat(answer.headers().allValues("x-many")).containsExactly("handler", "route");
        assertThat(answer.headers().allValues("x-version")).containsExactly("v2");
        assertThat(answer.headers().allValues("x-other")).containsExactly("kept");
    }

    @Test
    void aHandlerThatThrowsAnswersWithTheHeadersOfTheRoute() {
        route("headers: {response: {set: {x-by: rule}}}", breaker("GET:/failing"));

        HttpResponse<String> answer = world().get("/failing");

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.headers().firstValue("x-by")).contains("rule");
        assertThat(world().get("/failing").statusCode()).isEqualTo(500);
        await().atMost(World.PATIENCE).until(() -> world().get("/failing").statusCode() == 429);
    }

    @Test
    void aResponseThatDoesNotBeginInTimeIs504AndAFailure() {
        for (String path : heldPaths()) {
            route("timeout: 200ms", breaker("GET:" + path));

            assertThat(world().statuses(2, path)).as(path).containsOnly(504);
            await().atMost(World.PATIENCE).until(() -> world().get(path).statusCode() == 429);
        }
    }

    @Test
    void aResponseThatHasBegunAndDoesNotEndInTimeIsCutOff() throws IOException {
        route("timeout: 200ms", slots("GET:/events"));

        try (Socket caller = world().connect("/events")) {
            byte[] all = caller.getInputStream().readAllBytes();
            assertThat(new String(all, StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200")
                    .doesNotEndWith("\r\n0\r\n\r\n");
        }
    }

    @Test
    void aResponseInTimeIsLeftAlone() {
        route("timeout: 600s", slots(ORDERS));

        for (String path : List.of("/orders/1", "/functional/1", "/by-web-client")) {
            assertThat(world().get(path).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void browsersAreToldWhatOtherOriginsMayDo() {
        route(
                """
                corsPolicy:
                  allowOrigins: [{prefix: 'https://shop.'}]
                  allowMethods: [GET, PUT]
                  allowHeaders: [x-token]
                  exposeHeaders: [x-kind]
                  maxAge: 600s
                  allowCredentials: true
                """);

        HttpResponse<String> preflight = preflight("https://shop.example");
        HttpResponse<String> allowed = order("origin", "https://shop.example");
        HttpResponse<String> other = order("origin", "https://other.example");

        assertThat(preflight.statusCode()).isEqualTo(200);
        assertHeader(preflight, "access-control-allow-origin", "https://shop.example");
        assertHeader(preflight, "access-control-allow-methods", "GET,PUT");
        assertHeader(preflight, "access-control-allow-headers", "x-token");
        assertHeader(preflight, "access-control-allow-credentials", "true");
        assertHeader(preflight, "access-control-max-age", "600");
        assertThat(allowed.body()).isEqualTo("order 1");
        assertHeader(allowed, "access-control-allow-origin", "https://shop.example");
        assertHeader(allowed, "access-control-expose-headers", "x-kind");
        assertThat(allowed.headers().allValues("vary")).contains("Origin");
        assertThat(other.body()).isEqualTo("order 1");
        assertThat(other.headers().firstValue("access-control-allow-origin")).isEmpty();
        assertThat(preflight("https://other.example").headers().map())
                .as("is the application's")
                .doesNotContainKey("access-control-allow-origin");
    }

    private static void assertHeader(HttpResponse<String> answer, String name, String value) {
        assertThat(answer.headers().allValues(name)).as(name).containsExactly(value);
    }

    private HttpResponse<String> preflight(String origin) {
        return world().ask(
                        "OPTIONS",
                        "/orders/1",
                        "origin",
                        origin,
                        "access-control-request-method",
                        "PUT");
    }

    @Test
    void aRefusalTellsBrowsersAsWell() {
        route(
                "corsPolicy: {allowOrigin: ['*']}",
                Documents.rateLimit("nobody", 0, 60),
                Documents.rule(ORDERS, "RateLimitStrategy", "nobody"));

        HttpResponse<String> refused = order("origin", "https://a.example");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertHeader(refused, "access-control-allow-origin", "https://a.example");
        assertThat(preflight("https://a.example").statusCode()).isEqualTo(200);
    }

    @Test
    void theActuatorIsLeftAlone() {
        route(
                """
                fault: {abort: {httpStatus: 418, percentage: {value: 100}}}
                corsPolicy: {allowOrigin: ['*']}
                """);

        HttpResponse<String> health =
                world().get("/actuator/health", "origin", "https://a.example");

        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.headers().firstValue("access-control-allow-origin")).isEmpty();
        assertThat(order().statusCode()).isEqualTo(418);
    }

    @Test
    void onlyRoutersThatNameTheApplicationAreAboutWhatItServes() throws IOException {
        String abort = "  - fault: {abort: {httpStatus: 418, percentage: {value: 100}}}";
        for (String host : List.of("*", "prices", "shop.example.com")) {
            routes(host, abort);

            assertThat(order().statusCode()).as(host).isEqualTo(200);
        }
        try (Socket caller = world().connect("/orders/1", "shop.example.com")) {
            byte[] line = caller.getInputStream().readNBytes("HTTP/1.1 418".length());
            assertThat(new String(line, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 418");
        }
    }

    @Test
    void whatAServerCannotDoIsAProblemOfThePlan() {
        route("retries: {attempts: 2}\nrewrite: {uri: /v2}");

        assertThat(world().governor().plan().problems())
                .anySatisfy(
                        problem ->
                                assertThat(problem.message())
                                        .contains("asks for retries, rewrite.uri, which the Spring")
                                        .contains("server adapter does not do"));
    }

    @Test
    void theActuatorExplainsWhatTheRouteOfARequestThatComesInAsksFor() {
        route("directResponse: {status: 418}");

        HttpResponse<String> answer =
                world().postJson("/actuator/opensergo", "{\"path\": \"/orders/1\"}");

        assertThat(answer.body()).contains("\"served\"", "directResponse");
    }
}
