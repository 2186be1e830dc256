package io.opensergo.test;

import static io.opensergo.test.OpenSergoAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.PlanProblem;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** What the extension gives to tests, and what it lets fail with which words. */
class OpenSergoExtensionTest {

    private static final String LIMIT_OF_TWO =
            """
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: FaultToleranceRule
            metadata: {name: protect, labels: {app: shop}}
            spec:
              targets: [{targetResourceName: "GET:/orders"}]
              strategies: [{name: two, kind: RateLimitStrategy}]
            ---
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: RateLimitStrategy
            metadata: {name: two, labels: {app: shop}}
            spec: {metricType: RequestAmount, limitMode: Local, threshold: 2, statDurationSeconds: 1}
            """;

    private static final String DANGLING =
            """
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: FaultToleranceRule
            metadata: {name: protect, labels: {app: shop}}
            spec:
              targets: [{targetResourceName: "GET:/orders"}]
              strategies: [{name: three, kind: RateLimitStrategy}]
            """;

    private static EngineExecutionResults run(Class<?>... tests) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(
                        Arrays.stream(tests)
                                .map(test -> selectClass(test))
                                .toArray(DiscoverySelector[]::new))
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .configurationParameter(
                        "junit.jupiter.execution.parallel.config.fixed.parallelism", "4")
                .execute();
    }

    private static void passes(int tests, Class<?> test) {
        EngineExecutionResults results = run(test);
        assertThat(failures(results)).isEmpty();
        assertThat(results.testEvents().succeeded().count()).isEqualTo(tests);
    }

    private static List<Throwable> failures(EngineExecutionResults results) {
        return results.allEvents().failed().stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .map(result -> result.getThrowable().orElseThrow())
                .toList();
    }

    private static Throwable failure(Class<?> test) {
        List<Throwable> failures = failures(run(test));
        assertThat(failures).hasSize(1);
        return failures.get(0);
    }

    /** Rules of the class, of the class around it, of the method. */
    @OpenSergoTest(app = "shop")
    @Rules("rules/shop.yaml")
    static class NearestRules {

        @Test
        void ofTheClass(Governor governor) {
            assertThat(governor).protects("POST:/orders");
        }

        @Test
        @Rules(text = LIMIT_OF_TWO)
        void ofTheMethodInPlaceOfTheClass(Governor governor) {
            assertThat(governor.plan().resources()).containsExactly("GET:/orders");
        }

        @Nested
        class Inside {

            @Test
            void ofTheClassAround(Governor governor) {
                assertThat(governor).protects("POST:/orders");
            }
        }

        @Nested
        @Rules(text = LIMIT_OF_TWO)
        class WithItsOwn {

            @Test
            void ofTheNestedClass(Governor governor) {
                assertThat(governor.plan().resources()).containsExactly("GET:/orders");
            }
        }
    }

    @Test
    void rulesOfTheMethodGoBeforeThoseOfTheClassAndOfTheClassAroundIt() {
        passes(4, NearestRules.class);
    }

    /** All that a test may be. */
    @OpenSergoTest(app = "shop")
    @Rules(text = LIMIT_OF_TWO)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class EachAnew {

        private final Set<Governor> governors = new HashSet<>();
        private Guard orders;

        @BeforeEach
        void takesParameters(Governor governor) {
            assertThat(governors.add(governor)).isTrue();
            orders = governor.guard("GET:/orders");
        }

        @AfterEach
        void alsoAfterwards(TestGovernor test, TestClock clock) {
            assertThat(test.clock()).isSameAs(clock);
        }

        @RepeatedTest(3)
        void repeated(Governor governor) {
            assertThat(orders).admits(2).thenRefusesBy("two");
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2})
        void parameterized(int requests, TestClock clock) {
            assertThat(orders).admits(requests);
            assertThat(clock.elapsed()).isZero();
            clock.advance(Duration.ofSeconds(1));
        }

        @TestFactory
        Stream<DynamicTest> dynamicTestsOfAFactoryShareOne(Governor governor) {
            return Stream.of(1, 2)
                    .map(i -> DynamicTest.dynamicTest("" + i, () -> assertThat(orders).admits(1)));
        }
    }

    @Test
    void eachTestHasAGovernorAndAClockOfItsOwnAlsoWithOneInstanceOfTheClass() {
        passes(7, EachAnew.class);
    }

    /** Both run at the same time. */
    @OpenSergoTest(app = "shop")
    @Rules(text = LIMIT_OF_TWO)
    @Execution(ExecutionMode.CONCURRENT)
    static class AtTheSameTime {

        private static final CyclicBarrier MEETING = new CyclicBarrier(2);
        private static final Set<Governor> GOVERNORS = ConcurrentHashMap.newKeySet();

        @Test
        void one(TestGovernor test) throws Exception {
            meet(test);
        }

        @Test
        void other(TestGovernor test) throws Exception {
            meet(test);
        }

        private static void meet(TestGovernor test) throws Exception {
            GOVERNORS.add(test.governor());
            Guard orders = test.guard("GET:/orders");
            for (int i = 0; i < 3; i++) {
                MEETING.await(30, TimeUnit.SECONDS);
                assertThat(orders).admits(2).thenRefusesBy("two");
                test.clock().advance(Duration.ofSeconds(2));
            }
            assertThat(test.clock().elapsed()).isEqualTo(Duration.ofSeconds(6));
        }
    }

    @Test
    void testsMayRunInParallel() {
        passes(2, AtTheSameTime.class);
        assertThat(AtTheSameTime.GOVERNORS).hasSize(2);
    }

    /** By settings that no annotation has. */
    static class BySettings {

        @RegisterExtension
        final OpenSergoExtension governance =
                OpenSergoExtension.of(
                        TestGovernor.builder()
                                .text(LIMIT_OF_TWO.replace("Local", "GlobalToLocal"))
                                .settings(governor -> governor.instances(() -> 2)));

        @Test
        void shareOfTwoInstances(TestGovernor test) {
            assertThat(test.guard("GET:/orders")).admits(1).thenRefusesBy("two");
        }
    }

    @Test
    void settingsMayBeGivenByCode() {
        passes(1, BySettings.class);
    }

    @OpenSergoTest
    @Rules(files = "rules/nowhere.yaml")
    static class MissingFile {

        @Test
        void isNotRun() {}
    }

    @OpenSergoTest
    @Rules("rules/nowhere.yaml")
    static class MissingResource {

        @Test
        void isNotRun() {}
    }

    @Test
    void ruleFileThatIsMissingFailsTheTestAndItIsSaidWhereItWasLookedFor() {
        assertThat(failure(MissingFile.class))
                .hasMessageStartingWith(
                        "the rules of this test cannot be used: there is no file or directory"
                                + " 'rules/nowhere.yaml' below /")
                .hasMessageEndingWith("opensergo-test, where the tests run");
        assertThat(failure(MissingResource.class))
                .hasMessage(
                        "the rules of this test cannot be used: there is no resource"
                                + " 'rules/nowhere.yaml' on the class path; name it from the root,"
                                + " as in 'rules/orders.yaml', or use files for a file");
    }

    @OpenSergoTest
    @Rules(files = "src/test/invalid-rules")
    static class InvalidRules {

        @Test
        void isNotRun() {}
    }

    @OpenSergoTest
    static class InvalidText {

        @Test
        @Rules(
                text =
                        """
                        apiVersion: fault-tolerance.opensergo.io/v1alpha1
                        kind: RateLimitStrategy
                        metadata: {name: two}
                        spec: {treshold: 2}
                        """)
        void isNotRun() {}
    }

    @Test
    void ruleThatIsNotValidFailsTheTestWithFileLineAndColumn() {
        assertThat(failure(InvalidRules.class))
                .hasMessage(
                        """
                        the rules of this test cannot be used:
                          src/test/invalid-rules/limits/zero.yaml:4:46: spec.threshold must be a \
                        whole number (for less than one request per window write a longer \
                        statDurationSeconds), was "many" (document 1)""");
        assertThat(failure(InvalidText.class))
                .hasMessageContaining(
                        "\n  @Rules of InvalidText.isNotRun, text:4:18: spec.treshold is an unknown"
                                + " field; allowed: [");
    }

    @OpenSergoTest(app = "store")
    @Rules(text = LIMIT_OF_TWO)
    static class OtherApplication {

        @Test
        void isNotRun() {}
    }

    @Test
    void rulesOfWhichNoneIsOfTheApplicationFailTheTest() {
        assertThat(failure(OtherApplication.class))
                .hasMessage(
                        "none of the rules of this test is one of default/store: those in @Rules of"
                                + " OtherApplication, text are of default/shop; set app and"
                                + " namespace of the test to one of these");
    }

    @OpenSergoTest
    @Rules(text = DANGLING)
    static class DanglingReference {

        @Test
        void isNotRun() {}
    }

    @OpenSergoTest
    @Rules(text = DANGLING)
    @Allow(problems = PlanProblem.Type.DANGLING_STRATEGY)
    static class AllowedDanglingReference {

        @Test
        void isRun(Governor governor) {
            assertThat(governor).hasProblem(PlanProblem.Type.DANGLING_STRATEGY);
        }
    }

    @Test
    void danglingReferenceFailsTheTestUnlessItIsAllowed() {
        assertThat(failure(DanglingReference.class))
                .hasMessageStartingWith("the rules of this test have problems:\n  ")
                .hasMessageContaining("three")
                .hasMessageContaining("(allow it with DANGLING_STRATEGY)")
                .hasMessageEndingWith("\n@Allow says what of it shall pass");
        passes(1, AllowedDanglingReference.class);
    }

    @OpenSergoTest
    @Rules(text = LIMIT_OF_TWO)
    static class ProblemWhileItRuns {

        @Test
        void replacesRules(TestGovernor test) {
            test.replaceRules(DANGLING);
            test.replaceRules(LIMIT_OF_TWO);
        }
    }

    @Test
    void problemThatCameAndWentWhileTheTestRanFailsIt() {
        assertThat(failure(ProblemWhileItRuns.class))
                .hasMessageStartingWith(
                        "the test has used what is most likely a mistake:\n  FaultToleranceRule")
                .hasMessageContaining("(allow it with DANGLING_STRATEGY)");
    }

    @OpenSergoTest
    @Rules(text = LIMIT_OF_TWO)
    static class UnknownResource {

        @Test
        void asksForAGuardOfAMisspeltName(Governor governor) {
            assertThat(governor.guard("GET:/order").explain().admitted()).isTrue();
        }
    }

    @OpenSergoTest
    @Rules(text = LIMIT_OF_TWO)
    @Allow(resources = "GET:/health")
    static class AllowedResources {

        @Test
        void allowedByTheClass(Governor governor) {
            assertThat(governor.guard("GET:/health")).isUnprotected();
        }

        @Test
        @Allow(resources = "GET:/info")
        void allowedByTheMethodAsWell(Governor governor) {
            assertThat(governor.guard("GET:/health")).isUnprotected();
            assertThat(governor.guard("GET:/info")).isUnprotected();
        }

        @Test
        @Allow(resources = Allow.ANY)
        void allAllowed(Governor governor) {
            assertThat(governor.guard("anything")).isUnprotected();
        }

        @Test
        void namedByARuleThatHasGoneAgain(TestGovernor test) {
            Guard prices = test.guard("prices");
            test.replaceRules(LIMIT_OF_TWO.replace("GET:/orders", "prices"));
            test.replaceRules(LIMIT_OF_TWO);
            assertThat(prices).isUnprotected();
        }
    }

    @Test
    void resourceThatNoRuleNamesFailsTheTestUnlessItIsAllowed() {
        assertThat(failure(UnknownResource.class))
                .hasMessage(
                        """
                        the test has used what is most likely a mistake:
                          'GET:/order' is guarded, and no rule names it; rules name \
                        'GET:/orders': did you mean 'GET:/orders'?
                        @Allow says what of it shall pass""");
        passes(4, AllowedResources.class);
    }

    @OpenSergoTest
    @Rules(text = LIMIT_OF_TWO)
    static class Throwing {

        @Test
        void throwsAfterAMistake(Governor governor) {
            governor.guard("GET:/order");
            throw new IllegalStateException("of the test");
        }
    }

    @Test
    void testThatThrowsFailsWithItsOwnExceptionAndTheMistakeBesides() {
        Throwable failure = failure(Throwing.class);

        assertThat(failure).isInstanceOf(IllegalStateException.class).hasMessage("of the test");
        assertThat(failure.getSuppressed()).hasSize(1);
        assertThat(failure.getSuppressed()[0]).hasMessageContaining("did you mean 'GET:/orders'?");
    }

    @OpenSergoTest
    static class InConstructor {

        InConstructor(Governor governor) {}

        @Test
        void isNotRun() {}
    }

    @OpenSergoTest
    static class BeforeAllTests {

        @BeforeAll
        static void takesWhatIsNotThere(TestClock clock) {}

        @Test
        void isNotRun() {}
    }

    @Test
    void whatComesBeforeTheTestsHasNoGovernorAndItIsSaidWhoHas() {
        assertThat(failure(InConstructor.class))
                .hasStackTraceContaining(
                        "each test has a Governor of its own, so it is not there for")
                .hasStackTraceContaining(
                        "take it in the test method, or in one with @BeforeEach or @AfterEach");
        assertThat(failure(BeforeAllTests.class))
                .hasStackTraceContaining("each test has a TestClock of its own");
    }

    @Test
    void governorsAreClosedWithTheirTests() {
        passes(1, Closing.class);
        assertThat(Closing.governor.plans().collectList().block(Duration.ofSeconds(10))).hasSize(1);
    }

    @OpenSergoTest
    @Rules(text = LIMIT_OF_TWO)
    static class Closing {

        private static Governor governor;

        @Test
        void leavesIt(Governor own) {
            governor = own;
        }
    }
}
