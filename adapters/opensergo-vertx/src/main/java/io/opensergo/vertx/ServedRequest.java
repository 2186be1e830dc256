package io.opensergo.vertx;

import io.opensergo.governance.action.CrossOrigin;
import io.opensergo.governance.action.DirectResponse;
import io.opensergo.governance.action.FaultAbort;
import io.opensergo.governance.action.FaultPolicy;
import io.opensergo.governance.action.Redirect;
import io.opensergo.governance.routing.RouteActions;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request of a server whose route asks for something: browsers are told of other origins before
 * all else; once its guard has admitted it, a fault holds it up or ends it, a redirect or a
 * response answers it, or it is passed on with other headers and has to be answered in time.
 * Confined to the context of the request.
 */
final class ServedRequest implements Handler<Void> {

    private static final int OK = 200;
    private static final int GATEWAY_TIMEOUT = 504;
    private static final long INTERNAL_ERROR = 2;
    private static final long NO_TIMER = -1;
    private static final Set<Integer> WITHOUT_BODY = Set.of(204, 205, 304);

    private final RoutingContext context;
    private final RouteActions actions;

    /** An origin that is allowed, or {@code null}. */
    private final @Nullable String origin;

    private boolean isAdmitted;
    private long timer = NO_TIMER;

    ServedRequest(RoutingContext context, RouteActions actions) {
        this.context = context;
        this.actions = actions;
        CrossOrigin policy = actions.crossOrigin();
        String header = policy == null ? null : request().getHeader("origin");
        this.origin = policy != null && policy.allows(header) ? header : null;
    }

    private HttpServerRequest request() {
        return context.request();
    }

    private HttpServerResponse response() {
        return context.response();
    }

    /** Answers a browser that asks what it may do; returns whether it did. */
    boolean answersPreflight() {
        CrossOrigin policy = actions.crossOrigin();
        if (policy == null || origin == null) {
            return false;
        }
        String method = request().getHeader("access-control-request-method");
        if (!policy.isPreflight(request().method().name(), origin, method)) {
            return false;
        }
        policy.answerPreflight(origin, new ChangedHeaders(response().headers()));
        response().setStatusCode(OK).end();
        return true;
    }

    /** Changes the headers of the response, whoever gives it, when they are written. */
    void changeResponse() {
        if (origin != null || !actions.responseHeaders().isEmpty()) {
            context.addHeadersEndHandler(this);
        }
    }

    /** The headers of the response are about to be written; those of a rule come last. */
    @Override
    public void handle(Void writing) {
        var headers = new ChangedHeaders(response().headers());
        CrossOrigin policy = actions.crossOrigin();
        if (policy != null && origin != null) {
            policy.allowResponse(origin, headers);
        }
        if (isAdmitted) {
            actions.responseHeaders().applyTo(headers);
        }
    }

    /**
     * Goes on with a request that its guard has admitted.
     *
     * @param ahead the pattern of the route that it has not come to yet, or {@code null}
     */
    void proceed(@Nullable String ahead) {
        isAdmitted = true;
        FaultPolicy faults = actions.faults();
        if (faults == null) {
            passOn();
            return;
        }
        long delay = faults.nextDelayNanos();
        FaultAbort abort = faults.nextAbort();
        if (delay == 0) {
            passOnOr(abort, ahead);
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
                    passOnOr(abort, ahead);
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

    private void passOnOr(@Nullable FaultAbort abort, @Nullable String ahead) {
        if (abort == null) {
            passOn();
            return;
        }
        if (ahead != null) {
            request().routed(ahead);
        }
        if (abort.isReset() && request().version() == HttpVersion.HTTP_2) {
            response().reset(abort.http2Error());
        } else {
            answer(abort.httpStatus(), Buffer.buffer());
        }
    }

    private void passOn() {
        Redirect redirect = actions.redirect();
        if (redirect != null) {
            response().putHeader(HttpHeaders.LOCATION, location(redirect));
            answer(redirect.status(), Buffer.buffer());
            return;
        }
        DirectResponse direct = actions.directResponse();
        if (direct != null) {
            answer(direct.status(), Buffer.buffer(direct.body()));
            return;
        }
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

    private void answer(int status, Buffer body) {
        response().setStatusCode(status);
        boolean hasNone =
                WITHOUT_BODY.contains(status) || HttpMethod.HEAD.equals(request().method());
        if (body.length() == 0 || hasNone) {
            response().end();
        } else {
            response().end(body);
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
