package io.opensergo.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Grpc;
import org.junit.jupiter.api.Test;

/** The tests run with the version of grpc-java that the build says. */
class GrpcVersionTest {

    @Test
    void theExpectedVersionIsOnTheClassPath() {
        assertThat(Grpc.class.getProtectionDomain().getCodeSource().getLocation().getPath())
                .endsWith("grpc-api-" + System.getProperty("grpc.expected.version") + ".jar");
    }
}
