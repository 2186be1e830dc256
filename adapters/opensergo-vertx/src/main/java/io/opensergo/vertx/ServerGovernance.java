package io.opensergo.vertx;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Rejection;
import io.opensergo.governance.routing.TrafficColour;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What all handlers of a server share: colours, admission and rejection of requests. */
final class ServerGovernance {

    /** Of all that guard servers, so that each has its own record of a request. */
    private static final AtomicLong COUNT = new AtomicLong();

    /** The name under which a request keeps its newest admission. */
    private final String admissions = "io.opensergo.vertx.admission." + COUNT.incrementAndGet();

    private final Governor governor;
    private final Colours colours;
    private final Statuses statuses;
    private final EndWatch ends;
    private final BiConsumer<? super RoutingContext, ? super Rejection> onRejection;

    ServerGovernance(
            Governor governor,
            Colours colours,
            Statuses statuses,
            EndWatch ends,
            BiConsumer<? super RoutingContext, ? super Rejection> onRejection) {
        this.governor = governor;
        this.colours = colours;
        this.statuses = statuses;
        this.ends = ends;
        this.onRejection = onRejection;
    }

    /** Puts the colour of a request into its context, unless an earlier handler did. */
    void colour(HttpServerRequest request) {
        Context context = ((HttpServerRequestInternal) request).context();
        if (colours.of(context) == null) {
            TrafficColour colour = governor.lanes().receive(new InboundView(request));
            if (colour != null) {
                colours.set(context, colour);
            }
        }
    }

    /**
     * Passes the request on, now or when its time has come, or answers it.
     *
     * @param ahead the pattern of the route that the request has not come to yet, which the metrics
     *     of Vert.x hear of if it never does; {@code null} if it is there
     */
    void admit(RoutingContext context, Guard guard, @Nullable String ahead) {
        HttpServerResponse response = context.response();
        if (!guard.isProtected() || response.ended()) {
            context.next();
            return;
        }
        RequestAdmission earlier = context.get(admissions);
        if (earlier != null && earlier.isFor(guard)) {
            context.next();
            return;
        }
        long token = guard.acquire();
        if (Guard.isRefused(token)) {
            if (earlier != null) {
                earlier.withdraw();
            }
            reject(context, guard.rejection(token), ahead);
            return;
        }
        var admission = new RequestAdmission(context, guard, token, statuses, earlier);
        context.put(admissions, admission);
        admission.followResponse();
        try {
            if (admission.isWaiting()) {
                admission.awaitTurn(() -> proceed(context, admission, ahead));
            } else {
                context.next();
            }
        } finally {
            admission.watch(ends);
        }
    }

    /** Passes a request on whose turn has come, unless it is refused by now. */
    private void proceed(
            RoutingContext context, RequestAdmission admission, @Nullable String ahead) {
        Rejection rejection = admission.proceed();
        if (rejection == null) {
            context.next();
        } else {
            reject(context, rejection, ahead);
        }
    }

    private void reject(RoutingContext context, Rejection rejection, @Nullable String ahead) {
        if (ahead != null) {
            context.request().routed(ahead);
        }
        onRejection.accept(context, rejection);
    }
}
