package io.opensergo.spring;

import io.opensergo.governance.Governor;
import io.opensergo.governance.routing.ServedActions;
import io.opensergo.spring.internal.ServedRoute;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.CallableProcessingInterceptor;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.DeferredResultProcessingInterceptor;
import org.springframework.web.context.request.async.WebAsyncManager;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.util.WebUtils;

/** Carries out the route of a request of Spring MVC, through all of its dispatches. */
final class MvcRoute
        implements AsyncListener,
                CallableProcessingInterceptor,
                DeferredResultProcessingInterceptor {

    private static final Logger LOG = LoggerFactory.getLogger(MvcRoute.class);
    private static final Object KEY = MvcRoute.class;

    private static final String ATTRIBUTE = MvcRoute.class.getName();
    private static final long NOT_BEGUN = 0;

    private final ServedRoute route;
    private final ServedActions actions;
    private final ServletView original;
    private volatile boolean isHeld;

    /** When the handler was called, by {@link System#nanoTime()}. */
    private volatile long begun = NOT_BEGUN;

    /** Whether the time in which the container waits for a result is that of the route. */
    private volatile boolean isLimited;

    private volatile boolean isLate;

    private MvcRoute(ServedRoute route, ServletView original) {
        this.route = route;
        this.actions = route.actions();
        this.original = original;
    }

    /** Decides on a request that comes in; returns {@code null} if nothing is asked for. */
    static @Nullable MvcRoute decide(Governor governor, HttpServletRequest request) {
        var view = new ServletView(request);
        String query = request.getQueryString();
        String target = query == null ? view.path() : view.path() + "?" + query;
        ServedRoute route = ServedRoute.of(governor, view, target);
        if (route == null) {
            return null;
        }
        var decided = new MvcRoute(route, view);
        request.setAttribute(ATTRIBUTE, decided);
        return decided;
    }

    /** Returns what has been decided on a request, or {@code null}. */
    static @Nullable MvcRoute at(HttpServletRequest request) {
        return (MvcRoute) request.getAttribute(ATTRIBUTE);
    }

    /** Returns the request as it came. */
    ServletView original() {
        return original;
    }

    /**
     * Answers a browser that asks what it may do, or passes the request on as handlers see it, and
     * changes its response unless that goes on without this dispatch. What is dispatched again may
     * come as it was passed on before.
     *
     * @throws ServletException if the response has begun and its time is over: whatever the
     *     application did of that, the container cuts the response off
     */
    void filter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        ResponseEntity<byte[]> preflight = route.preflight();
        if (preflight != null) {
            ServletAnswers.write(response, preflight);
            return;
        }
        ChangedServletResponse changed =
                WebUtils.getNativeResponse(response, ChangedServletResponse.class);
        boolean isCutOff = isLate && response.isCommitted();
        HttpServletResponse passed = response;
        if (changed == null && actions.changesResponse()) {
            changed = new ChangedServletResponse(response, actions);
            passed = changed;
        }
        try {
            chain.doFilter(passedOn(request), passed);
        } finally {
            if (changed != null && !request.isAsyncStarted()) {
                changed.change();
            }
        }
        if (isCutOff) {
            throw new ServletException(route.timedOut());
        }
    }

    private HttpServletRequest passedOn(HttpServletRequest request) {
        boolean isChanged = WebUtils.getNativeRequest(request, ChangedServletRequest.class) != null;
        return isChanged || actions.requestHeaders().isEmpty()
                ? request
                : new ChangedServletRequest(request, actions.requestHeaders());
    }

    /** Notes that the application is to handle the request. */
    void meet() {
        actions.meet();
    }

    /** Begins with an admitted request; returns whether it is held up, to be dispatched again. */
    boolean holds(HttpServletRequest request, HttpServletResponse response)
            throws InterruptedException {
        long delay = actions.admit();
        if (delay == 0) {
            return false;
        }
        if (!request.isAsyncSupported()) {
            TimeUnit.NANOSECONDS.sleep(delay);
            return false;
        }
        isHeld = true;
        MvcTurn.await(request, response, delay);
        return true;
    }

    /**
     * Returns whether an admitted request that was held up is to go on with this dispatch; it may
     * have failed meanwhile, of which Spring tells the application.
     */
    boolean goesOn(HttpServletRequest request) {
        if (!isHeld) {
            return false;
        }
        isHeld = false;
        boolean hasCome = MvcTurn.hasCome(request);
        if (hasCome) {
            MvcTurn.forget(request);
        }
        return hasCome;
    }

    /** Returns what answers an admitted request, or {@code null} if its handler is to be called. */
    @Nullable ResponseEntity<byte[]> answer(HttpServletRequest request) {
        ResponseEntity<byte[]> answer = route.answer();
        if (answer == null && actions.timeoutNanos() > 0) {
            begun = System.nanoTime() | 1;
            WebAsyncManager manager = WebAsyncUtils.getAsyncManager(request);
            manager.registerCallableInterceptor(KEY, this);
            manager.registerDeferredResultInterceptor(KEY, this);
        }
        return answer;
    }

    /** Has the container wait no longer for an asynchronous result than the route says. */
    void limit(HttpServletRequest request) {
        if (begun == NOT_BEGUN) {
            return;
        }
        long left = actions.timeoutNanos() - (System.nanoTime() - begun);
        long millis = Math.max(0, TimeUnit.NANOSECONDS.toMillis(left)) + 1;
        try {
            AsyncContext context = request.getAsyncContext();
            long own = context.getTimeout();
            isLimited = own <= 0 || own > millis;
            if (isLimited) {
                context.addListener(this);
                context.setTimeout(millis);
            }
        } catch (IllegalStateException e) { // the result has come
            isLimited = false;
        }
    }

    /** Returns why an asynchronous request fails that is dispatched too late, or {@code null}. */
    @Nullable ResponseStatusException timedOut() {
        return isLate ? route.timedOut() : null;
    }

    /**
     * Sees to it that a late request is dispatched before this returns, as Jetty answers 500 else.
     * Spring does so by itself, unless the thread of the result is faster in setting one and slower
     * in dispatching: that of a {@code Callable}, which Spring interrupts first, often is.
     */
    @Override
    public void onTimeout(AsyncEvent event) {
        isLate = isLimited;
        if (!isLate) {
            return;
        }
        try {
            AsyncContext context = event.getAsyncContext();
            if (WebAsyncUtils.getAsyncManager(context.getRequest()).isConcurrentHandlingStarted()) {
                context.dispatch();
            }
        } catch (IllegalStateException e) {
            LOG.trace("{} has been dispatched or has ended already", original.path(), e);
        }
    }

    @Override
    public void onComplete(AsyncEvent event) {}

    @Override
    public void onError(AsyncEvent event) {}

    @Override
    public void onStartAsync(AsyncEvent event) {}

    @Override
    public <T> Object handleTimeout(NativeWebRequest request, Callable<T> task) {
        isLate = isLimited;
        return isLate ? route.timedOut() : CallableProcessingInterceptor.RESULT_NONE;
    }

    @Override
    public <T> boolean handleTimeout(NativeWebRequest request, DeferredResult<T> result) {
        isLate = isLimited;
        return !isLate || !result.setErrorResult(route.timedOut());
    }
}
