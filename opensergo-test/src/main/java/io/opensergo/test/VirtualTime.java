package io.opensergo.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Has the {@link TestClock} of each test of a class move the virtual time of Reactor as well, with
 * {@code Mono.delay}, {@code timeout} and {@code StepVerifier.withVirtualTime}.
 *
 * <p>That time is one for the whole process: no other test runs at the same time as those of this
 * class. Without this, operators of Reactor are under control where they are given {@link
 * TestClock#scheduler()}. Needs {@code io.projectreactor:reactor-test}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Isolated("Reactor has one virtual time for the whole process")
public @interface VirtualTime {}
