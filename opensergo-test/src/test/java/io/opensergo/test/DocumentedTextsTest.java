package io.opensergo.test;

import static io.opensergo.test.OpenSergoAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The messages that the page shows are those that users get. */
class DocumentedTextsTest {

    private static final String ORDERS =
            """
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: FaultToleranceRule
            metadata: {name: protect}
            spec:
              targets: [{targetResourceName: "GET:/orders"}]
              strategies: [{name: two, kind: RateLimitStrategy}]
            ---
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: RateLimitStrategy
            metadata: {name: two}
            spec: {metricType: RequestAmount, limitMode: Local, threshold: 2, statDurationSeconds: 1}
            """;

    private final String page;

    DocumentedTextsTest() throws IOException {
        page = Files.readString(Path.of("../docs/testing.md"));
    }

    @Test
    void sentenceThatFails() {
        try (var test = TestGovernor.builder().app("shop").resources("rules/shop.yaml").build()) {
            Throwable failure =
                    catchThrowable(
                            () ->
                                    assertThat(test.guard("POST:/orders"))
                                            .admits(4)
                                            .thenRefusesBy("orders-per-second"));

            assertThat(page).contains("```\n" + failure.getMessage() + "\n```");
        }
    }

    @Test
    void resourceThatNoRuleNames() {
        try (var test = TestGovernor.builder().text(ORDERS).build()) {
            test.guard("GET:/order");

            assertThat(page)
                    .contains("```\n" + catchThrowable(test::verify).getMessage() + "\n```");
        }
    }

    @Test
    void caseIsTheOneThatIsRun() throws IOException {
        String cases = Files.readString(Path.of("src/test/cases/shop.yaml"));
        String shown = cases.substring(0, cases.indexOf("---\n"));

        assertThat(page).contains("```yaml\n" + shown + "```");
    }
}
