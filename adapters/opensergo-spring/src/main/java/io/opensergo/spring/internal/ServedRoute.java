package io.opensergo.spring.internal;

import io.opensergo.governance.Governor;
import io.opensergo.governance.action.Redirect;
import io.opensergo.governance.routing.RequestView;
import io.opensergo.governance.routing.RouteActions;
import io.opensergo.governance.routing.RouteAnswer;
import io.opensergo.governance.routing.ServedActions;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.server.ResponseStatusException;

/** What the route of a request that is served asks for, with the answers of Spring. */
public final class ServedRoute {

    private static final byte[] EMPTY = {};

    private final ServedActions actions;
    private final RequestView request;
    private final String target;

    private ServedRoute(ServedActions actions, RequestView request, String target) {
        this.actions = actions;
        this.request = request;
        this.target = target;
    }

    /**
     * Returns that of a request, or {@code null} if nothing is asked for.
     *
     * @param target the path of the request, with the query string if it has one
     */
    public static @Nullable ServedRoute of(Governor governor, RequestView request, String target) {
        RouteActions actions = governor.routeServed(request).actions();
        return actions.isEmpty()
                ? null
                : new ServedRoute(new ServedActions(actions, request), request, target);
    }

    /** Returns what is asked for. */
    public ServedActions actions() {
        return actions;
    }

    /** Returns the answer to a browser that asks what it may do, or {@code null}. */
    public @Nullable ResponseEntity<byte[]> preflight() {
        if (!actions.isPreflight(request)) {
            return null;
        }
        var fields = new HeaderFields();
        actions.answerPreflight(fields);
        var headers = new HttpHeaders();
        fields.addTo(headers);
        return ResponseEntity.status(HttpStatus.OK).headers(headers).body(EMPTY);
    }

    /** Returns what answers an admitted request in place of its handler, or {@code null}. */
    public @Nullable ResponseEntity<byte[]> answer() {
        RouteAnswer answer = actions.answer(this::location);
        if (answer == null) {
            return null;
        }
        ResponseEntity.BodyBuilder response = ResponseEntity.status(answer.status());
        if (answer.location() != null) {
            response.header(HttpHeaders.LOCATION, answer.location());
        }
        return answer.mayHaveBody() ? response.body(answer.body()) : response.build();
    }

    private String location(Redirect redirect) {
        return redirect.location(
                request.scheme(),
                String.valueOf(request.authority()),
                Math.max(0, request.port()),
                target);
    }

    /** Returns how a request fails that has not been answered in time. */
    public ResponseStatusException timedOut() {
        return new ResponseStatusException(
                HttpStatus.GATEWAY_TIMEOUT, "the time that its route gives a request is over");
    }
}
