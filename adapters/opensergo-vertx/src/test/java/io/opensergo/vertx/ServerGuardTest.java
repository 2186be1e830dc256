package io.opensergo.vertx;

import static io.opensergo.vertx.World.PATIENCE;
import static io.opensergo.vertx.World.get;
import static io.opensergo.vertx.World.send;
import static io.opensergo.vertx.World.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.governance.BreakerState;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.testsupport.Documents;
import io.opensergo.vertx.World.Reply;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests to a server whose handlers are guarded. */
class ServerGuardTest extends GuardedRouter {

    @Nested
    class Refusals {

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void refusesWith429AndSaysWhenToRetry(HttpVersion version) {
            world.guard(
                    "GET:/orders/:id",
                    Documents.rateLimit("three", 3, 60),
                    Documents.rule("GET:/orders/:id", "RateLimitStrategy", "three"));
            router.get("/orders/:id")
                    .handler(world.openSergo.serverHandler())
                    .handler(GuardedRouter::ok);
            int port = world.serve(router);
            HttpClientAgent client = world.client(version);

            List<Reply> replies =
                    IntStream.range(0, 10)
                            .mapToObj(i -> get(World.get(client, port, "/orders/" + i)))
                            .toList();

            assertThat(replies)
                    .extracting(Reply::status)
                    .containsExactly(200, 200, 200, 429, 429, 429, 429, 429, 429, 429);
            assertThat(Integer.parseInt(replies.get(9).headers().get("retry-after")))
                    .isBetween(1, 60);
            assertThat(replies.get(9).body()).isEmpty();
        }

        @Test
        void saysNothingOfARetryThatNeverHelps() {
            world.limitToNone("GET:/orders");
            router.get("/orders")
                    .handler(world.openSergo.serverHandler())
                    .handler(GuardedRouter::ok);
            int port = world.serve(router);

            Reply reply = get(World.get(world.client(HttpVersion.HTTP_1_1), port, "/orders"));

            assertThat(reply.status()).isEqualTo(429);
            assertThat(reply.headers()).doesNotContainKey("retry-after");
        }

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void answersAsTheFallbackOfTheRuleSays(HttpVersion version) {
            world.guard(
                    "GET:/orders",
                    Documents.rateLimit("none", 0, 1),
                    Documents.fallback(
                            "busy",
                            503,
                            "{\"error\":\"later\"}",
                            "{key: Content-Type, value: application/json}, {key: X-Why, value: limit}, {key: x-why, value: load}, {key: Content-Length, value: '1'}"),
                    Documents.ruleWithFallback("GET:/orders", "RateLimitStrategy", "none", "busy"));
            router.get("/orders")
                    .handler(world.openSergo.serverHandler())
                    .handler(GuardedRouter::ok);
            int port = world.serve(router);

            Reply reply = get(World.get(world.client(version), port, "/orders"));

            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.body()).isEqualTo("{\"error\":\"later\"}");
            assertThat(reply.headers())
                    .containsEntry("content-type", "application/json")
                    .containsEntry("x-why", "limit,load")
                    .containsEntry("content-length", "17");
        }

        @Test
        void leavesOutOfAFallbackWhatHttpDoesNotAllow() {
            world.guard(
                    "GET:/orders",
                    Documents.rateLimit("none", 0, 1),
                    Documents.fallback("odd", 102, "busy", "{key: 'bad name', value: x}"),
                    Documents.ruleWithFallback("GET:/orders", "RateLimitStrategy", "none", "odd"));
            router.get("/orders")
                    .handler(world.openSergo.serverHandler())
                    .handler(GuardedRouter::ok);
            int port = world.serve(router);

            Reply reply = get(World.get(world.client(HttpVersion.HTTP_1_1), port, "/orders"));

            assertThat(reply.status()).isEqualTo(429);
            assertThat(reply.body()).isEqualTo("busy");
        }

        @Test
        void aRequestThatALaterGuardRefusesUsesUpNothingOfTheEarlierOne() {
            world.guard(
                    "all",
                    Documents.rateLimit("three", 3, 3600),
                    Documents.concurrency("slots", 5),
                    Documents.rateLimit("none", 0, 3600),
                    Documents.rule("all", "RateLimitStrategy", "three"),
                    Documents.rule("all", "ConcurrencyLimitStrategy", "slots"),
                    Documents.rule("closed", "RateLimitStrategy", "none"));
            router.route().handler(world.openSergo.serverHandler("all"));
            router.get("/closed").handler(world.openSergo.serverHandler("closed"));
            router.route().handler(GuardedRouter::ok);
            int port = world.serve(router);
            HttpClientAgent client = world.client(HttpVersion.HTTP_1_1);

            for (int i = 0; i < 10; i++) {
                assertThat(get(World.get(client, port, "/closed")).status()).isEqualTo(429);
            }

            world.awaitIdle("all");
            assertThat(world.stats("all", TrafficDirection.INBOUND).passed()).isZero();
            for (int i = 0; i < 3; i++) {
                assertThat(get(World.get(client, port, "/open")).status()).isEqualTo(200);
            }
            assertThat(get(World.get(client, port, "/open")).status()).isEqualTo(429);
        }

        @Test
        void anApplicationMayAnswerByItself() {
            try (World own =
                    new World(
                            settings ->
                                    settings.onRejection((context, why) -> context.fail(420)))) {
                own.guard(
                        "GET:/orders",
                        Documents.rateLimit("none", 0, 1),
                        Documents.rule("GET:/orders", "RateLimitStrategy", "none"));
                Router routes = own.router();
                routes.get("/orders")
                        .handler(own.openSergo.serverHandler())
                        .handler(GuardedRouter::ok);
                routes.errorHandler(
                        420, context -> context.response().setStatusCode(420).end("calm"));
                int port = own.serve(routes);

                Reply reply = get(World.get(own.client(HttpVersion.HTTP_1_1), port, "/orders"));

                assertThat(reply).isEqualTo(new Reply(420, Map.of("content-length", "4"), "calm"));
            }
        }
    }

    @Nested
    class Resources {

        @Test
        void anyRouteMayBeGuardedAsOneResource() {
            world.limitToNone("checkout");
            router.route("/a/*")
                    .handler(world.openSergo.serverHandler("checkout"))
                    .handler(GuardedRouter::ok);
            router.route("/b")
                    .handler(world.openSergo.serverHandler("checkout"))
                    .handler(GuardedRouter::ok);
            router.route("/c").handler(GuardedRouter::ok);
            int port = world.serve(router);
            HttpClientAgent client = world.client(HttpVersion.HTTP_1_1);

            assertThat(get(World.get(client, port, "/a/1")).status()).isEqualTo(429);
            assertThat(get(World.get(client, port, "/b")).status()).isEqualTo(429);
            assertThat(get(World.get(client, port, "/c")).status()).isEqualTo(200);
        }

        @Test
        void aHandlerOnAllRoutesGuardsThemTogether() {
            world.limitToNone("GET:/*");
            router.route().handler(world.openSergo.serverHandler());
            router.route("/c").handler(GuardedRouter::ok);
            int port = world.serve(router);
            HttpClientAgent client = world.client(HttpVersion.HTTP_1_1);

            assertThat(get(World.get(client, port, "/c")).status()).isEqualTo(429);
            assertThat(get(send(client, to(HttpMethod.POST, port, "/c"), "")).status())
                    .isEqualTo(200);
        }
    }

    @Nested
    class Breakers {

        @Test
        void failuresOpenABreakerAndASuccessClosesIt() {
            world.guard(
                    "GET:/prices",
                    Documents.breaker("failing", 5, "200ms"),
                    Documents.rule("GET:/prices", "CircuitBreakerStrategy", "failing"));
            AtomicInteger status = new AtomicInteger(503);
            router.get("/prices")
                    .handler(world.openSergo.serverHandler())
                    .handler(context -> context.response().setStatusCode(status.get()).end());
            int port = world.serve(router);
            HttpClientAgent client = world.client(HttpVersion.HTTP_1_1);

            for (int i = 0; i < 5; i++) {
                assertThat(get(World.get(client, port, "/prices")).status()).isEqualTo(503);
            }
            await().atMost(PATIENCE)
                    .until(() -> get(World.get(client, port, "/prices")).status() == 429);

            status.set(200);

            await().atMost(PATIENCE)
                    .until(() -> get(World.get(client, port, "/prices")).status() == 200);
            assertThat(world.stats("GET:/prices").strategies().get(0).breaker())
                    .isEqualTo(BreakerState.CLOSED);
        }

        @Test
        void aHandlerThatThrowsIsAFailureAndOneThatIsAnsweredWith4xxIsNot() {
            world.guard(
                    "GET:/throws",
                    Documents.breaker("failing", 2, "60s"),
                    Documents.rule("GET:/throws", "CircuitBreakerStrategy", "failing"));
            AtomicInteger code = new AtomicInteger(404);
            router.get("/throws")
                    .handler(world.openSergo.serverHandler())
                    .handler(
                            context ->
                                    context.fail(
                                            code.get(), new IllegalStateException("on purpose")));
            router.errorHandler(500, context -> context.response().setStatusCode(500).end());
            router.errorHandler(404, context -> context.response().setStatusCode(404).end());
            int port = world.serve(router);
            HttpClientAgent client = world.client(HttpVersion.HTTP_1_1);

            for (int i = 0; i < 10; i++) {
                assertThat(get(World.get(client, port, "/throws")).status()).isEqualTo(404);
            }
            code.set(500);
            await().atMost(PATIENCE)
                    .until(() -> get(World.get(client, port, "/throws")).status() == 429);
        }
    }

    @Nested
    class PlacesOfRequests {

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void neverHasMoreRequestsInFlightThanAllowed(HttpVersion version) {
            world.guard(
                    "POST:/orders",
                    Documents.concurrency("ten", 10),
                    Documents.rule("POST:/orders", "ConcurrencyLimitStrategy", "ten"));
            AtomicInteger inFlight = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            router.post("/orders")
                    .handler(world.openSergo.serverHandler())
                    .handler(
                            context -> {
                                most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                                context.vertx()
                                        .setTimer(
                                                20,
                                                id -> {
                                                    inFlight.decrementAndGet();
                                                    context.end("done");
                                                });
                            });
            int port = world.serve(router);
            HttpClientAgent client = world.client(version, 100);

            List<Future<Reply>> replies = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                replies.add(send(client, to(HttpMethod.POST, port, "/orders"), "order " + i));
            }
            get(Future.all(replies));

            assertThat(replies).extracting(reply -> reply.result().status()).containsOnly(200, 429);
            assertThat(most.get()).isBetween(1, 10);
            world.awaitIdle("POST:/orders");
            assertThat(world.stats("POST:/orders").passed())
                    .isEqualTo(replies.stream().filter(r -> r.result().status() == 200).count());
        }

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void givesThePlaceBackWhenTheCallerResetsTheConnection(HttpVersion version)
                throws Exception {
            world.guardOneAtATime("GET:/slow");
            BlockingQueue<RoutingContext> hanging = new LinkedBlockingQueue<>();
            router.get("/slow")
                    .handler(world.openSergo.serverHandler())
                    .handler(
                            context -> {
                                // As a handler of server-sent events does.
                                context.response().closeHandler(closed -> {});
                                hanging.add(context);
                            });
            int port = world.serve(router);
            HttpClientAgent client = world.client(version);
            HttpClientRequest request = get(client.request(to(HttpMethod.GET, port, "/slow")));
            request.send();
            assertThat(hanging.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isNotNull();
            assertThat(world.stats("GET:/slow").inFlight()).isEqualTo(1);

            request.reset();

            world.awaitIdle("GET:/slow");
        }
    }

    @Nested
    class Upgrades {

        @Test
        void aWebSocketCountsButHoldsNoPlace() {
            world.guardOneAtATime("GET:/socket");
            router.get("/socket")
                    .handler(world.openSergo.serverHandler())
                    .handler(context -> context.request().toWebSocket().onFailure(context::fail));
            int port = world.serve(router);
            WebSocketClient client = world.webSocketClient();
            List<WebSocket> sockets = new ArrayList<>();

            for (int i = 0; i < 3; i++) {
                WebSocket socket =
                        get(
                                client.connect(
                                        new WebSocketConnectOptions()
                                                .setHost("localhost")
                                                .setPort(port)
                                                .setURI("/socket")));
                sockets.add(socket);
                world.awaitIdle("GET:/socket");
            }
            assertThat(sockets).noneMatch(WebSocket::isClosed);
            assertThat(world.stats("GET:/socket").passed()).isEqualTo(3);
            sockets.forEach(socket -> get(socket.close()));
        }

        @ParameterizedTest
        @ValueSource(strings = {"websocket", "something"})
        void aRequestThatOnlyAsksForAnUpgradeHoldsItsPlaceUntilItIsAnswered(String protocol)
                throws Exception {
            world.guardOneAtATime("GET:/slow");
            BlockingQueue<RoutingContext> hanging = new LinkedBlockingQueue<>();
            router.get("/slow").handler(world.openSergo.serverHandler()).handler(hanging::add);
            int port = world.serve(router);
            HttpClientAgent client = world.client(HttpVersion.HTTP_1_1);
            RequestOptions options =
                    to(HttpMethod.GET, port, "/slow").putHeader("Upgrade", protocol);

            Future<Reply> first = send(client, options, "");
            RoutingContext context = hanging.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(context).isNotNull();
            assertThat(get(send(client, options, "")).status()).isEqualTo(429);
            context.response().setStatusCode(200).end("done");

            assertThat(get(first).status()).isEqualTo(200);
            world.awaitIdle("GET:/slow");
        }

        @Test
        void aConnectionThatBecomesATunnelGivesItsPlaceBack() {
            world.guardOneAtATime("GET:/tunnel");
            router.get("/tunnel")
                    .handler(world.openSergo.serverHandler())
                    .handler(context -> context.request().toNetSocket());
            int port = world.serve(router);
            HttpClientAgent client = world.client(HttpVersion.HTTP_1_1);
            RequestOptions options =
                    to(HttpMethod.GET, port, "/tunnel")
                            .putHeader("Connection", "Upgrade")
                            .putHeader("Upgrade", "something");

            for (int i = 0; i < 2; i++) {
                HttpClientRequest request = get(client.request(options));
                assertThat(get(request.connect()).statusCode()).isEqualTo(101);
                world.awaitIdle("GET:/tunnel");
            }
            assertThat(world.stats("GET:/tunnel").passed()).isEqualTo(2);
        }

        @Test
        void aTunnelThatIsAskedForByConnectGivesItsPlaceBackAndARefusedOneIsAnAnswer()
                throws Exception {
            world.guardOneAtATime("CONNECT:/*");
            BlockingQueue<RoutingContext> refused = new LinkedBlockingQueue<>();
            router.route()
                    .handler(world.openSergo.serverHandler())
                    .handler(
                            context -> {
                                if (context.request().headers().contains("x-refuse")) {
                                    context.response()
                                            .setStatusCode(403)
                                            .setChunked(true)
                                            .write("no");
                                    refused.add(context);
                                } else {
                                    context.request().toNetSocket();
                                }
                            });
            int port = world.serve(router);
            HttpClientAgent client = world.client(HttpVersion.HTTP_1_1);
            RequestOptions tunnel = to(HttpMethod.CONNECT, port, "/");

            for (int i = 0; i < 2; i++) {
                HttpClientRequest request = get(client.request(new RequestOptions(tunnel)));
                assertThat(get(request.connect()).statusCode()).isEqualTo(200);
                world.awaitIdle("CONNECT:/*");
            }

            RequestOptions refusing = new RequestOptions(tunnel).putHeader("x-refuse", "yes");
            Future<Reply> answer = send(client, refusing, "");
            RoutingContext context = refused.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(context).isNotNull();
            for (int i = 0; i < 5; i++) {
                HttpClientRequest request = get(client.request(new RequestOptions(tunnel)));
                assertThat(get(request.connect()).statusCode())
                        .as("while it is sent")
                        .isEqualTo(429);
            }
            context.response().end();
            assertThat(get(answer).status()).isEqualTo(403);
            world.awaitIdle("CONNECT:/*");
        }
    }
}
