package io.opensergo.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.Test;

/** Which Vert.x the tests run with: the build runs them with two. */
class VertxVersionTest {

    @Test
    void theTestsRunWithTheVersionThatTheBuildMeans() {
        String jar = Vertx.class.getProtectionDomain().getCodeSource().getLocation().getPath();

        assertThat(jar).contains(System.getProperty("vertx.expected.version"));
    }
}
