package io.opensergo.vertx;

import static io.opensergo.vertx.World.PATIENCE;
import static io.opensergo.vertx.World.get;
import static io.opensergo.vertx.World.prices;
import static io.opensergo.vertx.World.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.vertx.World.Reply;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a route asks for of a call: faults, changes, answers, copies. */
class RouteActionsTest extends RoutedCalls {

    @Nested
    class Faults {

        @Test
        void aFaultAbortsItsShareOfRequestsWithoutACall() {
            routeTo("fault: {abort: {httpStatus: 418, percentage: {value: 30}}}");
            HttpClientAgent client = client(failing(0));
            int aborted = 0;

            for (int i = 0; i < 100; i++) {
                aborted += get(send(client, prices("/"), "")).status() == 418 ? 1 : 0;
            }

            assertThat(aborted).isEqualTo(30);
            assertThat(calls).hasValue(70);
        }

        @Test
        void aFaultMayResetTheStream() {
            routeTo("fault: {abort: {http2Error: ENHANCE_YOUR_CALM}}");
            HttpClientAgent client = client(failing(0));

            assertThatThrownBy(() -> get(send(client, prices("/"), "")))
                    .cause()
                    .isInstanceOfSatisfying(
                            StreamResetException.class,
                            reset -> assertThat(reset.getCode()).isEqualTo(11));
        }

        @Test
        void aFaultHoldsRequestsUp() {
            routeTo("fault: {delay: {fixedDelay: 0.2s}}");
            HttpClientAgent client = client(failing(0));
            long begin = System.nanoTime();

            assertThat(get(send(client, prices("/"), "")).status()).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(200));
        }
    }

    @Nested
    class ChangesAndAnswers {

        @Test
        void headersAndPathsAreChanged() {
            route(
                    """
                    match: [{uri: {prefix: /api}}]
                    route:
                      - destination: {host: prices}
                        headers: {request: {set: {x-version: v2}}}
                    rewrite: {uri: /v2, authority: shop.example}
                    headers:
                      request: {remove: [x-debug], add: {x-env: gray}}
                      response: {set: {x-by: rule}, remove: [x-secret]}
                    """);
            HttpClientAgent client =
                    client(
                            request ->
                                    request.response()
                                            .putHeader("x-secret", "1")
                                            .end(
                                                    request.uri()
                                                            + " "
                                                            + request.authority()
                                                            + " "
                                                            + request.getHeader("x-version")
                                                            + request.getHeader("x-debug")
                                                            + request.headers().getAll("x-env")));

            Reply reply =
                    get(
                            send(
                                    client,
                                    prices("/api/x?a=1")
                                            .putHeader("x-debug", "1")
                                            .putHeader("x-env", "own"),
                                    ""));

            assertThat(reply.body()).isEqualTo("/v2/x?a=1 shop.example v2null[own, gray]");
            assertThat(reply.headers()).containsEntry("x-by", "rule").doesNotContainKey("x-secret");
        }

        @Test
        void aResponseOfTheRuleAnswersWithoutACall() {
            route(
                    """
                    directResponse: {status: 503, body: {string: back soon}}
                    headers: {response: {set: {retry-after: '7'}}}
                    """);
            HttpClientAgent client = client(failing(0));

            Reply reply = get(send(client, prices("/"), "lost"));

            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.body()).isEqualTo("back soon");
            assertThat(reply.headers()).containsEntry("retry-after", "7");
            assertThat(calls).hasValue(0);
        }

        @Test
        void aWebClientReadsAResponseOfTheRule() {
            route("directResponse: {status: 200, body: {string: '{\"a\":1}'}}");
            WebClient client = WebClient.wrap(client(failing(0)));

            HttpResponse<Buffer> response = get(client.get(80, "prices", "/").send());

            assertThat(response.bodyAsJsonObject().getInteger("a")).isEqualTo(1);
            assertThat(
                            get(client.post(80, "prices", "/").sendBuffer(Buffer.buffer("b")))
                                    .statusCode())
                    .isEqualTo(200);
        }

        @Test
        void aWebClientFollowsARedirectOfTheRule() {
            route(
                    """
                    match: [{uri: {prefix: /old}}]
                    redirect: {uri: /new, redirectCode: 302}
                    """);
            HttpClientAgent plain = client(request -> request.response().end(request.uri()));

            Reply reply = get(send(plain, prices("/old?a=1").setPort(8080), ""));
            HttpResponse<Buffer> followed =
                    get(WebClient.wrap(plain).get(80, "prices", "/old").send());

            assertThat(reply.status()).isEqualTo(302);
            assertThat(reply.headers()).containsEntry("location", "http://prices:8080/new?a=1");
            assertThat(followed.bodyAsString()).isEqualTo("/new");
        }
    }

    @Nested
    class Copies {

        @Test
        void aShareOfRequestsIsCopiedAndNobodyHearsOfTheCopies() {
            routeTo("mirror: {host: next}\nmirrorPercentage: {value: 50}");
            List<String> copies = new CopyOnWriteArrayList<>();
            ServiceInstance next =
                    server(
                            request ->
                                    request.body()
                                            .onSuccess(
                                                    body -> {
                                                        copies.add(
                                                                request.authority() + " " + body);
                                                        request.response().setStatusCode(500).end();
                                                    }));
            HttpClientAgent client =
                    world.openSergo.client(
                            world.client(HttpVersion.HTTP_1_1),
                            InstanceResolver.of(
                                    Map.of(
                                            "prices", List.of(server(failing(0))),
                                            "next", List.of(next))));

            for (int i = 0; i < 100; i++) {
                Reply reply = get(send(client, post("/"), "body"));
                assertThat(reply.status()).isEqualTo(200);
            }

            await().atMost(PATIENCE).until(() -> copies.size() == 50);
            assertThat(copies).containsOnly("prices-shadow body");
        }

        @Test
        void aCopyThatHangsOrCannotBeMadeHoldsNobodyUp() {
            routeTo("timeout: 5s\nmirror: {host: next}");
            ServiceInstance hangs = server(request -> {});
            ServiceInstance nobody = ServiceInstance.of("localhost", 1, Map.of());
            HttpClientAgent client =
                    world.openSergo.client(
                            world.client(HttpVersion.HTTP_1_1, 500),
                            InstanceResolver.of(
                                    Map.of(
                                            "prices", List.of(server(failing(0))),
                                            "next", List.of(hangs, nobody))));

            for (int i = 0; i < 50; i++) {
                assertThat(get(send(client, prices("/"), "")).status()).isEqualTo(200);
            }
        }
    }

    @Nested
    class Destinations {

        @Test
        void onlyInstancesAtThePortOfTheDestinationGetRequests() {
            ServiceInstance one = server(request -> request.response().end("one"));
            ServiceInstance other = server(request -> request.response().end("other"));
            HttpClientAgent client = client(HttpVersion.HTTP_1_1, one, other);

            route(
                    "route: [{destination: {host: prices, port: {number: %d}}}]"
                            .formatted(other.address().port()));
            for (int i = 0; i < 6; i++) {
                assertThat(get(send(client, prices("/"), "")).body()).isEqualTo("other");
            }

            world.rules.replaceAll(List.of());
            world.awaitPlan(plan -> plan.routers().isEmpty());
            route("route: [{destination: {host: prices, port: {number: 1}}}]");
            assertThatThrownBy(() -> get(send(client, prices("/"), "")))
                    .cause()
                    .isInstanceOf(NoRouteToHostException.class)
                    .hasMessageContaining("at port 1");
        }

        @Test
        void whatIsNotDoneHereIsAProblemOfThePlan() {
            routeTo("corsPolicy: {allowOrigin: ['*']}\ntimeout: 1s");

            assertThat(world.openSergo.governor().plan().problems())
                    .extracting(problem -> problem.message())
                    .containsExactly(
                            "TrafficRouter 'prices' asks for corsPolicy, which the Vert.x adapter does"
                                    + " not do; the rest applies");
        }
    }
}
