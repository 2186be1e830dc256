package io.opensergo.spring;

import io.opensergo.governance.Outcome;
import io.opensergo.governance.Permit;
import io.opensergo.governance.Rejection;
import io.opensergo.spring.internal.InnerGuard;
import io.opensergo.spring.internal.Outcomes;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.CallableProcessingInterceptor;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.DeferredResultProcessingInterceptor;
import org.springframework.web.context.request.async.WebAsyncManager;
import org.springframework.web.context.request.async.WebAsyncUtils;

/**
 * An admitted request of Spring MVC, followed to its end.
 *
 * <p>A synchronous one ends with its dispatch, an asynchronous one with the dispatch of its result.
 * One whose result is never dispatched, since the caller is gone or the application completes it
 * itself, ends when the container says so; that may say so twice.
 */
final class MvcRequest
        implements AsyncListener,
                CallableProcessingInterceptor,
                DeferredResultProcessingInterceptor {

    private static final Object KEY = MvcRequest.class;

    private final Permit permit;
    private final HttpServletResponse response;

    /** What the container or Spring said of an asynchronous request. */
    private volatile @Nullable Throwable error;

    MvcRequest(Permit permit, HttpServletResponse response) {
        this.permit = permit;
        this.response = response;
    }

    Permit permit() {
        return permit;
    }

    boolean isWaiting() {
        return permit.isWaiting();
    }

    boolean proceeds() {
        return permit.proceed();
    }

    boolean isRefused() {
        return permit.isRefused();
    }

    Rejection rejection() {
        return permit.rejection();
    }

    void abandon() {
        permit.release(Outcome.CANCELLED);
    }

    /** Hears of the end of what a handler starts by Spring; registered before it can. */
    void follow(HttpServletRequest request) {
        WebAsyncManager manager = WebAsyncUtils.getAsyncManager(request);
        manager.registerCallableInterceptor(KEY, this);
        manager.registerDeferredResultInterceptor(KEY, this);
    }

    void awaitTurnOnThisThread() throws InterruptedException {
        permit.await();
    }

    /** Has Spring dispatch the request again when its turn has come. */
    void awaitTurn(HttpServletRequest request) {
        follow(request);
        MvcTurn.await(request, response, permit.waitNanos());
    }

    /** Ends with a dispatch, unless the request goes on without it. */
    void dispatchEnded(HttpServletRequest request, @Nullable Exception thrown) {
        if (request.isAsyncStarted()) {
            if (!WebAsyncUtils.getAsyncManager(request).isConcurrentHandlingStarted()) {
                followContainer(request);
            }
            return;
        }
        if (request.getAttribute(InnerGuard.ATTRIBUTE) == InnerGuard.REFUSED) {
            abandon();
            return;
        }
        Throwable cause = thrown == null ? error : thrown;
        permit.release(Outcomes.ofServed(cause, response.getStatus()));
    }

    /** A handler may call {@code startAsync} itself, and end the request by now. */
    private void followContainer(HttpServletRequest request) {
        try {
            request.getAsyncContext().addListener(this);
        } catch (IllegalStateException e) { // it has been completed or dispatched since
            permit.release(Outcomes.ofStatus(response.getStatus()));
        }
    }

    private void ended() {
        permit.release(Outcomes.ofServed(error, response.getStatus()));
    }

    @Override
    public void onComplete(AsyncEvent event) {
        ended();
    }

    @Override
    public void onTimeout(AsyncEvent event) {}

    @Override
    public void onError(AsyncEvent event) {
        error = event.getThrowable();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        AsyncContext next = event.getAsyncContext();
        next.addListener(this);
    }

    @Override
    public <T> Object handleError(NativeWebRequest request, Callable<T> task, Throwable thrown) {
        error = thrown;
        return CallableProcessingInterceptor.RESULT_NONE;
    }

    @Override
    public <T> void afterCompletion(NativeWebRequest request, Callable<T> task) {
        ended();
    }

    @Override
    public <T> boolean handleError(
            NativeWebRequest request, DeferredResult<T> result, Throwable thrown) {
        error = thrown;
        return true;
    }

    @Override
    public <T> void afterCompletion(NativeWebRequest request, DeferredResult<T> result) {
        if (!MvcTurn.isOf(result)) {
            ended();
        } else if (permit.isWaiting()) {
            abandon();
        }
    }
}
