package io.opensergo.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.console.internal.access.AuditLog;
import io.opensergo.console.internal.access.Gate;
import io.opensergo.console.internal.api.Api;
import io.opensergo.controlplane.ControlPlane;
import java.time.Duration;
import java.time.InstantSource;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The API and its description say the same. */
class OpenApiTest {

    @Test
    void describesEachOperationThatIsThereAndNoOther() {
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).start()) {
            var audit = new AuditLog(1, InstantSource.system());
            var gate = new Gate(null, "localhost", audit, Duration.ofHours(1), System::nanoTime);

            assertThat(
                            Api.endpoints(controlPlane, null, gate, audit, InstantSource.system())
                                    .stream()
                                    .map(each -> each.method() + " " + each.path())
                                    .collect(Collectors.toSet()))
                    .isEqualTo(OpenApiDocument.operations());
        }
    }

    @Test
    void isServedToAnybody() {
        try (TestConsole console = TestConsole.open()) {
            assertThat(console.get("/api/v1/openapi.json").json())
                    .isEqualTo(OpenApiDocument.tree());
        }
    }
}
