package io.opensergo.test;

import io.opensergo.api.Target;
import io.opensergo.governance.Governor;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * What {@link OpenSergoTest} registers. With settings that annotations cannot say:
 *
 * <pre>{@code
 * @RegisterExtension
 * final OpenSergoExtension governance =
 *         OpenSergoExtension.of(
 *                 TestGovernor.builder()
 *                         .resources("rules/orders.yaml")
 *                         .settings(governor -> governor.instances(() -> 4)));
 * }</pre>
 */
public final class OpenSergoExtension
        implements BeforeEachCallback, AfterEachCallback, ParameterResolver, InvocationInterceptor {

    private static final Namespace NAMESPACE = Namespace.create(OpenSergoExtension.class);

    private static final Set<Class<?>> PARAMETERS =
            Set.of(Governor.class, TestGovernor.class, TestClock.class);

    private final @Nullable TestGovernorBuilder settings;

    /** Goes by the annotations of each test. */
    public OpenSergoExtension() {
        this(null);
    }

    private OpenSergoExtension(@Nullable TestGovernorBuilder settings) {
        this.settings = settings;
    }

    /** Returns an extension that builds a governor by these settings for each test. */
    public static OpenSergoExtension of(TestGovernorBuilder settings) {
        return new OpenSergoExtension(settings);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        TestGovernorBuilder builder = settings == null ? byAnnotations(context) : settings;
        context.getStore(NAMESPACE).put(TestGovernor.class, builder.build());
    }

    /** Checks the test unless it has failed; what is wrong is said with its failure then. */
    @Override
    public void afterEach(ExtensionContext context) {
        TestGovernor governor =
                context.getStore(NAMESPACE).remove(TestGovernor.class, TestGovernor.class);
        if (governor == null) {
            return;
        }
        try {
            governor.verify();
        } catch (AssertionError e) {
            Optional<Throwable> failure = context.getExecutionException();
            if (failure.isEmpty()) {
                throw e;
            }
            failure.get().addSuppressed(e);
        } finally {
            governor.close();
        }
    }

    /** Where a test has a thread of its own, as with a preemptive timeout, that moves the clock. */
    @Override
    public void interceptTestMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        TestGovernor governor =
                context.getStore(NAMESPACE).get(TestGovernor.class, TestGovernor.class);
        if (governor != null) {
            governor.clock().useOnThisThread();
        }
        invocation.proceed();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return PARAMETERS.contains(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        TestGovernor governor =
                context.getStore(NAMESPACE).get(TestGovernor.class, TestGovernor.class);
        if (governor == null) {
            throw new ParameterResolutionException(
                    "each test has a "
                            + type.getSimpleName()
                            + " of its own, so it is not there for "
                            + parameter.getDeclaringExecutable()
                            + ": take it in the test method, or in one with @BeforeEach or"
                            + " @AfterEach");
        }
        if (type == Governor.class) {
            return governor.governor();
        }
        return type == TestClock.class ? governor.clock() : governor;
    }

    private static TestGovernorBuilder byAnnotations(ExtensionContext context) {
        List<AnnotatedElement> elements = elements(context);
        TestGovernorBuilder builder = builder(elements);
        if (find(elements, VirtualTime.class).isPresent()) {
            builder.clocks(TestClock::ofReactor);
        }
        return builder;
    }

    /** Returns settings by annotations, of which the first found counts. */
    static TestGovernorBuilder builder(List<AnnotatedElement> elements) {
        TestGovernorBuilder builder = TestGovernor.builder();
        find(elements, OpenSergoTest.class)
                .filter(test -> !test.app().isEmpty())
                .ifPresent(test -> builder.target(Target.of(test.namespace(), test.app())));
        for (AnnotatedElement element : elements) {
            Optional<Rules> rules = AnnotationSupport.findAnnotation(element, Rules.class);
            if (rules.isPresent()) {
                builder.rules(rules.get(), "@Rules of " + name(element));
                break;
            }
        }
        for (AnnotatedElement element : elements) {
            AnnotationSupport.findAnnotation(element, Allow.class)
                    .ifPresent(
                            allow ->
                                    builder.allowResources(allow.resources())
                                            .allowProblems(allow.problems()));
        }
        return builder;
    }

    private static String name(AnnotatedElement element) {
        return element instanceof Method method
                ? method.getDeclaringClass().getSimpleName() + "." + method.getName()
                : ((Class<?>) element).getSimpleName();
    }

    private static <A extends Annotation> Optional<A> find(
            List<AnnotatedElement> elements, Class<A> type) {
        return elements.stream()
                .flatMap(element -> AnnotationSupport.findAnnotation(element, type).stream())
                .findFirst();
    }

    /** Returns the method, its class, and the classes around that, from the inside out. */
    private static List<AnnotatedElement> elements(ExtensionContext context) {
        List<AnnotatedElement> elements = new ArrayList<>();
        context.getTestMethod().ifPresent(elements::add);
        Class<?> testClass = context.getRequiredTestClass();
        while (testClass != null) {
            elements.add(testClass);
            testClass = testClass.getEnclosingClass();
        }
        return elements;
    }
}
