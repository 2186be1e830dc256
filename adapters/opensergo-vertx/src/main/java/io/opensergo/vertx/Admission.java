package io.opensergo.vertx;

import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.RequestRejectedException;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An admitted request of a server, which gives its place back exactly once.
 *
 * <p>The value says whether it has ended; the first who sets it releases. The end is heard of in
 * two ways: from the end of the body, and from the end, failure or closing of the response. An
 * application that sets handlers of its own on the response replaces those of vertx-web, and seldom
 * all of them.
 */
@SuppressWarnings("serial") // never serialized
final class Admission extends AtomicBoolean {

    private static final long NO_TIMER = -1;

    private final RoutingContext context;
    private final Guard guard;
    private final long token;
    private final Statuses statuses;

    /** Confined to the context of the request. */
    private long timer = NO_TIMER;

    Admission(RoutingContext context, Guard guard, long token, Statuses statuses) {
        this.context = context;
        this.guard = guard;
        this.token = token;
        this.statuses = statuses;
    }

    /** Ends with the response; at once, if the caller is gone, of which nobody would tell later. */
    void followResponse() {
        context.addBodyEndHandler(done -> end());
        context.addEndHandler(
                result -> {
                    if (result.succeeded()) {
                        end();
                    } else {
                        end(Outcome.CANCELLED);
                    }
                });
        if (context.response().closed()) {
            end(Outcome.CANCELLED);
        }
    }

    /** Passes the request on: now, or after a wait during which its body waits as well. */
    void proceedAfter(long nanos) {
        if (nanos <= 0) {
            context.next();
            return;
        }
        if (!context.request().isEnded()) {
            context.request().pause();
        }
        timer = context.vertx().setTimer(Waits.millis(nanos), id -> proceed());
    }

    private void proceed() {
        timer = NO_TIMER;
        resume();
        context.next();
    }

    /** Ends as the response says. */
    void end() {
        end(null);
    }

    private void end(@Nullable Outcome known) {
        if (compareAndSet(false, true)) {
            guard.release(token, known == null ? outcome() : known);
        }
        stopWaiting();
    }

    /**
     * Who is answered by somebody else while it waits, or is gone, is not to be handled any more.
     */
    private void stopWaiting() {
        if (timer != NO_TIMER) {
            context.vertx().cancelTimer(timer);
            timer = NO_TIMER;
            resume();
        }
    }

    /** A request that was read before it had to wait, or that was reset, is not to be resumed. */
    private void resume() {
        if (!context.request().isEnded()) {
            context.request().resume();
        }
    }

    private Outcome outcome() {
        HttpServerResponse response = context.response();
        int status = response.getStatusCode();
        Throwable failure = context.failure();
        if (failure == null) {
            return statuses.outcome(status);
        }
        // A refusal by another guard says nothing about this resource.
        return statuses.isFailure(status) && !(failure instanceof RequestRejectedException)
                ? Outcome.failure(failure, Integer.toString(status))
                : Outcome.SUCCESS;
    }
}
