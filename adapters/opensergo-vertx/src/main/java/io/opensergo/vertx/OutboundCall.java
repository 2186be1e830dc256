package io.opensergo.vertx;

import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.StreamResetException;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An admitted request of a client, which gives its place back exactly once: when the response has
 * been received to its end, or when it is certain that it will not be. A redirect has ended with
 * its head, since whoever follows it reads no further. A request or response that nobody holds any
 * more will not be read either: a {@code WebClient} keeps its responses paused until it reads them.
 *
 * <p>The value says whether it has ended; the first who sets it releases. It is the listener of all
 * futures of the request itself, which come one after the other: a listener of its own for each
 * costs more than the guard.
 */
@SuppressWarnings("serial") // never serialized
final class OutboundCall extends AtomicBoolean
        implements Completable<@Nullable Object>, EndWatch.Watched {

    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int REDIRECTS = 300;
    private static final int END_OF_REDIRECTS = 400;

    /**
     * The codes by which a caller gives up its own request: that of {@code reset()}, and CANCEL.
     */
    private static final long NO_ERROR = 0;

    private static final long CANCEL = 8;

    private final Guard guard;
    private final long token;
    private final Statuses statuses;
    private final EndWatch ends;

    /** By the head of the response, if there is one; set before this listens for its end. */
    private volatile @Nullable Outcome outcome;

    /** The request, which its response refers to, or later a weak reference to it. */
    private @Nullable Object request;

    private volatile EndWatch.@Nullable Entry watch;

    OutboundCall(Guard guard, long token, Statuses statuses, EndWatch ends) {
        this.guard = guard;
        this.token = token;
        this.statuses = statuses;
        this.ends = ends;
    }

    /** Starts the request and follows it to its end. */
    Future<HttpClientRequest> follow(Supplier<Future<HttpClientRequest>> start) {
        Future<HttpClientRequest> started;
        try {
            started = start.get();
        } catch (RuntimeException | Error e) {
            end(outcome(e));
            throw e;
        }
        started.onComplete(this);
        return started;
    }

    /** Hears of the request, then of the head of its response, then of the end of that. */
    @Override
    public void complete(@Nullable Object result, @Nullable Throwable failure) {
        if (failure != null) {
            end(outcome(failure));
        } else if (result instanceof HttpClientRequest made) {
            request = made;
            watch = ends.add(this);
            made.response().onComplete(this);
        } else if (result instanceof HttpClientResponse response) {
            onHead(response);
        } else {
            end(outcomeByHead());
        }
    }

    /** A caller that never had a response tells nothing of the resource. */
    private Outcome outcomeByHead() {
        Outcome known = outcome;
        return known == null ? Outcome.CANCELLED : known;
    }

    /** Lets go of the request at the first look, so that a later one finds whether others did. */
    @Override
    public boolean looksEnded() {
        if (request instanceof WeakReference<?> reference) {
            if (reference.get() == null) {
                end(outcomeByHead());
            }
        } else {
            request = new WeakReference<>(request);
        }
        return get();
    }

    private void onHead(HttpClientResponse response) {
        int status = response.statusCode();
        Outcome byHead;
        try {
            byHead = statuses.outcome(status);
        } catch (RuntimeException e) { // of the application
            end(Outcome.CANCELLED);
            throw e;
        }
        outcome = byHead;
        if (status == SWITCHING_PROTOCOLS
                || (status >= REDIRECTS && status < END_OF_REDIRECTS)
                || HttpMethod.CONNECT.equals(response.request().getMethod())) {
            end(byHead);
        } else {
            endOf(response).onComplete(this);
        }
    }

    /** Vert.x 5.0 does not like to be asked when it has ended already. */
    static Future<Void> endOf(HttpClientResponse response) {
        try {
            return response.end();
        } catch (IllegalStateException e) {
            return Future.succeededFuture();
        }
    }

    private void end(Outcome outcome) {
        if (compareAndSet(false, true)) {
            EndWatch.Entry entry = watch;
            if (entry != null) {
                entry.clear();
            }
            guard.release(token, outcome);
        }
    }

    private static Outcome outcome(Throwable error) {
        if (error instanceof StreamResetException reset
                && (reset.getCode() == NO_ERROR || reset.getCode() == CANCEL)) {
            return Outcome.CANCELLED;
        }
        return Outcome.of(error);
    }
}
