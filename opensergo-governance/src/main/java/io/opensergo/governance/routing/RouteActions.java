package io.opensergo.governance.routing;

import io.opensergo.governance.action.CrossOrigin;
import io.opensergo.governance.action.DirectResponse;
import io.opensergo.governance.action.DrawnFaults;
import io.opensergo.governance.action.FaultAbort;
import io.opensergo.governance.action.FaultPolicy;
import io.opensergo.governance.action.HeaderChanges;
import io.opensergo.governance.action.PathRewrite;
import io.opensergo.governance.action.Redirect;
import io.opensergo.governance.action.RetryPolicy;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a route asks for besides instances, made when rules are compiled. A framework carries it out
 * in this order: a fault delays the request, and may answer it ({@link #drawFaults()}); then a
 * redirect or a response answers it ({@link #answer}); else it gets another path, authority and
 * headers, and is called for within {@link #timeoutNanos()}, again as {@link #retries()} says, with
 * a copy to {@link #mirror()}. The headers of every response are changed last. A route holds or not
 * by the request as it came.
 *
 * <p>A server that applies routes to what it serves ({@link
 * io.opensergo.governance.Governor#routeServed}) does what concerns a request and its response, as
 * {@link ServedActions} says.
 *
 * @param timeoutNanos the time limit of a request with all of its attempts; 0 for none
 * @param retries when a request is tried again, or {@code null} if never
 * @param faults faults that are injected, or {@code null}
 * @param requestHeaders changes of the request's headers, by the destination and the route
 * @param responseHeaders changes of the response's headers
 * @param rewrite another path, or {@code null}
 * @param authority another authority, or {@code null}
 * @param redirect a redirect that answers the request, or {@code null}
 * @param directResponse a response that answers the request, or {@code null}
 * @param mirror where copies go, or {@code null}
 * @param port the port of the destination, or 0 if the rule names none
 * @param crossOrigin what browsers are told about requests of other origins, or {@code null}; for
 *     servers only
 */
public record RouteActions(
        long timeoutNanos,
        @Nullable RetryPolicy retries,
        @Nullable FaultPolicy faults,
        HeaderChanges requestHeaders,
        HeaderChanges responseHeaders,
        @Nullable PathRewrite rewrite,
        @Nullable String authority,
        @Nullable Redirect redirect,
        @Nullable DirectResponse directResponse,
        @Nullable Mirror mirror,
        int port,
        @Nullable CrossOrigin crossOrigin) {

    /** Nothing is asked for. */
    public static final RouteActions NONE =
            new RouteActions(
                    0,
                    null,
                    null,
                    HeaderChanges.NONE,
                    HeaderChanges.NONE,
                    null,
                    null,
                    null,
                    null,
                    null,
                    0,
                    null);

    /** Returns whether nothing is asked for: one comparison, for the way of most requests. */
    @SuppressWarnings("ReferenceEquality") // those compiled are this one if they are equal to it
    public boolean isEmpty() {
        return this == NONE;
    }

    /** Returns whether the route answers requests itself, so that none is forwarded. */
    public boolean isAnswer() {
        return redirect != null || directResponse != null;
    }

    /** Draws the faults of a request, which is to be asked once for it. */
    public DrawnFaults drawFaults() {
        return faults == null ? DrawnFaults.NONE : faults.draw();
    }

    /**
     * Returns what answers an HTTP request in place of a service: its fault, or else a redirect, or
     * else a response; {@code null} if it is passed on.
     *
     * @param abort of the request's {@link #drawFaults() faults}
     * @param location where a redirect leads to, which depends on the request
     */
    public @Nullable RouteAnswer answer(
            @Nullable FaultAbort abort, Function<? super Redirect, String> location) {
        if (abort != null) {
            return RouteAnswer.of(abort);
        }
        if (redirect != null) {
            return RouteAnswer.of(redirect, location.apply(redirect));
        }
        return directResponse == null ? null : RouteAnswer.of(directResponse);
    }

    /** Returns these for a destination. */
    RouteActions at(HeaderChanges request, HeaderChanges response, int itsPort) {
        return new RouteActions(
                timeoutNanos,
                retries,
                faults,
                request.then(requestHeaders),
                response.then(responseHeaders),
                rewrite,
                authority,
                redirect,
                directResponse,
                mirror,
                itsPort,
                crossOrigin);
    }

    /** Returns these for the budget of a destination. */
    RouteActions withRetries(@Nullable RetryPolicy itsRetries) {
        return new RouteActions(
                timeoutNanos,
                itsRetries,
                faults,
                requestHeaders,
                responseHeaders,
                rewrite,
                authority,
                redirect,
                directResponse,
                mirror,
                port,
                crossOrigin);
    }

    /** Returns these for a condition. */
    RouteActions with(@Nullable PathRewrite itsRewrite) {
        return new RouteActions(
                timeoutNanos,
                retries,
                faults,
                requestHeaders,
                responseHeaders,
                itsRewrite,
                authority,
                redirect,
                directResponse,
                mirror,
                port,
                crossOrigin);
    }

    /** Returns what is left to a caller if the server it calls does the rest by the same route. */
    RouteActions ofCaller() {
        return new RouteActions(
                timeoutNanos,
                retries,
                null,
                HeaderChanges.NONE,
                HeaderChanges.NONE,
                rewrite,
                authority,
                null,
                null,
                mirror,
                port,
                null);
    }

    /** Returns these, or the one that says so if nothing is asked for. */
    RouteActions orNone() {
        return equals(NONE) ? NONE : this;
    }
}
