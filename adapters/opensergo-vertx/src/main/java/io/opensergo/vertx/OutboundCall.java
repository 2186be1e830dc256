package io.opensergo.vertx;

import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.RequestRejectedException;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.StreamResetException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * An admitted request of a client, which gives its place back exactly once: when the response has
 * been received to its end, or when it is certain that it will not be.
 *
 * <p>The value says whether it has ended; the first who sets it releases.
 */
@SuppressWarnings("serial") // never serialized
final class OutboundCall extends AtomicBoolean {

    private static final int SWITCHING_PROTOCOLS = 101;

    /**
     * The codes by which a caller gives up its own request: that of {@code reset()}, and CANCEL.
     */
    private static final long NO_ERROR = 0;

    private static final long CANCEL = 8;

    private final Guard guard;
    private final long token;
    private final Statuses statuses;

    OutboundCall(Guard guard, long token, Statuses statuses) {
        this.guard = guard;
        this.token = token;
        this.statuses = statuses;
    }

    /** Starts the request and follows it to its end. */
    Future<HttpClientRequest> follow(Supplier<Future<HttpClientRequest>> start) {
        Future<HttpClientRequest> request;
        try {
            request = start.get();
        } catch (RuntimeException e) {
            end(outcome(e));
            throw e;
        }
        request.onComplete(this::onRequest);
        return request;
    }

    private void onRequest(AsyncResult<HttpClientRequest> result) {
        if (result.failed()) {
            end(outcome(result.cause()));
            return;
        }
        HttpClientRequest request = result.result();
        request.response().onComplete(response -> onHead(request, response));
    }

    private void onHead(HttpClientRequest request, AsyncResult<HttpClientResponse> result) {
        if (result.failed()) {
            end(outcome(result.cause()));
            return;
        }
        HttpClientResponse response = result.result();
        Outcome outcome = statuses.outcome(response.statusCode());
        if (response.statusCode() == SWITCHING_PROTOCOLS
                || HttpMethod.CONNECT.equals(request.getMethod())) {
            end(outcome);
            return;
        }
        endOf(response).onComplete(done -> end(done.succeeded() ? outcome : outcome(done.cause())));
    }

    /** Vert.x 5.0 does not like to be asked when it has ended already. */
    private static Future<Void> endOf(HttpClientResponse response) {
        try {
            return response.end();
        } catch (IllegalStateException e) {
            return Future.succeededFuture();
        }
    }

    private void end(Outcome outcome) {
        if (compareAndSet(false, true)) {
            guard.release(token, outcome);
        }
    }

    private static Outcome outcome(Throwable error) {
        if (error instanceof StreamResetException reset
                && (reset.getCode() == NO_ERROR || reset.getCode() == CANCEL)) {
            return Outcome.CANCELLED;
        }
        // A refusal by another guard says nothing about this resource.
        return error instanceof RequestRejectedException
                ? Outcome.CANCELLED
                : Outcome.failure(error);
    }
}
