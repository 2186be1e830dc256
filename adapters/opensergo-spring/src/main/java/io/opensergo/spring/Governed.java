package io.opensergo.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.aot.hint.annotation.Reflective;

/**
 * Guards a method of a bean: a blocking one, or one that returns a {@code CompletionStage}, {@code
 * Mono} or {@code Flux}, which is guarded until that has ended.
 *
 * <p>A refused call throws {@link io.opensergo.governance.RequestRejectedException}, or signals it.
 * A throttled one waits on its thread if it blocks, and without one otherwise; the method of a
 * {@code Mono} or {@code Flux} is called at once, and each subscription to its result is guarded.
 *
 * <p>As with every annotation that Spring's proxies serve, a call from within the same object is
 * not guarded, nor is a method that is private, final or static. A method of Kotlin that is {@code
 * suspend} is not supported.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Reflective(GovernedMethodHints.class)
public @interface Governed {

    /** Returns the name of the resource that rules name. */
    String value();

    /**
     * Returns the name of a method of the same class that answers a refused call: with the same
     * parameters, and perhaps a {@code RequestRejectedException} after them, and the same type of
     * result. Exceptions of the method itself do not lead there.
     */
    String fallback() default "";
}
