package io.opensergo.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Gives the application of a Spring test a governor by the {@code @Rules} of the test class, or of
 * a class around it, in place of the one that OpenSergo's starter would make: there is no client
 * then, and no control plane is needed. What {@code @Allow} of the class lets pass is let pass.
 *
 * <p>The beans are a {@code Governor}, a {@code TestGovernor} and a {@code TestClock}. Counts,
 * breakers and rules begin anew with each test method; the clock goes on. With a context that
 * several classes share, tests must not run in parallel, as with all that a context holds.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
public @interface AutoConfigureTestGovernor {

    /**
     * Which application decides; {@code opensergo.app} or {@code spring.application.name} unless
     * set, and if there is neither, all rules apply.
     */
    String app() default "";

    /** The namespace of the application; {@code opensergo.namespace} unless set, or default. */
    String namespace() default "";
}
