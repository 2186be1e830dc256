package io.opensergo.vertx;

import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
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

    /** Of the same request, to another resource. */
    private final @Nullable Admission earlier;

    /** Confined to the context of the request. */
    private long timer = NO_TIMER;

    Admission(
            RoutingContext context,
            Guard guard,
            long token,
            Statuses statuses,
            @Nullable Admission earlier) {
        this.context = context;
        this.guard = guard;
        this.token = token;
        this.statuses = statuses;
        this.earlier = earlier;
    }

    /** Returns whether this, or one before it, admitted the request to a resource. */
    boolean isFor(Guard other) {
        for (Admission admission = this; admission != null; admission = admission.earlier) {
            if (admission.guard.resource().equals(other.resource())) {
                return true;
            }
        }
        return false;
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

    /** Ends with nothing to say about the resource. */
    void cancel() {
        end(Outcome.CANCELLED);
    }

    private void end(@Nullable Outcome known) {
        stopWaiting();
        if (compareAndSet(false, true)) {
            Outcome outcome = Outcome.CANCELLED;
            try {
                outcome = known == null ? outcome() : known; // asks the application
            } finally {
                guard.release(token, outcome);
            }
        }
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
        if (Outcome.of(failure) == Outcome.CANCELLED) {
            // A refusal by another guard, for one, says nothing about this resource.
            return Outcome.CANCELLED;
        }
        return statuses.isFailure(status)
                ? Outcome.failure(failure, Integer.toString(status))
                : Outcome.SUCCESS;
    }
}
