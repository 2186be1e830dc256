package io.opensergo.vertx;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Rejection;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.ServedActions;
import io.opensergo.governance.routing.TrafficColour;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What all handlers of a server share: colours, routes, admission and rejection of requests. */
final class ServerGovernance {

    /** Of all that guard servers, so that each has its own record of a request. */
    private static final AtomicLong COUNT = new AtomicLong();

    /** The name under which a request keeps its newest admission. */
    private final String admissions = "io.opensergo.vertx.admission." + COUNT.incrementAndGet();

    /** The name under which a request keeps what its route asks for. */
    private final String served = admissions + ".route";

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
    private void colour(HttpServerRequest request) {
        Context context = ((HttpServerRequestInternal) request).context();
        if (colours.of(context) == null) {
            TrafficColour colour = governor.lanes().receive(new InboundView(request));
            if (colour != null) {
                colours.set(context, colour);
            }
        }
    }

    /**
     * Passes the request on, now or when its time has come, or answers it: by its route, or as it
     * is refused.
     *
     * @param guard of the resource, or {@code null} if it is none
     * @param ahead the pattern of the route that the request has not come to yet, which the metrics
     *     of Vert.x hear of if it never does; {@code null} if it is there
     */
    void handle(RoutingContext context, @Nullable Guard guard, @Nullable String ahead) {
        colour(context.request());
        ServedRequest request = routed(context);
        if (request != null && request.answersPreflight()) {
            return;
        }
        if (request != null) {
            request.changeResponse();
        }
        if (guard == null) {
            passOn(context, request, ahead);
        } else {
            admit(context, guard, request, ahead);
        }
    }

    /** Decides on a request once, whatever handlers it comes to. */
    private @Nullable ServedRequest routed(RoutingContext context) {
        if (context.response().headWritten() || context.get(served) != null) {
            return null;
        }
        var view = new InboundView(context.request());
        RouteDecision decision = governor.routeServed(view);
        if (!decision.isFound()) {
            return null;
        }
        context.put(served, decision);
        return decision.actions().isEmpty()
                ? null
                : new ServedRequest(context, new ServedActions(decision.actions(), view));
    }

    private static void passOn(
            RoutingContext context, @Nullable ServedRequest request, @Nullable String ahead) {
        if (request == null) {
            context.next();
        } else {
            request.proceed(ahead);
        }
    }

    private void admit(
            RoutingContext context,
            Guard guard,
            @Nullable ServedRequest request,
            @Nullable String ahead) {
        HttpServerResponse response = context.response();
        if (!guard.isProtected() || response.ended()) {
            passOn(context, request, ahead);
            return;
        }
        RequestAdmission earlier = context.get(admissions);
        if (earlier != null && earlier.isFor(guard)) {
            passOn(context, request, ahead);
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
                admission.awaitTurn(() -> proceed(context, admission, request, ahead));
            } else {
                passOn(context, request, ahead);
            }
        } finally {
            admission.watch(ends);
        }
    }

    /** Passes a request on whose turn has come, unless it is refused by now. */
    private void proceed(
            RoutingContext context,
            RequestAdmission admission,
            @Nullable ServedRequest request,
            @Nullable String ahead) {
        Rejection rejection = admission.proceed();
        if (rejection == null) {
            passOn(context, request, ahead);
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
