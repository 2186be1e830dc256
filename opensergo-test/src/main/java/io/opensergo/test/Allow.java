package io.opensergo.test;

import io.opensergo.governance.PlanProblem;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What does not fail a test, or the tests of a class, though it mostly is a mistake. What the
 * method, its class and the classes around it allow is added up.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
public @interface Allow {

    /** Any resource, for {@link #resources}. */
    String ANY = "*";

    /** Resources that are guarded though no rule names them; {@link #ANY} for all. */
    String[] resources() default {};

    /** Problems of the plan. */
    PlanProblem.Type[] problems() default {};
}
