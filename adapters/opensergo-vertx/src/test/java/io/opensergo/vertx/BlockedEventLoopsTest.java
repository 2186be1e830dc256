package io.opensergo.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.Test;

/** That a blocked event loop would be found. */
class BlockedEventLoopsTest {

    @Test
    void aCallThatBlocksAnEventLoopIsFound() {
        Vertx vertx = Vertx.vertx();
        BlockedEventLoops.take();

        Boolean blocked =
                OnContext.current(vertx)
                        .mono(() -> vertx.timer(1).map(t -> block()))
                        .block(World.PATIENCE);

        assertThat(blocked).isTrue();
        assertThat(BlockedEventLoops.take()).isNotEmpty();
        World.get(vertx.close());
    }

    @SuppressWarnings("ThreadSleep")
    private static boolean block() {
        try {
            Thread.sleep(1);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
