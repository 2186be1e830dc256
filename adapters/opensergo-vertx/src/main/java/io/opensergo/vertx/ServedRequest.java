package io.opensergo.vertx;

import io.opensergo.governance.action.Redirect;
import io.opensergo.governance.routing.RouteAnswer;
import io.opensergo.governance.routing.ServedActions;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * Carries out what the route of a request of a server asks for. Confined to the context of the
 * request.
 */
final class ServedRequest implements Handler<Void> {

    private static final int OK = 200;
    private static final int GATEWAY_TIMEOUT = 504;
    private static final long INTERNAL_ERROR = 2;
    private static final long NO_TIMER = -1;

    private final RoutingContext context;
    private final ServedActions actions;
    private long timer = NO_TIMER;

    ServedRequest(RoutingContext context, ServedActions actions) {
        this.context = context;
        this.actions = actions;
    }

    private HttpServerRequest request() {
        return context.request();
    }

    private HttpServerResponse response() {
        return context.response();
    }

    /** Answers a browser that asks what it may do; returns whether it did. */
    boolean answersPreflight() {
        if (!actions.isPreflight(new InboundView(request()))) {
            return false;
        }
        actions.answerPreflight(new ChangedHeaders(response().headers()));
        response().setStatusCode(OK).end();
        return true;
    }

    /** Changes the headers of the response, whoever gives it, when they are written. */
    void changeResponse() {
        actions.meet();
        if (actions.changesResponse()) {
            context.addHeadersEndHandler(this);
        }
    }

    /** The headers of the response are about to be written. */
    @Override
    public void handle(Void writing) {
        actions.changeResponse(new ChangedHeaders(response().headers()));
    }

    /**
     * Goes on with a request that its guard has admitted.
     *
     * @param ahead the pattern of the route that it has not come to yet, or {@code null}
     */
    void proceed(@Nullable String ahead) {
        long delay = actions.admit();
        if (delay == 0) {
            answerOrPassOn(ahead);
            return;
        }
        boolean isPaused = !request().isEnded();
        if (isPaused) {
            request().pause();
        }
        after(
                delay,
                () -> {
                    if (isPaused && !request().isEnded()) {
                        request().resume();
                    }
                    answerOrPassOn(ahead);
                });
        context.addEndHandler(ended -> stopTimer());
    }

    private void after(long nanos, Runnable task) {
        timer =
                context.vertx()
                        .setTimer(
                                Waits.millis(nanos),
                                fired -> {
                                    timer = NO_TIMER;
                                    if (!response().ended() && !response().closed()) {
                                        task.run();
                                    }
                                });
    }

    private void stopTimer() {
        if (timer != NO_TIMER) {
            context.vertx().cancelTimer(timer);
            timer = NO_TIMER;
        }
    }

    private void answerOrPassOn(@Nullable String ahead) {
        RouteAnswer answer = actions.answer(this::location);
        if (answer == null) {
            passOn();
            return;
        }
        if (ahead != null) {
            request().routed(ahead);
        }
        if (answer.isReset() && request().version() == HttpVersion.HTTP_2) {
            response().reset(answer.http2Error());
        } else {
            write(answer);
        }
    }

    private void passOn() {
        actions.requestHeaders().applyTo(new ChangedHeaders(request().headers()));
        if (actions.timeoutNanos() > 0) {
            after(actions.timeoutNanos(), this::expire);
            context.addEndHandler(ended -> stopTimer());
        }
        context.next();
    }

    private String location(Redirect redirect) {
        var view = new InboundView(request());
        String authority = view.authority();
        return redirect.location(
                view.scheme(),
                authority == null ? String.valueOf(request().localAddress()) : authority,
                view.port(),
                request().uri());
    }

    private void write(RouteAnswer answer) {
        response().setStatusCode(answer.status());
        if (answer.location() != null) {
            response().putHeader(HttpHeaders.LOCATION, answer.location());
        }
        byte[] body = answer.body();
        boolean isHead = HttpMethod.HEAD.equals(request().method());
        if (body.length == 0 || isHead || !answer.mayHaveBody()) {
            response().end();
        } else {
            response().end(Buffer.buffer(body));
        }
    }

    /** A response that has begun cannot become another: its caller sees that it is cut off. */
    private void expire() {
        if (response().headWritten()) {
            response().reset(INTERNAL_ERROR);
        } else {
            context.fail(GATEWAY_TIMEOUT);
        }
    }
}
