package io.opensergo.spring.test;

import io.opensergo.test.Rules;
import io.opensergo.test.TestGovernor;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestExecutionListener;

/** Begins each test anew, and checks what it has done; for Spring. */
final class TestGovernorListener implements TestExecutionListener {

    @Override
    public void beforeTestMethod(TestContext test) {
        if (!isMeant(test)) {
            return;
        }
        if (AnnotatedElementUtils.hasAnnotation(test.getTestMethod(), Rules.class)) {
            throw new IllegalStateException(
                    "@Rules of "
                            + test.getTestMethod()
                            + " has no effect: the rules of a Spring test are those of its class,"
                            + " as its context is; use testGovernor.replaceRules(...) in the"
                            + " method");
        }
        governor(test).restart();
    }

    @Override
    public void beforeTestExecution(TestContext test) {
        if (isMeant(test)) {
            governor(test).clock().useOnThisThread();
        }
    }

    /** Says what is wrong beside the failure of a test that has failed. */
    @Override
    public void afterTestMethod(TestContext test) {
        if (!isMeant(test)) {
            return;
        }
        try {
            governor(test).verify();
        } catch (AssertionError e) {
            Throwable failure = test.getTestException();
            if (failure == null) {
                throw e;
            }
            failure.addSuppressed(e);
        }
    }

    private static boolean isMeant(TestContext test) {
        return test.hasApplicationContext()
                && TestGovernorCustomizerFactory.settingsOf(test.getTestClass()) != null;
    }

    private static TestGovernor governor(TestContext test) {
        return test.getApplicationContext().getBean(TestGovernor.class);
    }
}
