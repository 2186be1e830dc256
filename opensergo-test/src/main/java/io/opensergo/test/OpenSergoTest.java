package io.opensergo.test;

import io.opensergo.rules.Metadata;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives each test of a class a governor of its own, by the {@link Rules} of the method, or else of
 * the class or one around it. Tests may run in parallel.
 *
 * <pre>{@code
 * @OpenSergoTest(app = "shop")
 * @Rules(files = "rules/orders.yaml")
 * class OrderRulesTest {
 *
 *     @Test
 *     void fiftyOrdersASecond(Governor governor, TestClock clock) {
 *         Guard orders = governor.guard("POST:/orders");
 *
 *         assertThat(orders).admits(50).thenRefusesBy("orders-per-second");
 *         clock.advance(Duration.ofSeconds(2));
 *         assertThat(orders).admits(50);
 *     }
 * }
 * }</pre>
 *
 * <p>A method of the class, one that is called before or after each test included, may take a
 * {@code Governor}, a {@link TestGovernor} and a {@link TestClock}; constructors and what is called
 * once for all tests may not.
 *
 * <p><b>What fails a test</b> besides its assertions: a rule file that is missing or not valid, or
 * of which nothing applies to the application; a problem of the plan, such as a reference to a
 * strategy that is not there; a guard of a resource that no rule names. {@link Allow} lets it pass.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ExtendWith(OpenSergoExtension.class)
public @interface OpenSergoTest {

    /**
     * Which application decides: rules that are bound to others are left out. Unless set, all rules
     * apply, and those of more than one application are a problem of the plan.
     */
    String app() default "";

    /** The namespace of the application; looked at if {@link #app} is set. */
    String namespace() default Metadata.DEFAULT_NAMESPACE;
}
