package io.opensergo.spring;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.annotation.SimpleReflectiveProcessor;
import org.springframework.core.annotation.AnnotatedElementUtils;

/** Lets a native image find the fallback of a method that is {@link Governed}. */
final class GovernedMethodHints extends SimpleReflectiveProcessor {

    @Override
    public void registerReflectionHints(ReflectionHints hints, AnnotatedElement element) {
        super.registerReflectionHints(hints, element);
        Governed governed = AnnotatedElementUtils.findMergedAnnotation(element, Governed.class);
        if (element instanceof Method method
                && governed != null
                && !governed.fallback().isEmpty()) {
            Fallback fallback = Fallback.find(method, governed.fallback());
            if (fallback != null) { // if it is not there, the first call says so
                hints.registerMethod(fallback.method(), ExecutableMode.INVOKE);
            }
        }
    }
}
