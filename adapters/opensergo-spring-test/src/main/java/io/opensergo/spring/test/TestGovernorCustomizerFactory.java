package io.opensergo.spring.test;

import io.opensergo.test.Allow;
import io.opensergo.test.Rules;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.TestContextAnnotationUtils;

/** Looks for the annotations of a test class, for Spring. */
final class TestGovernorCustomizerFactory implements ContextCustomizerFactory {

    @Override
    public @Nullable ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> attributes) {
        AutoConfigureTestGovernor settings = settingsOf(testClass);
        if (settings == null) {
            return null;
        }
        Rules rules = TestContextAnnotationUtils.findMergedAnnotation(testClass, Rules.class);
        List<Allow> allowed = new ArrayList<>();
        for (Class<?> each = testClass; each != null; each = each.getEnclosingClass()) {
            Allow allow = AnnotatedElementUtils.findMergedAnnotation(each, Allow.class);
            if (allow != null) {
                allowed.add(allow);
            }
        }
        return new TestGovernorCustomizer(settings, rules, allowed);
    }

    static @Nullable AutoConfigureTestGovernor settingsOf(Class<?> testClass) {
        return TestContextAnnotationUtils.findMergedAnnotation(
                testClass, AutoConfigureTestGovernor.class);
    }
}
