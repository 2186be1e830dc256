package io.opensergo.vertx;

import static io.opensergo.vertx.World.PATIENCE;
import static io.opensergo.vertx.World.get;
import static io.opensergo.vertx.World.send;
import static io.opensergo.vertx.World.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.governance.routing.RequestView;
import io.opensergo.testsupport.Documents;
import io.opensergo.vertx.World.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.StreamResetException;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a server does of the routes of its own application {@code shop}, over sockets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServedRoutesTest {

    private static final String RESOURCE = "GET:/items/:id";

    private final World world =
            new World(builder -> builder.governor(g -> g.servedHosts("shop.example.com")));
    private final AtomicInteger served = new AtomicInteger();
    private final ConcurrentLinkedQueue<Promise<Void>> held = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Integer> failures = new ConcurrentLinkedQueue<>();
    private final Map<HttpVersion, HttpClientAgent> clients =
            Map.of(
                    HttpVersion.HTTP_1_1, world.client(HttpVersion.HTTP_1_1, 1_000),
                    HttpVersion.HTTP_2, world.client(HttpVersion.HTTP_2));
    private int routers;
    private int port;

    @BeforeAll
    void serve() {
        Router router = world.router();
        router.get("/items/:id")
                .handler(
                        context -> {
                            served.incrementAndGet();
                            context.response()
                                    .putHeader("x-kind", "item")
                                    .end(
                                            context.pathParam("id")
                                                    + " "
                                                    + context.request().getHeader("x-env"));
                        });
        router.post("/items")
                .handler(BodyHandler.create(false))
                .handler(context -> context.end(context.body().asString()));
        router.get("/hold/:where")
                .handler(
                        context -> {
                            if (context.pathParam("where").equals("body")) {
                                context.response().setChunked(true).write("begun");
                            }
                            Promise<Void> promise = Promise.promise();
                            held.add(promise);
                            promise.future()
                                    .onSuccess(
                                            now -> {
                                                if (!context.response().ended()) {
                                                    context.end("late");
                                                }
                                            });
                        })
                .failureHandler(
                        context -> {
                            failures.add(context.statusCode());
                            context.next();
                        });
        world.openSergo.govern(router);
        port = world.serve(router);
    }

    @AfterEach
    void nothingIsLeft() {
        letGo();
        world.awaitIdle(RESOURCE);
        served.set(0);
        failures.clear();
    }

    private void letGo() {
        held.forEach(promise -> promise.tryComplete());
        held.clear();
    }

    @AfterAll
    void stop() {
        world.close();
        assertThat(BlockedEventLoops.take()).isEmpty();
    }

    private void route(String host, String http) {
        String name = "router-" + ++routers;
        world.follow(
                plan -> plan.routers().contains(name),
                Documents.router(name, "hosts: ['" + host + "']\nhttp:\n" + http.stripIndent()),
                Documents.concurrency("many", 100_000),
                Documents.rule(RESOURCE, "ConcurrencyLimitStrategy", "many"));
    }

    /** Follows a router of the application with one route. */
    private void route(String action) {
        route("shop", "  - " + action.strip().replace("\n", "\n    "));
    }

    private Reply item(HttpVersion version) {
        return item(version, Map.of());
    }

    private Reply item(HttpVersion version, Map<String, String> headers) {
        return get(ask(version, HttpMethod.GET, "/items/7", headers));
    }

    private Future<Reply> ask(
            HttpVersion version, HttpMethod method, String uri, Map<String, String> headers) {
        RequestOptions options = to(method, port, uri);
        headers.forEach(options::putHeader);
        return send(clients.get(version), options, "");
    }

    @Nested
    class Faults {

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void aFaultEndsARequestThatItsGuardHasAdmitted(HttpVersion version) {
            route("fault: {abort: {httpStatus: 418, percentage: {value: 100}}}");
            long admitted = world.stats(RESOURCE).passed();

            assertThat(item(version).status()).isEqualTo(418);
            assertThat(served).hasValue(0);
            assertThat(world.stats(RESOURCE).passed()).isEqualTo(admitted + 1);
        }

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void aFaultOfHttp2ResetsAStreamAndAnswers503ElseWhere(HttpVersion version) {
            route("fault: {abort: {http2Error: ENHANCE_YOUR_CALM, percentage: {value: 100}}}");

            if (version == HttpVersion.HTTP_2) {
                assertThatThrownBy(() -> item(version))
                        .rootCause()
                        .isInstanceOfSatisfying(
                                StreamResetException.class,
                                reset -> assertThat(reset.getCode()).isEqualTo(11));
            } else {
                assertThat(item(version).status()).isEqualTo(503);
            }
            assertThat(served).hasValue(0);
        }

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void aDelayHoldsARequestUpWithItsBody(HttpVersion version) {
            route("fault: {delay: {fixedDelay: 200ms, percentage: {value: 100}}}");
            String body = "x".repeat(300_000);
            long start = System.nanoTime();

            Reply reply =
                    get(send(clients.get(version), to(HttpMethod.POST, port, "/items"), body));

            assertThat(reply.body()).isEqualTo(body);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(200));
        }

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void aCallerThatLeavesWhileItIsHeldUpGivesItsPlaceBackAndIsNotServed(HttpVersion version) {
            route("fault: {delay: {fixedDelay: 600s, percentage: {value: 100}}}");
            List<HttpClientRequest> requests = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                var request =
                        get(clients.get(version).request(to(HttpMethod.GET, port, "/items/" + i)));
                Future<?> unused = request.send();
                requests.add(request);
            }
            await().atMost(PATIENCE).until(() -> world.stats(RESOURCE).inFlight() == 20);

            requests.forEach(request -> request.reset());

            world.awaitIdle(RESOURCE);
            assertThat(served).hasValue(0);
        }

        @Test
        void aThousandAtOnceGetTheirShareOfFaultsExactly() {
            route("fault: {abort: {httpStatus: 503, percentage: {value: 25}}}");
            List<Future<Reply>> replies = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                replies.add(ask(HttpVersion.HTTP_1_1, HttpMethod.GET, "/items/" + i, Map.of()));
            }

            long failed = replies.stream().filter(each -> get(each).status() == 503).count();

            assertThat(failed).isEqualTo(250);
            assertThat(served).hasValue(750);
        }
    }

    @Nested
    class AnswersAndHeaders {

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void aRedirectAndAResponseAnswer(HttpVersion version) {
            route(
                    "shop",
                    """
                      - match: [{uri: {prefix: /items/old}}]
                        redirect: {uri: /items/new, redirectCode: 308}
                      - directResponse: {status: 451, body: {string: not here}}
                        headers: {response: {set: {x-by: rule}}}
                    """);

            Reply redirect = get(ask(version, HttpMethod.GET, "/items/old?a=b", Map.of()));
            Reply direct = item(version);

            assertThat(redirect.status()).isEqualTo(308);
            assertThat(redirect.headers())
                    .containsEntry("location", "http://localhost:" + port + "/items/new?a=b");
            assertThat(direct.status()).isEqualTo(451);
            assertThat(direct.body()).isEqualTo("not here");
            assertThat(direct.headers()).containsEntry("x-by", "rule");
            assertThat(get(ask(version, HttpMethod.HEAD, "/items/7", Map.of())).status())
                    .isEqualTo(451);
            assertThat(served).hasValue(0);
        }

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void headersAreChangedOnTheWayInAndOut(HttpVersion version) {
            route(
                    """
                    headers:
                      request: {set: {x-env: gray}}
                      response: {remove: [x-kind], add: {x-by: route}}
                    route:
                      - destination: {host: shop}
                        headers: {response: {set: {x-version: v2}}}
                    """);

            Reply reply = item(version, Map.of("x-env", "blue"));

            assertThat(reply.body()).isEqualTo("7 gray");
            assertThat(reply.headers())
                    .containsEntry("x-by", "route")
                    .containsEntry("x-version", "v2")
                    .doesNotContainKey("x-kind");
        }
    }

    @Nested
    class TimeLimits {

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void aResponseThatDoesNotBeginInTimeIs504(HttpVersion version) {
            route("timeout: 200ms");

            Reply reply = get(ask(version, HttpMethod.GET, "/hold/head", Map.of()));

            assertThat(reply.status()).isEqualTo(504);
            assertThat(failures).containsExactly(504);
            letGo();
        }

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void aResponseThatHasBegunAndDoesNotEndInTimeIsCutOff(HttpVersion version) {
            route("timeout: 200ms");

            assertThatThrownBy(() -> get(ask(version, HttpMethod.GET, "/hold/body", Map.of())))
                    .rootCause()
                    .isInstanceOfAny(StreamResetException.class, HttpClosedException.class);
        }
    }

    @Nested
    class OtherOrigins {

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void browsersAreToldWhatOtherOriginsMayDo(HttpVersion version) {
            route(
                    """
                    corsPolicy:
                      allowOrigins: [{prefix: 'https://shop.'}]
                      allowOrigin: ['https://partner.example']
                      allowMethods: [GET, PUT]
                      allowHeaders: [x-token]
                      exposeHeaders: [x-kind]
                      maxAge: 600s
                      allowCredentials: true
                    """);

            Reply preflight = preflight(version, "https://shop.example");
            Reply allowed = item(version, Map.of("origin", "https://partner.example"));
            Reply other = item(version, Map.of("origin", "https://other.example"));

            assertThat(preflight.status()).isEqualTo(200);
            assertThat(preflight.headers())
                    .containsEntry("access-control-allow-origin", "https://shop.example")
                    .containsEntry("access-control-allow-methods", "GET,PUT")
                    .containsEntry("access-control-allow-headers", "x-token")
                    .containsEntry("access-control-allow-credentials", "true")
                    .containsEntry("access-control-max-age", "600")
                    .containsEntry("vary", "Origin");
            assertThat(allowed.body()).startsWith("7");
            assertThat(allowed.headers())
                    .containsEntry("access-control-allow-origin", "https://partner.example")
                    .containsEntry("access-control-expose-headers", "x-kind")
                    .containsEntry("vary", "Origin");
            assertThat(other.body()).startsWith("7");
            assertThat(other.headers()).doesNotContainKey("access-control-allow-origin");
            assertThat(preflight(version, "https://other.example").status())
                    .as("is the application's")
                    .isEqualTo(405);
        }

        private Reply preflight(HttpVersion version, String origin) {
            return get(
                    ask(
                            version,
                            HttpMethod.OPTIONS,
                            "/items/7",
                            Map.of("origin", origin, "access-control-request-method", "PUT")));
        }

        @Test
        void aRefusalTellsBrowsersAsWell() {
            world.follow(
                    plan ->
                            plan.routers().contains("refused")
                                    && plan.resources().contains(RESOURCE),
                    Documents.router(
                            "refused", "hosts: [shop]\nhttp: [{corsPolicy: {allowOrigin: ['*']}}]"),
                    Documents.rateLimit("none", 0, 1),
                    Documents.rule(RESOURCE, "RateLimitStrategy", "none"));

            Reply refused = item(HttpVersion.HTTP_1_1, Map.of("origin", "https://a.example"));

            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.headers())
                    .containsEntry("access-control-allow-origin", "https://a.example");
            assertThat(preflight(HttpVersion.HTTP_1_1, "https://a.example").status())
                    .isEqualTo(200);
        }
    }

    @Nested
    class RoutersThatApply {

        @Test
        void onlyRoutersThatNameTheApplicationAreAboutWhatItServes() {
            for (String host : List.of("*", "prices", "sh*")) {
                route(host, "  - fault: {abort: {httpStatus: 418, percentage: {value: 100}}}");

                assertThat(item(HttpVersion.HTTP_1_1).status()).as(host).isEqualTo(200);
            }
            route(
                    "shop.default.svc.cluster.local",
                    "  - fault: {abort: {httpStatus: 418, percentage: {value: 100}}}");
            assertThat(item(HttpVersion.HTTP_1_1).status()).isEqualTo(418);
        }

        @Test
        void aServedHostHasRoutesOfItsOwn() {
            route("shop.example.com", "  - directResponse: {status: 418}");

            assertThat(item(HttpVersion.HTTP_1_1).status()).isEqualTo(200);
            assertThat(item(HttpVersion.HTTP_1_1, Map.of("host", "Shop.Example.com")).status())
                    .isEqualTo(418);
        }

        @Test
        void aCallOfTheApplicationToItselfIsUnderARuleOnce() {
            route(
                    """
                    fault: {abort: {httpStatus: 503, percentage: {value: 50}}}
                    headers: {response: {add: {x-by: rule}}}
                    route: [{destination: {host: shop}}]
                    """);
            HttpClientAgent client =
                    world.openSergo.client(
                            clients.get(HttpVersion.HTTP_1_1),
                            InstanceResolver.of(
                                    Map.of(
                                            "shop",
                                            List.of(
                                                    ServiceInstance.of(
                                                            "localhost", port, Map.of())))));
            int failed = 0;
            for (int i = 0; i < 100; i++) {
                Reply reply =
                        get(
                                send(
                                        client,
                                        new RequestOptions().setHost("shop").setURI("/items/1"),
                                        ""));
                failed += reply.status() == 503 ? 1 : 0;
                assertThat(reply.headers()).containsEntry("x-by", "rule");
            }

            assertThat(failed).isEqualTo(50);
        }

        @Test
        void whatAServerCannotDoIsAProblemOfThePlanAndExplained() {
            route(
                    """
                    retries: {attempts: 2}
                    timeout: 600s
                    rewrite: {uri: /v2}
                    """);

            assertThat(world.openSergo.governor().plan().problems())
                    .anySatisfy(
                            problem ->
                                    assertThat(problem.message())
                                            .contains(
                                                    "asks for retries, rewrite.uri, which the Vert.x"
                                                            + " server adapter does not do"));
            assertThat(
                            world.openSergo
                                    .governor()
                                    .explainServed(RequestView.builder().path("/items/7").build())
                                    .toString())
                    .contains("timeout", "it is about calls, and this request is served here");
        }
    }
}
