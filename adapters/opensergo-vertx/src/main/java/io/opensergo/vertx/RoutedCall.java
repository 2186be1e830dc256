package io.opensergo.vertx;

import io.opensergo.governance.action.AttemptResult;
import io.opensergo.governance.action.DrawnFaults;
import io.opensergo.governance.action.FaultAbort;
import io.opensergo.governance.action.Redirect;
import io.opensergo.governance.action.RetryDecision;
import io.opensergo.governance.action.RetryPolicy;
import io.opensergo.governance.routing.RouteActions;
import io.opensergo.governance.routing.RouteAnswer;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.HostAndPort;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A request whose route asks for more than instances: a fault delays or answers it, a redirect or a
 * response answers it, or it is made within its time, and a connection that cannot be had is tried
 * again. {@link Attempts} do the rest.
 */
final class RoutedCall {

    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final RouteActions actions;
    private final RequestOptions options;
    private final Mirrors mirrors;
    private final Function<RequestOptions, Future<HttpClientRequest>> client;

    /** Makes an attempt: to an instance that it chooses anew each time. */
    private final Function<RequestOptions, Future<HttpClientRequest>> attempt;

    private final ContextInternal context;
    private final Promise<HttpClientRequest> made;
    private long deadline;
    private volatile long timer = NO_TIMER;
    private int retries;
    private volatile @Nullable Attempts attempts;

    /**
     * Makes a call.
     *
     * @param options a copy that nobody else changes
     */
    RoutedCall(
            Vertx vertx,
            RouteActions actions,
            RequestOptions options,
            Mirrors mirrors,
            Function<RequestOptions, Future<HttpClientRequest>> client,
            Function<RequestOptions, Future<HttpClientRequest>> attempt) {
        this.vertx = vertx;
        this.actions = actions;
        this.options = options;
        this.mirrors = mirrors;
        this.client = client;
        this.attempt = attempt;
        this.context = (ContextInternal) vertx.getOrCreateContext();
        this.made = context.promise();
    }

    Vertx vertx() {
        return vertx;
    }

    /** Returns a promise whose future completes on the caller's context. */
    <T> Promise<T> promise() {
        return context.promise();
    }

    RouteActions actions() {
        return actions;
    }

    RequestOptions options() {
        return options;
    }

    /** Sends a copy of a request, if the rule says so of this one. */
    void copy(RequestOptions sent, String authority, Buffer body) {
        mirrors.copy(actions, sent, authority, body, client);
    }

    Future<HttpClientRequest> start() {
        DrawnFaults faults = actions.drawFaults();
        return faults.delayNanos() == 0
                ? begin(faults.abort())
                : vertx.timer(Waits.millis(faults.delayNanos()), TimeUnit.MILLISECONDS)
                        .compose(now -> begin(faults.abort()));
    }

    private Future<HttpClientRequest> begin(@Nullable FaultAbort abort) {
        RouteAnswer answer = actions.answer(abort, this::location);
        if (answer == null) {
            return connect();
        }
        return answer.isReset()
                ? Future.failedFuture(new StreamResetException(answer.http2Error()))
                : Future.succeededFuture(answered(answer));
    }

    private String location(Redirect redirect) {
        var view = new OutboundView(options);
        return redirect.location(
                view.scheme(), String.valueOf(view.authority()), view.port(), options.getURI());
    }

    private HttpClientRequest answered(RouteAnswer answer) {
        byte[] body = answer.body();
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        headers.set("content-length", Integer.toString(body.length));
        if (answer.location() != null) {
            headers.set("location", answer.location());
        }
        actions.responseHeaders().applyTo(new ChangedHeaders(headers));
        return AnsweredRequest.of(vertx, options, answer.status(), headers, body);
    }

    private Future<HttpClientRequest> connect() {
        if (actions.rewrite() != null) {
            options.setURI(actions.rewrite().apply(options.getURI()));
        }
        if (actions.retries() != null) {
            actions.retries().onRequest();
        }
        if (actions.timeoutNanos() > 0) {
            deadline = System.nanoTime() + actions.timeoutNanos();
            long millis = Waits.millis(actions.timeoutNanos());
            timer = vertx.setTimer(millis, fired -> expire());
        }
        attemptFirst();
        return made.future();
    }

    /** Tries to have a connection, again as the rule says: nothing has been sent yet. */
    private void attemptFirst() {
        if (made.future().isComplete()) {
            return; // its time was over while it waited
        }
        attempt(
                options,
                found -> {
                    var begun = new Attempts(this, found, retries);
                    begun.follow(found);
                    attempts = begun;
                    if (!made.tryComplete(begun.ofCaller())) {
                        begun.abandon();
                    }
                },
                error -> {
                    if (made.future().isComplete()) {
                        return;
                    }
                    RetryDecision decision = decide(retries, connecting(error), true);
                    if (decision.isRetry()) {
                        retries++;
                        after(decision.delayNanos(), this::attemptFirst);
                    } else {
                        stopTimer();
                        made.tryFail(error);
                    }
                });
    }

    /** Makes an attempt and tells of the request or of why there is none, on this context. */
    void attempt(
            RequestOptions ofAttempt,
            Consumer<HttpClientRequest> onMade,
            Consumer<Throwable> onFailure) {
        Future<HttpClientRequest> future;
        try {
            future = attempt.apply(ofAttempt);
        } catch (RuntimeException e) { // of a client that is closed
            onFailure.accept(e);
            return;
        }
        future.onComplete(
                found -> {
                    if (actions.authority() != null) {
                        found.authority(HostAndPort.parseAuthority(actions.authority(), -1));
                    }
                    onMade.accept(found);
                },
                onFailure::accept);
    }

    RetryDecision decide(int soFar, AttemptResult result, boolean idempotent) {
        RetryPolicy policy = actions.retries();
        return policy == null
                ? RetryDecision.NOT_ASKED_FOR
                : policy.decide(soFar, result, idempotent, remainingNanos());
    }

    private long remainingNanos() {
        return actions.timeoutNanos() > 0 ? deadline - System.nanoTime() : Long.MAX_VALUE;
    }

    /** Returns the timer. */
    long after(long nanos, Runnable task) {
        return vertx.setTimer(Waits.millis(nanos), fired -> task.run());
    }

    /** Without a connection nothing of the request was sent. */
    static AttemptResult connecting(Throwable error) {
        if (error instanceof ConnectException
                || error instanceof UnknownHostException
                || error instanceof SSLException) {
            return AttemptResult.CONNECT_FAILURE;
        }
        return error instanceof HttpClosedException
                ? AttemptResult.RESET_BEFORE_REQUEST
                : AttemptResult.NOT_TRIED;
    }

    private void expire() {
        timer = NO_TIMER;
        var timeout =
                new TimeoutException(
                        "the route's timeout of "
                                + Duration.ofNanos(actions.timeoutNanos())
                                + " is over: "
                                + options.getMethod()
                                + " "
                                + options.getHost());
        if (!made.tryFail(timeout)) {
            Attempts begun = attempts;
            if (begun != null) {
                begun.end(timeout);
            }
        }
    }

    /** The request has ended. */
    void stopTimer() {
        long running = timer;
        timer = NO_TIMER;
        if (running != NO_TIMER) {
            vertx.cancelTimer(running);
        }
    }
}
