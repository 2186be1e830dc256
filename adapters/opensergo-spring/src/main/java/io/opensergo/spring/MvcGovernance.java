package io.opensergo.spring;

import io.opensergo.governance.Governor;
import io.opensergo.spring.internal.ServerGuards;
import java.util.function.Predicate;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Guards the handlers of Spring MVC, annotated and functional ones, as the resource {@code
 * METHOD:pattern}, for example {@code GET:/orders/{id}}. A bean of this type is all it takes.
 *
 * <p>A request that no pattern matches is no resource, nor is one of the actuator. A request counts
 * once, however often it is dispatched, and gives its place back when it has ended, an asynchronous
 * one when its asynchronous result has.
 *
 * <p><b>Throttled requests</b> wait without a thread: their turn comes as an asynchronous result
 * does. Where a filter or servlet does not support that ({@code
 * HttpServletRequest.isAsyncSupported()}) they wait on the thread of the servlet.
 */
public final class MvcGovernance implements WebMvcConfigurer {

    private final MvcInterceptor interceptor;

    /**
     * Makes the configuration of a governor.
     *
     * @param isExcluded which patterns, such as {@code /internal/**}, are left alone
     */
    public MvcGovernance(
            Governor governor, Predicate<String> isExcluded, RejectionResponder responder) {
        this.interceptor =
                new MvcInterceptor(governor, new ServerGuards(governor, isExcluded), responder);
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(interceptor).order(Ordered.HIGHEST_PRECEDENCE);
    }
}
