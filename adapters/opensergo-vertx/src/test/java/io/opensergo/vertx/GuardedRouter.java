package io.opensergo.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.junit.jupiter.api.AfterEach;

/** A router whose handlers are guarded, and its callers. */
abstract class GuardedRouter {

    final World world = new World();
    final Router router = world.router();

    @AfterEach
    void nothingBlockedAnEventLoop() {
        world.close();
        assertThat(BlockedEventLoops.take()).isEmpty();
    }

    static void ok(RoutingContext context) {
        context.end("ok");
    }
}
