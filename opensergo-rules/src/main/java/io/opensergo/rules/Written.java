package io.opensergo.rules;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How a record component, an enum constant or an alternative of a sealed type is spelled in a
 * document.
 *
 * <p>Without it, a component has its Java name and its type's plain form. Given more than once, the
 * first spelling is the one that is written, and each of them is read.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD, ElementType.TYPE})
@Repeatable(Written.Spellings.class)
public @interface Written {

    /** The name in a document; left out, the Java name. */
    String as() default USE_JAVA_NAME;

    /** The notation of the value. */
    Notation notation() default Notation.PLAIN;

    /** The default of {@link #as()}. */
    String USE_JAVA_NAME = "\0";

    /** Holds several spellings of one component. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target({ElementType.RECORD_COMPONENT, ElementType.FIELD, ElementType.TYPE})
    @interface Spellings {

        /** The spellings, the written one first. */
        Written[] value();
    }
}
