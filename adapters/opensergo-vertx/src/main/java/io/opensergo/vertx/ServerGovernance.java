package io.opensergo.vertx;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Rejection;
import io.opensergo.governance.routing.TrafficColour;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BiConsumer;

/** What all handlers of a server share: colours, admission and rejection of requests. */
final class ServerGovernance {

    private final Governor governor;
    private final Colours colours;
    private final Statuses statuses;
    private final BiConsumer<? super RoutingContext, ? super Rejection> onRejection;

    ServerGovernance(
            Governor governor,
            Colours colours,
            Statuses statuses,
            BiConsumer<? super RoutingContext, ? super Rejection> onRejection) {
        this.governor = governor;
        this.colours = colours;
        this.statuses = statuses;
        this.onRejection = onRejection;
    }

    /** Puts the colour of a request into its context, unless an earlier handler did. */
    void colour(HttpServerRequest request) {
        if (colours.current() == null) {
            TrafficColour colour = governor.lanes().colour(new InboundView(request));
            if (colour != null) {
                colours.setCurrent(colour);
            }
        }
    }

    /** Passes the request on, now or when its time has come, or answers it. */
    void admit(RoutingContext context, Guard guard) {
        HttpServerResponse response = context.response();
        if (!guard.isProtected() || response.ended()) {
            context.next();
            return;
        }
        long token = guard.acquire();
        if (Guard.isRefused(token)) {
            onRejection.accept(context, guard.rejection(token));
            return;
        }
        var admission = new Admission(context, guard, token, statuses);
        admission.followResponse();
        if (leavesHttp(context.request())) {
            admission.end();
        }
        admission.proceedAfter(guard.waitNanos(token));
    }

    /**
     * A connection that becomes a web socket or a tunnel has no response whose end Vert.x would
     * tell: such a request counts, but holds no place.
     */
    private static boolean leavesHttp(HttpServerRequest request) {
        return HttpMethod.CONNECT.equals(request.method())
                || "websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE));
    }
}
