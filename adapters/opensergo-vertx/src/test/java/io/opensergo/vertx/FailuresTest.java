package io.opensergo.vertx;

import static io.opensergo.vertx.World.get;
import static io.opensergo.vertx.World.send;
import static io.opensergo.vertx.World.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.testsupport.Documents;
import io.vertx.core.Context;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Applications that say themselves which statuses are failures. */
class FailuresTest {

    @Test
    void aStatusThatIsChosenOpensABreakerAndOneThatIsNotDoesNot() {
        try (World world = new World(settings -> settings.failures(status -> status == 404))) {
            world.guard(
                    "GET:/:status",
                    Documents.breaker("failing", 3, "60s"),
                    Documents.rule("GET:/:status", "CircuitBreakerStrategy", "failing"));
            HttpClientAgent client = world.client(HttpVersion.HTTP_1_1);
            int port = serveStatuses(world);

            for (int i = 0; i < 5; i++) {
                assertThat(get(World.get(client, port, "/503")).status()).isEqualTo(503);
            }
            await().atMost(World.PATIENCE)
                    .until(() -> get(World.get(client, port, "/404")).status() == 429);
        }
    }

    @Test
    void aChoiceThatThrowsHoldsNoPlace() {
        try (World world = new World(FailuresTest::throwing)) {
            world.guardOneAtATime("GET:/:status");
            int port = serveStatuses(world);
            HttpClientAgent plain = world.client(HttpVersion.HTTP_1_1);
            for (int i = 0; i < 3; i++) {
                assertThat(get(World.get(plain, port, "/200")).status()).isEqualTo(200);
            }
            world.awaitIdle("GET:/:status");
            assertThat(world.stats("GET:/:status").passed()).isEqualTo(3);

            world.guardOneAtATime("GET:localhost");
            HttpClientAgent governed = world.openSergo.client(plain);
            for (int i = 0; i < 3; i++) {
                assertThat(get(send(governed, to(HttpMethod.GET, port, "/200"), "")).status())
                        .isEqualTo(200);
                world.awaitIdle("GET:localhost");
            }
            assertThat(world.stats("GET:localhost").passed()).isEqualTo(3);
        }
    }

    @Test
    void aChoiceThatThrowsLetsNoAnsweredRequestBeHandledAfterItsWait() {
        try (World world = new World(FailuresTest::throwing)) {
            world.guard(
                    "GET:/paced",
                    Documents.throttling("paced", "300ms", "60s"),
                    Documents.rule("GET:/paced", "ThrottlingStrategy", "paced"));
            AtomicInteger served = new AtomicInteger();
            Router router = world.router();
            router.route()
                    .handler(
                            context -> {
                                if (context.request().getParam("impatient") != null) {
                                    Context now = context.vertx().getOrCreateContext();
                                    now.runOnContext(soon -> context.end("gave up"));
                                }
                                context.next();
                            });
            router.get("/paced")
                    .handler(world.openSergo.serverHandler())
                    .handler(context -> context.end("served " + served.incrementAndGet()));
            int port = world.serve(router);
            HttpClientAgent client = world.client(HttpVersion.HTTP_1_1);

            await().atMost(World.PATIENCE)
                    .until(
                            () ->
                                    get(World.get(client, port, "/paced?impatient"))
                                            .body()
                                            .equals("gave up"));
            int before = served.get();
            get(World.get(client, port, "/paced"));

            assertThat(served).hasValue(before + 1);
        }
    }

    private static void throwing(OpenSergoVertxBuilder settings) {
        settings.failures(
                status -> {
                    throw new IllegalStateException("on purpose");
                });
    }

    private static int serveStatuses(World world) {
        Router router = world.router();
        router.get("/:status")
                .handler(world.openSergo.serverHandler())
                .handler(
                        context ->
                                context.response()
                                        .setStatusCode(
                                                Integer.parseInt(context.pathParam("status")))
                                        .end());
        return world.serve(router);
    }
}
