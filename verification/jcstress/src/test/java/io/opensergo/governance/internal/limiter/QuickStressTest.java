package io.opensergo.governance.internal.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.TestGrading;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;
import org.openjdk.jcstress.infra.runners.Runner;
import org.openjdk.jcstress.infra.runners.TestConfig;
import org.openjdk.jcstress.infra.runners.TestList;
import org.openjdk.jcstress.os.AffinityMode;
import org.openjdk.jcstress.os.NodeType;
import org.openjdk.jcstress.os.SchedulingClass;
import org.openjdk.jcstress.vm.CompileMode;

/**
 * Runs every stress test for a moment, each in this process: the harness itself starts a Java
 * virtual machine for each, and many to find out about them. The profile {@code jcstress} does
 * that.
 */
class QuickStressTest {

    /** Waiting threads yield, since other tests may need the processors. */
    private static final Options OPTIONS =
            new Options("-m quick -time 40 -iters 1 -spinStyle THREAD_YIELD".split(" "));

    static Collection<String> tests() throws Exception {
        assertThat(OPTIONS.parse()).isTrue();
        return TestList.tests();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tests")
    void noOutcomeIsForbidden(String name) throws Exception {
        TestInfo info = TestList.getInfo(name);
        var anywhere = new SchedulingClass(AffinityMode.NONE, info.threads(), NodeType.PACKAGE);
        var config = new TestConfig(OPTIONS, info, 0, List.of(), CompileMode.UNIFIED, anywhere);

        TestResult result = runner(config).run();
        result.setConfig(config);

        TestGrading grading = TestGrading.grade(result);
        assertThat(grading.failureMessages).isEmpty();
        assertThat(grading.isPassed).as(result.getMessages().toString()).isTrue();
        assertThat(result.getTotalCount()).isPositive();
    }

    private static Runner<?> runner(TestConfig config) throws ReflectiveOperationException {
        return Class.forName(config.generatedRunnerName)
                .asSubclass(Runner.class)
                .getConstructor(ForkedTestConfig.class)
                .newInstance(new ForkedTestConfig(config));
    }
}
