package io.opensergo.governance.routing;

import io.opensergo.governance.action.CrossOrigin;
import io.opensergo.governance.action.DrawnFaults;
import io.opensergo.governance.action.FaultAbort;
import io.opensergo.governance.action.HeaderChanges;
import io.opensergo.governance.action.Redirect;
import io.opensergo.governance.action.RouteAction;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the route of a request that is served asks for, and how far the request has come. A server
 * of HTTP asks in this order, and waits and writes by itself:
 *
 * <ol>
 *   <li>{@link #isPreflight}: a browser that asks what it may do is answered before all else.
 *   <li>{@link #meet}: the application is to handle the request, so that its response may tell
 *       scripts of other origins.
 *   <li>{@link #admit}, once the guard has admitted it: a fault holds it up.
 *   <li>{@link #answer}: a fault, a redirect or a response answers it in place of its handler.
 *   <li>{@link #requestHeaders} and {@link #timeoutNanos}: else it is handled with these headers
 *       and within this time.
 *   <li>{@link #changeResponse}, when the headers of whatever response are about to be written.
 * </ol>
 *
 * <p>For one request, by one thread after the other.
 */
public final class ServedActions {

    /** What a server does that asks for all of this. */
    public static final Set<RouteAction> HONOURED =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            RouteAction.TIMEOUT,
                            RouteAction.FAULT_DELAY,
                            RouteAction.FAULT_ABORT,
                            RouteAction.REDIRECT,
                            RouteAction.DIRECT_RESPONSE,
                            RouteAction.REQUEST_HEADERS,
                            RouteAction.RESPONSE_HEADERS,
                            RouteAction.CORS_POLICY));

    private final RouteActions actions;

    /** An origin that is allowed, or {@code null}. */
    private final @Nullable String origin;

    private volatile boolean isMet;
    private volatile boolean isAdmitted;
    private volatile @Nullable FaultAbort abort;

    /**
     * Makes those of a request.
     *
     * @param request as it came
     */
    public ServedActions(RouteActions actions, RequestView request) {
        this.actions = actions;
        CrossOrigin policy = actions.crossOrigin();
        String header = policy == null ? null : request.header("origin");
        this.origin = policy != null && policy.allows(header) ? header : null;
    }

    /**
     * Returns whether the request asks what its browser may do, of an origin that is allowed: it is
     * answered with status 200 and {@link #answerPreflight}.
     */
    public boolean isPreflight(RequestView request) {
        CrossOrigin policy = actions.crossOrigin();
        String method = request.method();
        return policy != null
                && origin != null
                && method != null
                && policy.isPreflight(
                        method, origin, request.header("access-control-request-method"));
    }

    /** Says in an answer what the browser may do. */
    public void answerPreflight(HeaderChanges.Target response) {
        CrossOrigin policy = actions.crossOrigin();
        if (policy != null && origin != null) {
            policy.answerPreflight(origin, response);
        }
    }

    /** Notes that the application is to handle the request, admitted or not. */
    public void meet() {
        isMet = true;
    }

    /** Returns whether {@link #admit} has been called. */
    public boolean isAdmitted() {
        return isAdmitted;
    }

    /** Begins with a request that its guard has admitted; returns for how long it is held up. */
    public long admit() {
        DrawnFaults faults = actions.drawFaults();
        abort = faults.abort();
        isAdmitted = true;
        return faults.delayNanos();
    }

    /**
     * Returns what answers an admitted request in place of its handler, or {@code null}.
     *
     * @param location where a redirect leads to
     */
    public @Nullable RouteAnswer answer(Function<? super Redirect, String> location) {
        return actions.answer(abort, location);
    }

    /** Returns the changes of the request's headers. */
    public HeaderChanges requestHeaders() {
        return actions.requestHeaders();
    }

    /** Returns the time in which a request has to be handled, 0 if there is none. */
    public long timeoutNanos() {
        return actions.timeoutNanos();
    }

    /** Returns the changes of the response's headers, for {@link #changeResponse}. */
    public HeaderChanges responseHeaders() {
        return actions.responseHeaders();
    }

    /** Returns whether it may change the headers of the response. */
    public boolean changesResponse() {
        return origin != null || !actions.responseHeaders().isEmpty();
    }

    /** Changes the headers of the response, which are about to be written; those of a rule last. */
    public void changeResponse(HeaderChanges.Target headers) {
        CrossOrigin policy = actions.crossOrigin();
        if (isMet && policy != null && origin != null) {
            policy.allowResponse(origin, headers);
        }
        if (isAdmitted) {
            actions.responseHeaders().applyTo(headers);
        }
    }
}
