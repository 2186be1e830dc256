package io.opensergo.rules;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What the JSON Schema of a kind says of a component beyond its type.
 *
 * <p>It describes the check that the record's constructor makes; it does not make it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Limits {

    /** The least number allowed. */
    long min() default Long.MIN_VALUE;

    /** The greatest number allowed. */
    long max() default Long.MAX_VALUE;

    /** The greatest length of a text in code points. */
    int maxLength() default Integer.MAX_VALUE;

    /**
     * Whether a text, or each text of a list, must not be empty; one with a {@link #maxLength()}
     * must not be either.
     */
    boolean notEmpty() default false;

    /** What to do instead, said when a value of the wrong type is found. */
    String hint() default "";

    /** Whether the value must not be shown, not even when it is wrong. */
    boolean secret() default false;

    /** Whether a list or map must be there; other components are optional if they are nullable. */
    boolean required() default false;
}
