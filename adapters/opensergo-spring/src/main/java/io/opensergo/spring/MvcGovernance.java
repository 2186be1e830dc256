package io.opensergo.spring;

import io.opensergo.governance.Governor;
import io.opensergo.governance.routing.ServedActions;
import io.opensergo.spring.internal.ServerGuards;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Predicate;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;
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
 *
 * <p><b>As a filter</b>, as which Spring Boot registers it, it carries out what routers say of
 * requests to this application ({@link Governor#honoursAtServer}): faults, redirects, responses,
 * headers, other origins, time limits of asynchronous results. Faults wait as throttled requests
 * do. Where it is no filter of the container, routers are about calls only.
 */
public final class MvcGovernance extends OncePerRequestFilter implements WebMvcConfigurer, Ordered {

    /** Behind those that say how a request is to be read, and that observe it. */
    private static final int ORDER = HIGHEST_PRECEDENCE + 10;

    private final Governor governor;
    private final MvcInterceptor interceptor;

    /**
     * Makes the configuration of a governor.
     *
     * @param isExcluded which patterns, such as {@code /internal/**}, are left alone
     */
    public MvcGovernance(
            Governor governor, Predicate<String> isExcluded, RejectionResponder responder) {
        this.governor = governor;
        this.interceptor =
                new MvcInterceptor(governor, new ServerGuards(governor, isExcluded), responder);
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(interceptor).order(HIGHEST_PRECEDENCE);
    }

    @Override
    public int getOrder() {
        return ORDER;
    }

    /** A container that has the filter says so; Spring calls it for any bean. */
    @Override
    protected void initFilterBean() {
        if (getFilterConfig() != null) {
            governor.honoursAtServer("Spring MVC server", ServedActions.HONOURED);
        }
    }

    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        MvcRoute known = MvcRoute.at(request);
        MvcRoute route =
                known != null || request.getDispatcherType() != DispatcherType.REQUEST
                        ? known
                        : MvcRoute.decide(governor, request);
        if (route == null) {
            chain.doFilter(request, response);
        } else {
            route.filter(request, response, chain);
        }
    }
}
