package io.opensergo.vertx;

import static io.opensergo.vertx.World.get;
import static io.opensergo.vertx.World.send;
import static io.opensergo.vertx.World.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
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
        try (World world =
                new World(
                        settings ->
                                settings.failures(
                                        status -> {
                                            throw new IllegalStateException("on purpose");
                                        }))) {
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
