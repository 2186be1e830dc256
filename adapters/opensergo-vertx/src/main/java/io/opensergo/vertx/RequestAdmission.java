package io.opensergo.vertx;

import io.netty.buffer.Unpooled;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Rejection;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import io.vertx.core.net.impl.VertxConnection;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An admitted request of a server, which gives its place back exactly once.
 *
 * <p>The value says whether it has ended; the first who sets it releases. The end is heard of at
 * once from the end of the body, and from the end, failure or closing of the response. An
 * application that sets handlers of its own on the response replaces those of vertx-web, and a
 * connection that becomes a web socket or a tunnel calls none; so an {@link EndWatch} asks the
 * response itself besides.
 */
@SuppressWarnings("serial") // never serialized
final class RequestAdmission extends AtomicBoolean implements EndWatch.Watched {

    private static final long NO_TIMER = -1;
    private static final long NOTHING = 0;
    private static final int SWITCHING_PROTOCOLS = 101;

    private final RoutingContext context;
    private final Guard guard;
    private final Statuses statuses;

    /** Of the same request, to another resource. */
    private final @Nullable RequestAdmission earlier;

    /** Confined, as the next two are, to the context of the request while it waits. */
    private long token;

    /** The token with which it waited, or {@link #NOTHING}. */
    private long waited = NOTHING;

    private long timer = NO_TIMER;

    /** Whether the end of what has been written is awaited; confined to whoever looks. */
    private boolean awaitsWrites;

    private volatile EndWatch.@Nullable Entry watch;

    RequestAdmission(
            RoutingContext context,
            Guard guard,
            long token,
            Statuses statuses,
            @Nullable RequestAdmission earlier) {
        this.context = context;
        this.guard = guard;
        this.token = token;
        this.statuses = statuses;
        this.earlier = earlier;
    }

    /** Returns whether this, or one before it, admitted the request to a resource. */
    boolean isFor(Guard other) {
        for (RequestAdmission admission = this; admission != null; admission = admission.earlier) {
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

    /** Has it looked at, unless it has ended by now. */
    void watch(EndWatch ends) {
        if (!get()) {
            watch = ends.add(this);
        }
    }

    /** What a response says of itself may be asked by any thread; it is ended on its own. */
    @Override
    public boolean looksEnded() {
        HttpServerResponse response = context.response();
        if (get()) {
            return true;
        }
        if (response.closed() || hasLeftHttp(response)) {
            onContext(this::endUnheard);
        } else if (response.ended() && !awaitsWrites) {
            awaitsWrites = true;
            onContextWhenWritten(this::endUnheard);
        }
        return get();
    }

    private void onContext(Runnable task) {
        try {
            ((HttpServerRequestInternal) context.request())
                    .context()
                    .runOnContext(now -> task.run());
        } catch (RejectedExecutionException e) { // Vert.x is closed
            release(Outcome.CANCELLED);
        }
    }

    /**
     * {@code sendFile} says that a response has ended before it has sent it. A stream of HTTP/2 is
     * closed when all is sent, which is looked for besides. A connection of HTTP/1.1 stays:
     * something empty is written to it, which is done after all before it. Where that cannot be
     * written, the place is given back early rather than never.
     */
    private void onContextWhenWritten(Runnable task) {
        if (context.request().version() == HttpVersion.HTTP_2) {
            return;
        }
        if (context.request().connection() instanceof VertxConnection connection) {
            Promise<Void> written = Promise.promise();
            written.future().onComplete(done -> onContext(task));
            connection.writeToChannel(Unpooled.EMPTY_BUFFER, written);
        } else {
            onContext(task);
        }
    }

    private void endUnheard() {
        HttpServerResponse response = context.response();
        if (response.ended() && !hasLeftHttp(response)) {
            end();
        } else {
            end(Outcome.CANCELLED);
        }
    }

    /**
     * What a caller asks for says nothing of what it gets: an ordinary response has another status,
     * or tells of its end.
     */
    private boolean hasLeftHttp(HttpServerResponse response) {
        int status = response.getStatusCode();
        return HttpMethod.CONNECT.equals(context.request().method())
                ? response.headWritten() && status >= 200 && status < 300
                : response.ended() && status == SWITCHING_PROTOCOLS;
    }

    /** Returns whether the request has to wait. */
    boolean isWaiting() {
        return Guard.isWaiting(token);
    }

    /** Calls back when the turn of the request has come; until then its body waits as well. */
    void awaitTurn(Runnable turn) {
        for (RequestAdmission each = earlier; each != null; each = each.earlier) {
            each.defer();
        }
        if (!context.request().isEnded()) {
            context.request().pause();
        }
        timer =
                context.vertx()
                        .setTimer(
                                Waits.millis(guard.waitNanos(token)),
                                id -> {
                                    timer = NO_TIMER;
                                    resume();
                                    turn.run();
                                });
    }

    private void defer() {
        if (!get()) {
            token = guard.defer(token);
        }
    }

    /**
     * Asks all that admitted the request again, now that its turn has come; returns why it is
     * refused, or {@code null}. One that is refused has given everything back, to all of them.
     */
    @Nullable Rejection proceed() {
        Rejection rejection = earlier == null ? null : earlier.proceed();
        if (rejection == null && !get() && isWaiting()) {
            long waiting = token;
            token = guard.proceed(waiting);
            waited = waiting;
            if (Guard.isRefused(token)) {
                waited = NOTHING;
                rejection = guard.rejection(token);
            }
        }
        if (rejection != null) {
            withdraw();
        }
        return rejection;
    }

    /** Takes the request back from all that admitted it, since another guard refuses it. */
    void withdraw() {
        for (RequestAdmission each = this; each != null; each = each.earlier) {
            each.withdrawThis();
        }
    }

    private void withdrawThis() {
        if (compareAndSet(false, true)) {
            stopWatching();
            guard.withdraw(token);
            guard.withdraw(waited);
        }
    }

    /** Ends as the response says. */
    void end() {
        end(null);
    }

    private void end(@Nullable Outcome known) {
        stopWaiting();
        if (isWaiting()) {
            withdrawThis();
            return;
        }
        if (get()) {
            return;
        }
        Outcome outcome = Outcome.CANCELLED;
        try {
            outcome = known == null ? outcome() : known; // asks the application
        } finally {
            release(outcome);
        }
    }

    private void release(Outcome outcome) {
        if (compareAndSet(false, true)) {
            stopWatching();
            guard.release(token, outcome);
        }
    }

    private void stopWatching() {
        EndWatch.Entry entry = watch;
        if (entry != null) {
            entry.clear();
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
