package io.opensergo.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The rules of a test, or of all tests of a class. Those of a method take the place of those of its
 * class, and these of the rules of a class around it. All that is named here applies together.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
public @interface Rules {

    /** Resources of the class path, named from its root: {@code rules/orders.yaml}. */
    String[] value() default {};

    /**
     * Files, or directories with all rule files in them and below; relative to the directory that
     * the tests run in, which is that of the module with Maven and Gradle.
     */
    String[] files() default {};

    /** Documents, written here. */
    String[] text() default {};
}
