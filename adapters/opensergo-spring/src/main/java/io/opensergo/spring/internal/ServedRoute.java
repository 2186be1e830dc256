package io.opensergo.spring.internal;

import io.opensergo.governance.Governor;
import io.opensergo.governance.action.CrossOrigin;
import io.opensergo.governance.action.DirectResponse;
import io.opensergo.governance.action.FaultAbort;
import io.opensergo.governance.action.FaultPolicy;
import io.opensergo.governance.action.HeaderChanges;
import io.opensergo.governance.action.Redirect;
import io.opensergo.governance.action.RouteAction;
import io.opensergo.governance.routing.RequestView;
import io.opensergo.governance.routing.RouteActions;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.server.ResponseStatusException;

/**
 * What the route of a request that is served asks for, and how far the request has come: browsers
 * are told of other origins before all else; once its guard has admitted it, a fault holds it up or
 * ends it, a redirect or a response answers it, or it is handled. The server waits and writes.
 */
public final class ServedRoute {

    /** What servers do of the actions of routes. */
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

    private static final Set<Integer> WITHOUT_BODY = Set.of(204, 205, 304);
    private static final byte[] EMPTY = {};

    private final RouteActions actions;
    private final RequestView request;
    private final String target;

    /** An origin that is allowed, or {@code null}. */
    private final @Nullable String origin;

    /** Whether the application handles the request, and not its actuator, for one. */
    private volatile boolean isMet;

    private volatile boolean isAdmitted;
    private volatile @Nullable FaultAbort abort;

    private ServedRoute(RouteActions actions, RequestView request, String target) {
        this.actions = actions;
        this.request = request;
        this.target = target;
        CrossOrigin policy = actions.crossOrigin();
        String header = policy == null ? null : request.header("origin");
        this.origin = policy != null && policy.allows(header) ? header : null;
    }

    /**
     * Returns that of a request, or {@code null} if nothing is asked for.
     *
     * @param target the path of the request, with the query string if it has one
     */
    public static @Nullable ServedRoute of(Governor governor, RequestView request, String target) {
        RouteActions actions = governor.routeServed(request).actions();
        return actions.isEmpty() ? null : new ServedRoute(actions, request, target);
    }

    /** Returns the time in which a request has to be handled, 0 if there is none. */
    public long timeoutNanos() {
        return actions.timeoutNanos();
    }

    /** Returns the changes of the request's headers. */
    public HeaderChanges requestHeaders() {
        return actions.requestHeaders();
    }

    /** Returns the changes of the response's headers, for {@link #changeResponse}. */
    public HeaderChanges responseHeaders() {
        return actions.responseHeaders();
    }

    /** Returns whether it may change the headers of the response. */
    public boolean changesResponse() {
        return origin != null || !actions.responseHeaders().isEmpty();
    }

    /** Returns the answer to a browser that asks what it may do, or {@code null}. */
    public @Nullable ResponseEntity<byte[]> preflight() {
        CrossOrigin policy = actions.crossOrigin();
        String method = String.valueOf(request.method());
        String asked = request.header("access-control-request-method");
        if (policy == null || origin == null || !policy.isPreflight(method, origin, asked)) {
            return null;
        }
        var fields = new HeaderFields();
        policy.answerPreflight(origin, fields);
        var headers = new HttpHeaders();
        fields.addTo(headers);
        return ResponseEntity.status(HttpStatus.OK).headers(headers).body(EMPTY);
    }

    /** Notes that the application is to handle the request, admitted or not. */
    public void meet() {
        isMet = true;
    }

    /**
     * Returns whether {@link #admit} has been called, as for a request that is dispatched again.
     */
    public boolean isAdmitted() {
        return isAdmitted;
    }

    /** Begins with a request that its guard has admitted; returns for how long it is held up. */
    public long admit() {
        isAdmitted = true;
        FaultPolicy faults = actions.faults();
        if (faults == null) {
            return 0;
        }
        long delay = faults.nextDelayNanos();
        abort = faults.nextAbort();
        return delay;
    }

    /** Returns what answers an admitted request in place of its handler, or {@code null}. */
    public @Nullable ResponseEntity<byte[]> answer() {
        FaultAbort fault = abort;
        if (fault != null) {
            return answer(fault.httpStatus(), null, EMPTY);
        }
        Redirect redirect = actions.redirect();
        if (redirect != null) {
            return answer(redirect.status(), location(redirect), EMPTY);
        }
        DirectResponse response = actions.directResponse();
        return response == null ? null : answer(response.status(), null, response.body());
    }

    private String location(Redirect redirect) {
        return redirect.location(
                request.scheme(),
                String.valueOf(request.authority()),
                Math.max(0, request.port()),
                target);
    }

    private static ResponseEntity<byte[]> answer(
            int status, @Nullable String location, byte[] body) {
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(status);
        if (location != null) {
            answer.header(HttpHeaders.LOCATION, location);
        }
        return WITHOUT_BODY.contains(status) ? answer.build() : answer.body(body);
    }

    /** Changes the headers of the response, which are about to be written. */
    public void changeResponse(HeaderChanges.Target headers) {
        CrossOrigin policy = actions.crossOrigin();
        if (isMet && policy != null && origin != null) {
            policy.allowResponse(origin, headers);
        }
        if (isAdmitted) {
            actions.responseHeaders().applyTo(headers);
        }
    }

    /** Returns how a request fails that has not been answered in time. */
    public ResponseStatusException timedOut() {
        return new ResponseStatusException(
                HttpStatus.GATEWAY_TIMEOUT, "the time that its route gives a request is over");
    }
}
