package io.opensergo.vertx;

import io.opensergo.governance.action.AttemptResult;
import io.opensergo.governance.action.RetryDecision;
import io.opensergo.governance.action.RetryPolicy;
import io.opensergo.governance.routing.RouteActions;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.StreamResetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A request that is made once or several times, as its route says. A body that is given as a whole
 * is kept until the response has ended, and sent with each attempt and copy; one that is written
 * piece by piece is sent once, and so is the request.
 *
 * <p>The state is guarded by the lock of this object; the client is called outside of it.
 */
final class Attempts {

    private static final long CANCEL = 8;
    private static final long REFUSED_STREAM = 7;
    private static final long NO_TIMER = -1;

    private final RoutedCall call;
    private final RouteActions actions;
    private final Promise<HttpClientResponse> response;
    private final List<Setting> settings = new ArrayList<>();

    /**
     * What the caller sees. The response keeps it from being garbage as long as it is not read,
     * since {@link OutboundCall} takes a request that is garbage for one that has ended.
     */
    private final HttpClientRequest ofCaller;

    /** The attempt under way; {@code null} between two of them. */
    private @Nullable HttpClientRequest current;

    private @Nullable Buffer body;
    private @Nullable MultiMap headers;
    private boolean isSent;
    private boolean isGivenUp;
    private boolean isOver;
    private int retries;

    /** Of the time of an attempt, or of the wait for the next. */
    private long timer = NO_TIMER;

    /** What the caller has set, which holds for each attempt. */
    private record Setting(Method method, List<@Nullable Object> arguments) {}

    Attempts(RoutedCall call, HttpClientRequest first, int retries) {
        this.call = call;
        this.actions = call.actions();
        this.retries = retries;
        this.response = call.promise();
        this.current = first;
        this.ofCaller = RoutedRequest.of(this);
    }

    /** Returns what the caller sees. */
    HttpClientRequest ofCaller() {
        return ofCaller;
    }

    Future<HttpClientResponse> response() {
        return response.future();
    }

    /** Returns the attempt under way, or {@code null} between two of them. */
    synchronized @Nullable HttpClientRequest current() {
        return current;
    }

    /**
     * Vert.x logs what happens to a request that has no handler for it; the caller sets its own.
     */
    void follow(HttpClientRequest attempt) {
        attempt.exceptionHandler(Attempts::ignore);
        attempt.response().onComplete(result -> onEnd(attempt, result));
    }

    /** Whoever waits for the response hears of it. */
    private static void ignore(Throwable error) {}

    synchronized void keep(Method method, Object @Nullable [] arguments) {
        if (!isSent) {
            settings.add(
                    new Setting(method, arguments == null ? List.of() : Arrays.asList(arguments)));
        }
    }

    /**
     * The caller begins to send.
     *
     * @param whole the body, or {@code null} if it is not given as a whole
     * @return whether it has not begun before
     */
    boolean beginWith(HttpClientRequest attempt, @Nullable Buffer whole) {
        synchronized (this) {
            if (isSent) {
                return false;
            }
            isSent = true;
            actions.requestHeaders().applyTo(new ChangedHeaders(attempt.headers()));
            if (whole != null) {
                headers = copyOf(attempt.headers());
                body = whole;
            }
        }
        startTime(attempt);
        return true;
    }

    private static MultiMap copyOf(MultiMap headers) {
        return MultiMap.caseInsensitiveMultiMap().addAll(headers);
    }

    /** Sends a copy, if the rule says so of this request. */
    void copy(Buffer whole) {
        if (actions.mirror() != null) {
            String authority = String.valueOf(new OutboundView(call.options()).authority());
            call.copy(
                    options(),
                    actions.authority() == null ? authority : actions.authority(),
                    whole);
        }
    }

    private synchronized RequestOptions options() {
        var options = new RequestOptions(call.options());
        return headers == null ? options : options.setHeaders(copyOf(headers));
    }

    private void startTime(HttpClientRequest attempt) {
        RetryPolicy policy = actions.retries();
        if (policy != null && policy.perTryTimeoutNanos() > 0) {
            setTimer(call.after(policy.perTryTimeoutNanos(), () -> onTime(attempt, policy)));
        }
    }

    private void setTimer(long newTimer) {
        boolean isLate;
        synchronized (this) {
            isLate = isOver;
            timer = newTimer;
        }
        if (isLate) {
            call.vertx().cancelTimer(newTimer);
        }
    }

    private void stopTimer() {
        if (timer != NO_TIMER) {
            call.vertx().cancelTimer(timer);
            timer = NO_TIMER;
        }
    }

    private void onTime(HttpClientRequest attempt, RetryPolicy policy) {
        Duration limit = Duration.ofNanos(policy.perTryTimeoutNanos());
        onFailure(
                attempt,
                AttemptResult.TIMED_OUT,
                new TimeoutException("no response within the route's perTryTimeout of " + limit));
    }

    private void onEnd(HttpClientRequest attempt, AsyncResult<HttpClientResponse> result) {
        if (result.failed()) {
            onFailure(attempt, resultOf(result.cause()), result.cause());
            return;
        }
        HttpClientResponse received = result.result();
        RetryDecision decision = decide(attempt, AttemptResult.http(received.statusCode()));
        if (decision != null && decision.isRetry()) {
            received.exceptionHandler(Attempts::ignore);
            attempt.reset(CANCEL);
            retryAfter(decision.delayNanos());
        } else if (decision != null) {
            deliver(received);
        }
    }

    private static AttemptResult resultOf(Throwable error) {
        boolean isRefused =
                error instanceof StreamResetException reset && reset.getCode() == REFUSED_STREAM;
        return isRefused ? AttemptResult.REFUSED_STREAM : AttemptResult.RESET;
    }

    private void onFailure(HttpClientRequest attempt, AttemptResult result, Throwable error) {
        RetryDecision decision = decide(attempt, result);
        if (decision == null) {
            return;
        }
        attempt.reset(CANCEL);
        if (decision.isRetry()) {
            retryAfter(decision.delayNanos());
        } else {
            fail(error);
        }
    }

    /**
     * Decides after an attempt; it is over, or all is. Returns {@code null} if it was not the one
     * under way: what has ended before ends once.
     */
    private synchronized @Nullable RetryDecision decide(
            HttpClientRequest attempt, AttemptResult result) {
        if (isOver || current != attempt) {
            return null;
        }
        stopTimer();
        boolean isOnce = body == null || isGivenUp;
        RetryDecision decision =
                isOnce
                        ? RetryDecision.NOT_ASKED_FOR
                        : call.decide(retries, result, isIdempotent(attempt));
        note(decision);
        if (decision.isRetry()) {
            current = null;
        }
        return decision;
    }

    private void note(RetryDecision decision) {
        if (decision.isRetry()) {
            retries++;
        } else {
            isOver = true;
        }
    }

    private boolean isIdempotent(HttpClientRequest attempt) {
        String key = headers == null ? null : headers.get("idempotency-key");
        return RetryPolicy.isIdempotent(attempt.getMethod().name(), key);
    }

    private void retryAfter(long nanos) {
        setTimer(call.after(nanos, this::tryAgain));
    }

    private void tryAgain() {
        synchronized (this) {
            if (isOver) {
                return;
            }
            timer = NO_TIMER;
        }
        call.attempt(options(), this::sendAgain, this::onNoConnection);
    }

    private void onNoConnection(Throwable error) {
        RetryDecision decision;
        synchronized (this) {
            if (isOver) {
                return;
            }
            decision = call.decide(retries, RoutedCall.connecting(error), true);
            note(decision);
        }
        if (decision.isRetry()) {
            retryAfter(decision.delayNanos());
        } else {
            fail(error);
        }
    }

    private void sendAgain(HttpClientRequest attempt) {
        Buffer whole;
        synchronized (this) {
            whole = isOver ? null : body;
            if (whole != null) {
                current = attempt;
            }
        }
        if (whole == null) {
            attempt.reset(CANCEL);
            return;
        }
        try {
            follow(attempt);
            for (Setting setting : settings) {
                RoutedRequest.call(attempt, setting.method(), setting.arguments().toArray());
            }
            startTime(attempt);
            attempt.send(whole);
        } catch (Throwable e) { // of a request that has ended by now
            onFailure(attempt, AttemptResult.NOT_TRIED, e);
        }
    }

    private void deliver(HttpClientResponse received) {
        actions.responseHeaders().applyTo(new ChangedHeaders(received.headers()));
        if (received.statusCode() == 101
                || HttpMethod.CONNECT.equals(received.request().getMethod())) {
            call.stopTimer();
        } else {
            OutboundCall.endOf(received).onComplete(ended -> forget());
        }
        response.tryComplete(received);
    }

    private void forget() {
        call.stopTimer();
        synchronized (this) {
            body = null;
        }
    }

    private void fail(Throwable error) {
        forget();
        response.tryFail(error);
    }

    /** The caller does not want a response any more; returns the attempt under way, to reset it. */
    @Nullable HttpClientRequest giveUp() {
        synchronized (this) {
            isGivenUp = true;
            if (current != null || isOver) {
                return current;
            }
            isOver = true;
            stopTimer();
        }
        fail(new StreamResetException(CANCEL));
        return null;
    }

    /** Nobody waits for it any more. */
    void abandon() {
        call.stopTimer();
        end(new StreamResetException(CANCEL));
    }

    /** Its time is over, whatever it is doing: also while its response is read. */
    void end(Throwable reason) {
        HttpClientRequest attempt;
        synchronized (this) {
            isOver = true;
            attempt = current;
            stopTimer();
        }
        response.tryFail(reason);
        if (attempt != null) {
            attempt.reset(CANCEL, reason);
        }
    }
}
