package io.opensergo.vertx;

import static io.opensergo.vertx.World.PATIENCE;
import static io.opensergo.vertx.World.get;
import static io.opensergo.vertx.World.prices;
import static io.opensergo.vertx.World.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.testsupport.Documents;
import io.opensergo.vertx.World.Reply;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.StreamResetException;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a route asks for besides instances, over sockets. */
class RouteActionsTest {

    private final World world = new World();
    private final AtomicInteger calls = new AtomicInteger();

    @AfterEach
    void nothingIsLeft() {
        world.awaitIdle("GET:prices");
        world.awaitIdle("POST:prices");
        world.close();
        assertThat(BlockedEventLoops.take()).isEmpty();
    }

    /** Follows a router with one route to {@code prices}, and guards what is counted. */
    private void route(String actions) {
        String route = "hosts: [prices]\nhttp:\n  - " + actions.strip().replace("\n", "\n    ");
        world.follow(
                plan -> plan.routers().contains("prices") && plan.resources().size() == 2,
                Documents.router("prices", route),
                Documents.concurrency("many", 100_000),
                Documents.rule("GET:prices", "ConcurrencyLimitStrategy", "many"),
                Documents.rule("POST:prices", "ConcurrencyLimitStrategy", "many")
                        .replace("protects-many", "protects-posts"));
    }

    private void routeTo(String actions) {
        route("route: [{destination: {host: prices}}]\n" + actions.stripIndent());
    }

    private ServiceInstance server(Handler<HttpServerRequest> handler) {
        int port =
                world.serve(
                        request -> {
                            calls.incrementAndGet();
                            handler.handle(request);
                        });
        return ServiceInstance.of("localhost", port, Map.of());
    }

    private HttpClientAgent client(HttpVersion version, ServiceInstance... instances) {
        return world.openSergo.client(
                world.client(version), InstanceResolver.of(Map.of("prices", List.of(instances))));
    }

    private HttpClientAgent client(Handler<HttpServerRequest> handler) {
        return client(HttpVersion.HTTP_1_1, server(handler));
    }

    /** Fails as many requests as given, and then answers with their bodies. */
    private Handler<HttpServerRequest> failing(int failures) {
        var left = new AtomicInteger(failures);
        return request ->
                request.body()
                        .onSuccess(
                                body ->
                                        request.response()
                                                .setStatusCode(
                                                        left.getAndDecrement() > 0 ? 503 : 200)
                                                .end(body));
    }

    private static RequestOptions post(String uri) {
        return prices(uri).setMethod(HttpMethod.POST);
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aFailedRequestIsTriedAgainWithItsBodyAndItsHeaders(HttpVersion version) {
        routeTo("retries: {attempts: 3, retryOn: 5xx}");
        List<String> bodies = new CopyOnWriteArrayList<>();
        Handler<HttpServerRequest> failing = failing(2);
        ServiceInstance server =
                server(
                        request -> {
                            request.body()
                                    .onSuccess(
                                            body -> bodies.add(body + request.getHeader("x-late")));
                            failing.handle(request);
                        });
        HttpClientAgent client = client(version, server);

        Reply reply =
                get(
                        client.request(prices("/a").setMethod(HttpMethod.PUT))
                                .compose(
                                        request ->
                                                request.putHeader("x-late", "1")
                                                        .send(Buffer.buffer("body")))
                                .compose(
                                        response ->
                                                response.body()
                                                        .map(
                                                                body ->
                                                                        new Reply(
                                                                                response
                                                                                        .statusCode(),
                                                                                Map.of(),
                                                                                body.toString()))));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).isEqualTo("body");
        assertThat(bodies).containsExactly("body1", "body1", "body1");
    }

    @Test
    void theLastFailureIsWhatTheCallerGets() {
        routeTo("retries: {attempts: 2, retryOn: 5xx}");
        HttpClientAgent client = client(failing(100));

        assertThat(get(send(client, prices("/"), "")).status()).isEqualTo(503);
        assertThat(calls).hasValue(3);
    }

    @Test
    void aPostIsTriedAgainOnlyWithAnIdempotencyKey() {
        routeTo("retries: {attempts: 3, retryOn: 5xx}");
        HttpClientAgent client = client(failing(2));

        assertThat(get(send(client, post("/"), "a")).status()).isEqualTo(503);
        assertThat(calls).hasValue(1);

        assertThat(get(send(client, post("/").putHeader("idempotency-key", "1"), "a")).status())
                .isEqualTo(200);
        assertThat(calls).hasValue(3);
    }

    @Test
    void aBodyThatIsWrittenPieceByPieceIsNeverSentTwice() {
        routeTo("retries: {attempts: 3, retryOn: 5xx}");
        HttpClientAgent client = client(failing(100));

        Future<Integer> status =
                client.request(prices("/").setMethod(HttpMethod.PUT))
                        .compose(
                                request -> {
                                    request.setChunked(true);
                                    request.write("a");
                                    request.end("b");
                                    return request.response();
                                })
                        .map(response -> response.statusCode());

        assertThat(get(status)).isEqualTo(503);
        assertThat(calls).hasValue(1);
    }

    @Test
    void anInstanceThatNobodyListensAtIsLeftForAnother() {
        routeTo("retries: {attempts: 3, retryOn: connect-failure}");
        ServiceInstance nobody = ServiceInstance.of("localhost", 1, Map.of());
        HttpClientAgent client = client(HttpVersion.HTTP_1_1, nobody, server(failing(0)));

        for (int i = 0; i < 6; i++) {
            assertThat(get(send(client, post("/"), "x")).status()).isEqualTo(200);
        }
    }

    @Test
    void aConnectionThatBreaksIsTriedAgain() {
        routeTo("retries: {attempts: 3, retryOn: reset}");
        var left = new AtomicInteger(2);
        HttpClientAgent client =
                client(
                        request -> {
                            if (left.getAndDecrement() > 0) {
                                request.connection().close();
                            } else {
                                request.response().end("done");
                            }
                        });

        assertThat(get(send(client, prices("/"), "")).body()).isEqualTo("done");
    }

    @Test
    void aServerThatHangsIsTriedAgainAfterTheTimeOfAnAttempt() {
        routeTo("retries: {attempts: 100, perTryTimeout: 0.1s, retryOn: 5xx}");
        var left = new AtomicInteger(1);
        HttpClientAgent client =
                client(
                        request -> {
                            if (left.getAndDecrement() <= 0) {
                                request.response().end("done");
                            }
                        });

        assertThat(get(send(client, prices("/"), "")).body()).isEqualTo("done");
        assertThat(calls).hasValueGreaterThanOrEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aRequestFailsWhenItsTimeIsOver(HttpVersion version) {
        routeTo("timeout: 0.05s\nretries: {attempts: 5, retryOn: 5xx}");
        HttpClientAgent client = client(version, server(request -> {}));

        assertThatThrownBy(() -> get(send(client, prices("/"), "")))
                .cause()
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("timeout of PT0.05S")
                .hasMessageContaining("GET prices");
    }

    @Test
    void aResponseThatDoesNotEndIsCutWhenTheTimeIsOver() {
        routeTo("timeout: 0.1s");
        HttpClientAgent client =
                client(request -> request.response().setChunked(true).write("begun"));

        assertThatThrownBy(() -> get(send(client, prices("/"), "")))
                .rootCause() // of a reset, in Vert.x 5.0
                .isInstanceOf(TimeoutException.class);
    }

    @Test
    void aRequestThatIsNeverSentGivesItsPlaceBackWhenItsTimeIsOver() {
        routeTo("timeout: 0.05s");
        HttpClientAgent client = client(failing(0));

        assertThatThrownBy(
                        () -> get(client.request(prices("/")).compose(HttpClientRequest::response)))
                .cause()
                .isInstanceOf(TimeoutException.class);
        assertThat(calls).hasValue(0);
    }

    @Test
    void aRequestThatItsCallerGivesUpIsNotTriedAgain() {
        routeTo("retries: {attempts: 5, retryOn: 'reset,5xx'}");
        HttpClientAgent client = client(request -> {});
        HttpClientRequest request = get(client.request(prices("/")));

        request.send();
        await().atMost(PATIENCE).until(() -> calls.get() == 1);
        request.reset();

        assertThatThrownBy(() -> get(request.response()))
                .cause()
                .isInstanceOf(StreamResetException.class);
        assertThat(calls).hasValue(1);
    }

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
        assertThat(get(client.post(80, "prices", "/").sendBuffer(Buffer.buffer("b"))).statusCode())
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
        HttpResponse<Buffer> followed = get(WebClient.wrap(plain).get(80, "prices", "/old").send());

        assertThat(reply.status()).isEqualTo(302);
        assertThat(reply.headers()).containsEntry("location", "http://prices:8080/new?a=1");
        assertThat(followed.bodyAsString()).isEqualTo("/new");
    }

    @Test
    void aWebClientTriesAgain() {
        routeTo("retries: {attempts: 3, retryOn: 5xx}");
        WebClient client = WebClient.wrap(client(failing(2)));

        HttpResponse<Buffer> response =
                get(client.put(80, "prices", "/").sendBuffer(Buffer.buffer("again")));

        assertThat(response.bodyAsString()).isEqualTo("again");
        assertThat(calls).hasValue(3);
    }

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
                                                    copies.add(request.authority() + " " + body);
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

    @Test
    void anOverloadIsNotMultiplied() {
        routeTo("retries: {attempts: 5, retryOn: 5xx}");
        HttpClientAgent client = client(failing(100_000));
        long begin = System.nanoTime();

        for (int i = 0; i < 100; i++) {
            get(send(client, prices("/"), ""));
        }

        long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds() + 1;
        assertThat(calls.get()).isBetween(101, (int) (100 + 20 + 100 / 5 + seconds));
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void ofAThousandAtATimeToServersThatFailHangAndResetNothingIsLeft(HttpVersion version) {
        routeTo(
                "timeout: 2s\nretries: {attempts: 2, perTryTimeout: 0.2s, retryOn: 5xx}\nmirror: {host: prices}\nmirrorPercentage: {value: 5}");
        var turn = new AtomicInteger();
        var calm = new AtomicBoolean();
        HttpClientAgent client =
                world.openSergo.client(
                        world.client(version, 1500),
                        InstanceResolver.of(
                                Map.of(
                                        "prices",
                                        List.of(
                                                server(
                                                        request -> {
                                                            switch (calm.get()
                                                                    ? 3
                                                                    : turn.getAndIncrement() % 4) {
                                                                case 0 ->
                                                                        request.response()
                                                                                .setStatusCode(503)
                                                                                .end();
                                                                case 1 -> {}
                                                                case 2 ->
                                                                        request.response().reset();
                                                                default ->
                                                                        request.response()
                                                                                .end("done");
                                                            }
                                                        })))));
        List<Future<Reply>> replies = new ArrayList<>();
        List<Future<?>> givenUp = new ArrayList<>();

        for (int i = 0; i < 900; i++) {
            replies.add(send(client, prices("/" + i), ""));
        }
        for (int i = 0; i < 100; i++) {
            givenUp.add(
                    client.request(prices("/given-up"))
                            .onSuccess(
                                    request -> {
                                        request.send();
                                        request.reset();
                                    }));
        }

        await().atMost(PATIENCE).until(() -> givenUp.stream().allMatch(Future::isComplete));
        await().atMost(PATIENCE).until(() -> replies.stream().allMatch(Future::isComplete));
        world.awaitIdle("GET:prices");

        calm.set(true);
        await().atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(get(send(client, prices("/calm"), "")).body())
                                        .isEqualTo("done"));
        world.awaitIdle("GET:prices");
    }
}
