package io.opensergo.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Grpc;
import org.junit.jupiter.api.Test;

/** The tests run with the version of grpc-java that the build says. */
class GrpcVersionTest {

    @Test
    void theExpectedVersionIsOnTheClassPath() {
        assertThat(Grpc.class.getProtectionDomain().getCodeSource().getLocation().getPath())
                .endsWith("grpc-api-" + System.getProperty("grpc.expected.version") + ".jar");
    }

    @Test
    void aVersionWithoutConfiguratorsSaysSo() {
        if (hasConfigurators()) {
            assertThat(System.getProperty("grpc.expected.version")).doesNotStartWith("1.60");
            return; // StartTest calls it, in a process of its own
        }
        try (World world = new World()) {
            assertThatThrownBy(world.openSergo::governAll)
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("govern(builder)");
        }
    }

    private static boolean hasConfigurators() {
        return Grpc.class.getResource("InternalConfiguratorRegistry.class") != null;
    }
}
