package io.opensergo.vertx;

import static io.opensergo.vertx.World.PATIENCE;
import static io.opensergo.vertx.World.get;
import static io.opensergo.vertx.World.send;
import static io.opensergo.vertx.World.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.testsupport.Documents;
import io.opensergo.vertx.World.Reply;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests to a server that wait for their turn. */
class ServerThrottlingTest extends GuardedRouter {

    private static final String LARGE = "x".repeat(500_000);

    @Nested
    class Bodies {

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void throttledRequestsAreSpreadAndKeepTheirBodies(HttpVersion version) {
            world.guard(
                    "POST:/orders",
                    Documents.throttling("paced", "20ms", "60s"),
                    Documents.rule("POST:/orders", "ThrottlingStrategy", "paced"));
            router.post("/orders")
                    .handler(world.openSergo.serverHandler())
                    .handler(BodyHandler.create(false))
                    .handler(context -> context.end(context.body().asString()));
            int port = world.serve(router);
            HttpClientAgent client = world.client(version, 50);

            long start = System.nanoTime();
            List<Future<Reply>> replies = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String body = ("order " + i + " ").repeat(2000);
                replies.add(send(client, to(HttpMethod.POST, port, "/orders"), body));
            }
            get(Future.all(replies));
            long took = System.nanoTime() - start;

            for (int i = 0; i < replies.size(); i++) {
                assertThat(replies.get(i).result().body())
                        .isEqualTo(("order " + i + " ").repeat(2000));
            }
            assertThat(TimeUnit.NANOSECONDS.toMillis(took)).isGreaterThanOrEqualTo(19 * 20);
        }

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void aRequestThatWasReadBeforeMayWaitAsWell(HttpVersion version) {
            world.guard(
                    "POST:/orders",
                    Documents.throttling("paced", "20ms", "60s"),
                    Documents.rule("POST:/orders", "ThrottlingStrategy", "paced"));
            router.route().handler(BodyHandler.create(false));
            router.post("/orders")
                    .handler(world.openSergo.serverHandler())
                    .handler(context -> context.end(context.body().asString()));
            int port = world.serve(router);
            HttpClientAgent client = world.client(version);

            long start = System.nanoTime();
            List<Future<Reply>> replies = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                replies.add(send(client, to(HttpMethod.POST, port, "/orders"), "order"));
            }
            get(Future.all(replies));

            assertThat(replies).extracting(reply -> reply.result().body()).containsOnly("order");
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start))
                    .isGreaterThanOrEqualTo(4 * 20);
        }

        @Test
        void aLargeBodySurvivesTheWaitOfItsRequest() {
            world.guard(
                    "POST:/orders",
                    Documents.throttling("paced", "300ms", "60s"),
                    Documents.rule("POST:/orders", "ThrottlingStrategy", "paced"));
            router.post("/orders")
                    .handler(world.openSergo.serverHandler())
                    .handler(
                            context ->
                                    context.request()
                                            .body()
                                            .onSuccess(body -> context.end("" + body.length())));
            int port = world.serve(router);
            HttpClientAgent client = world.client(HttpVersion.HTTP_1_1);
            String body = "x".repeat(1_000_000);

            long start = System.nanoTime();
            get(send(client, to(HttpMethod.POST, port, "/orders"), body));
            Reply reply = get(send(client, to(HttpMethod.POST, port, "/orders"), body));

            assertThat(reply.body()).isEqualTo("1000000");
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start))
                    .isGreaterThanOrEqualTo(300);
        }
    }

    @Nested
    class WaitsThatEndEarly {

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void aCallerThatLeavesWhileItWaitsIsNotServed(HttpVersion version) {
            world.guard(
                    "GET:/orders",
                    Documents.throttling("paced", "2s", "60s"),
                    Documents.concurrency("two", 2),
                    Documents.rule("GET:/orders", "ThrottlingStrategy", "paced"),
                    Documents.rule("GET:/orders", "ConcurrencyLimitStrategy", "two"));
            AtomicInteger served = new AtomicInteger();
            router.get("/orders")
                    .handler(world.openSergo.serverHandler())
                    .handler(
                            context -> {
                                served.incrementAndGet();
                                context.end();
                            });
            int port = world.serve(router);
            HttpClientAgent client = world.client(version);
            get(World.get(client, port, "/orders"));
            HttpClientRequest waiting = get(client.request(to(HttpMethod.GET, port, "/orders")));
            waiting.send();
            await().atMost(PATIENCE).until(() -> world.stats("GET:/orders").passed() == 2);
            assertThat(world.stats("GET:/orders").inFlight()).isZero();

            waiting.reset();
            await().atMost(PATIENCE).until(() -> world.stats("GET:/orders").passed() == 1);
            int before = served.get();
            get(World.get(client, port, "/orders"));

            assertThat(served).hasValue(before + 1);
        }

        @Test
        void aRequestWhoseTurnComesWhileTheBreakerIsOpenIsRefused() {
            world.guard(
                    "GET:/orders",
                    Documents.throttling("paced", "300ms", "60s"),
                    Documents.breaker("broken", 2, "1h"),
                    Documents.rule("GET:/orders", "ThrottlingStrategy", "paced"),
                    Documents.rule("GET:/orders", "CircuitBreakerStrategy", "broken"));
            AtomicInteger served = new AtomicInteger();
            router.get("/orders")
                    .handler(world.openSergo.serverHandler())
                    .handler(
                            context -> {
                                served.incrementAndGet();
                                context.fail(503);
                            });
            int port = world.serve(router);
            HttpClientAgent client = world.client(HttpVersion.HTTP_1_1, 10);

            List<Future<Reply>> replies = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                replies.add(World.get(client, port, "/orders"));
            }
            get(Future.all(replies));

            assertThat(served).hasValue(2);
            assertThat(replies.stream().filter(reply -> reply.result().status() == 429)).hasSize(4);
        }

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void aRequestThatIsAnsweredWhileItWaitsIsNotHandledAnyMore(HttpVersion version) {
            world.guard(
                    "POST:/orders",
                    Documents.throttling("paced", "500ms", "60s"),
                    Documents.concurrency("two", 2),
                    Documents.rule("POST:/orders", "ThrottlingStrategy", "paced"),
                    Documents.rule("POST:/orders", "ConcurrencyLimitStrategy", "two"));
            AtomicInteger served = new AtomicInteger();
            router.route()
                    .handler(
                            context -> {
                                if (context.request().getHeader("x-patience") != null) {
                                    context.vertx()
                                            .runOnContext(
                                                    soon ->
                                                            context.response()
                                                                    .setStatusCode(504)
                                                                    .end());
                                }
                                context.next();
                            });
            router.post("/orders")
                    .handler(world.openSergo.serverHandler())
                    .handler(
                            context -> {
                                served.incrementAndGet();
                                context.end();
                            });
            router.route("/other").handler(GuardedRouter::ok);
            int port = world.serve(router);
            HttpClientAgent client = world.client(version, 1);
            RequestOptions order = to(HttpMethod.POST, port, "/orders");
            RequestOptions impatient = new RequestOptions(order).putHeader("x-patience", "none");

            assertThat(get(send(client, order, "one")).status()).isEqualTo(200);
            await().atMost(PATIENCE)
                    .until(() -> get(send(client, impatient, LARGE)).status() == 504);
            world.awaitIdle("POST:/orders");
            int before = served.get();
            assertThat(get(World.get(client, port, "/other")).status()).isEqualTo(200);
            assertThat(get(send(client, order, "three")).status()).isEqualTo(200);

            assertThat(served).hasValue(before + 1);
        }
    }
}
