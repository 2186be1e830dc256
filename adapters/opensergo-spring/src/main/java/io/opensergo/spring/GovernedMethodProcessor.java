package io.opensergo.spring;

import io.opensergo.governance.Governor;
import java.util.function.Supplier;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;

/**
 * Gives beans with methods that are {@link Governed} a proxy that guards them. A bean of this type
 * is all it takes; it has to be declared by a static method.
 */
public final class GovernedMethodProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the processor.
     *
     * @param governor asked for at the first call, so that the governor is no bean that is made
     *     before others can be processed
     */
    public GovernedMethodProcessor(Supplier<Governor> governor) {
        setProxyTargetClass(true);
        setBeforeExistingAdvisors(true);
        this.advisor =
                new DefaultPointcutAdvisor(
                        AnnotationMatchingPointcut.forMethodAnnotation(Governed.class),
                        new GovernedMethodInterceptor(governor));
    }
}
