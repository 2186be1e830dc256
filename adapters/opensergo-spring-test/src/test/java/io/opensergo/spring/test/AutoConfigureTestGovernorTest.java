package io.opensergo.spring.test;

import static io.opensergo.test.OpenSergoAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.opensergo.governance.Governor;
import io.opensergo.governance.PlanProblem;
import io.opensergo.test.Allow;
import io.opensergo.test.Rules;
import io.opensergo.test.TestClock;
import io.opensergo.test.TestGovernor;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;

/** Beans by the rules of a test class; what is done with them is checked. */
@SpringJUnitConfig(AutoConfigureTestGovernorTest.Application.class)
@TestPropertySource(properties = "spring.application.name=shop")
@AutoConfigureTestGovernor
@Rules("rules/shop.yaml")
class AutoConfigureTestGovernorTest {

    private static final String DANGLING =
            """
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: FaultToleranceRule
            metadata: {name: protect, labels: {app: shop}}
            spec:
              targets: [{targetResourceName: prices}]
              strategies: [{name: none, kind: RateLimitStrategy}]
            """;

    @Autowired private Governor governor;
    @Autowired private TestGovernor test;
    @Autowired private TestClock clock;

    @Configuration
    static class Application {}

    @RepeatedTest(2)
    void eachTestBeginsAnewByTheRulesOfTheClass() throws Exception {
        assertThat(governor.guard("POST:/orders")).admits(5).thenRefusesBy("orders-per-second");
        Duration before = clock.elapsed();
        governor.guard("mails").run(() -> {});
        governor.guard("mails").run(() -> {});
        assertThat(clock.elapsed().minus(before)).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void editLastsForItsTestOnly() {
        test.replaceRules("# none\n");
        assertThat(governor.guard("POST:/orders")).isUnprotected();
    }

    @Test
    void resourceThatNoRuleNamesIsNoMistakeHere() {
        assertThat(governor.guard("GET:/health")).isUnprotected();
    }

    @Nested
    class Inside {

        @Test
        void classAroundItCounts(@Autowired Governor own) {
            assertThat((Object) own).isSameAs(governor).isSameAs(test.governor());
            assertThat(own).protects("POST:/orders");
        }
    }

    @SpringJUnitConfig(Application.class)
    @AutoConfigureTestGovernor(app = "shop")
    @Rules(text = DANGLING)
    static class Dangling {

        @Test
        void isNotRun() {}
    }

    @SpringJUnitConfig(Application.class)
    @AutoConfigureTestGovernor(app = "shop")
    @Rules(text = DANGLING)
    @Allow(problems = PlanProblem.Type.DANGLING_STRATEGY)
    static class AllowedDangling {

        @Test
        void isRun(@Autowired Governor governor) {
            assertThat(governor).hasProblem(PlanProblem.Type.DANGLING_STRATEGY);
        }
    }

    @SpringJUnitConfig(Application.class)
    @AutoConfigureTestGovernor(app = "shop")
    @Rules("rules/shop.yaml")
    static class Editing {

        @Test
        void bringsAProblem(@Autowired TestGovernor test) {
            test.replaceRules(DANGLING);
        }
    }

    @SpringJUnitConfig(Application.class)
    @AutoConfigureTestGovernor(app = "store")
    @Rules("rules/shop.yaml")
    static class OtherApplication {

        @Test
        void isNotRun(@Autowired Governor governor) {}
    }

    @SpringJUnitConfig(Application.class)
    @AutoConfigureTestGovernor
    static class RulesOfAMethod {

        @Test
        @Rules("rules/shop.yaml")
        void isNotRun() {}
    }

    @SpringJUnitConfig(Application.class)
    static class WithoutTheAnnotation {

        @Test
        void hasNoGovernor(@Autowired(required = false) Governor governor) {
            assertThat((Object) governor).isNull();
        }
    }

    @Test
    void mistakesFailATestAsWithoutSpring() {
        assertThat(failure(Dangling.class)).hasStackTraceContaining("DANGLING_STRATEGY");
        assertThat(failures(AllowedDangling.class)).isEmpty();
        assertThat(failure(Editing.class))
                .hasMessageStartingWith("the test has used what is most likely a mistake:");
        assertThat(failure(OtherApplication.class))
                .hasStackTraceContaining("none of the rules of this test is one of default/store");
        assertThat(failure(RulesOfAMethod.class))
                .hasStackTraceContaining("the rules of a Spring test are those of its class");
        assertThat(failures(WithoutTheAnnotation.class)).isEmpty();
    }

    private static Throwable failure(Class<?> test) {
        List<Throwable> failures = failures(test);
        assertThat(failures).hasSize(1);
        return failures.get(0);
    }

    private static List<Throwable> failures(Class<?> test) {
        EngineExecutionResults results =
                EngineTestKit.engine("junit-jupiter").selectors(selectClass(test)).execute();
        assertThat(results.testEvents().started().count()).isEqualTo(1);
        return results.allEvents().failed().stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .map(result -> result.getThrowable().orElseThrow())
                .toList();
    }
}
