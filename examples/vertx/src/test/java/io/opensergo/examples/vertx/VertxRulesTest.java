package io.opensergo.examples.vertx;

import io.opensergo.test.RuleCases;
import io.opensergo.test.TestGovernor;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Each rule file of this example decides as the cases of its name say, which are YAML. */
class VertxRulesTest {

    @TestFactory
    Stream<DynamicTest> rulesDecideAsTheirCasesSay() {
        return Stream.of("canary", "lane", "limit", "throttling", "weights")
                .flatMap(VertxRulesTest::cases);
    }

    private static Stream<DynamicTest> cases(String name) {
        Path rules = Path.of("rules", name + ".yaml");
        Path cases = Path.of("src/test/cases", name + ".yaml");
        return RuleCases.of(TestGovernor.builder().files(rules)).tests(cases);
    }
}
