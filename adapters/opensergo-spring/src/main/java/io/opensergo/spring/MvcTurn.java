package io.opensergo.spring;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.DeferredResultProcessingInterceptor;
import org.springframework.web.context.request.async.WebAsyncManager;
import org.springframework.web.context.request.async.WebAsyncUtils;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

/**
 * The turn of a request of Spring MVC that waits without a thread: an asynchronous result of its
 * own, with which Spring dispatches the request again.
 */
final class MvcTurn implements DeferredResultProcessingInterceptor {

    private static final Object KEY = MvcTurn.class;

    /** For how long a container may be late with a turn before it gives the request up. */
    private static final long PATIENCE_MILLIS = 30_000;

    private volatile @Nullable Disposable timer;

    private MvcTurn() {}

    /** Has Spring dispatch the request again after a time. */
    static void await(HttpServletRequest request, HttpServletResponse response, long nanos) {
        var turn = new MvcTurn();
        WebAsyncManager manager = WebAsyncUtils.getAsyncManager(request);
        manager.registerDeferredResultInterceptor(KEY, turn);
        manager.setAsyncWebRequest(WebAsyncUtils.createAsyncWebRequest(request, response));
        long wait = TimeUnit.NANOSECONDS.toMillis(nanos) + 1;
        var deferred = new DeferredResult<Object>(wait + PATIENCE_MILLIS);
        try {
            manager.startDeferredResultProcessing(deferred);
        } catch (Exception e) {
            throw new IllegalStateException("the request cannot wait for its turn", e);
        }
        turn.timer =
                Schedulers.parallel()
                        .schedule(() -> deferred.setResult(turn), wait, TimeUnit.MILLISECONDS);
    }

    /** Returns whether a request has been dispatched since its turn has come. */
    static boolean hasCome(HttpServletRequest request) {
        WebAsyncManager manager = WebAsyncUtils.getAsyncManager(request);
        return manager.hasConcurrentResult() && manager.getConcurrentResult() instanceof MvcTurn;
    }

    /** Returns whether a result is a turn, and not one of the handler's. */
    static boolean isOf(DeferredResult<?> result) {
        return result.getResult() instanceof MvcTurn;
    }

    /** Has the handler be called as if there had been no asynchronous result. */
    static void forget(HttpServletRequest request) {
        WebAsyncManager manager = WebAsyncUtils.getAsyncManager(request);
        if (manager.hasConcurrentResult()) {
            manager.clearConcurrentResult();
        }
    }

    @Override
    public <T> void afterCompletion(NativeWebRequest request, DeferredResult<T> result) {
        Disposable waiting = timer;
        if (waiting != null) {
            waiting.dispose();
        }
    }
}
