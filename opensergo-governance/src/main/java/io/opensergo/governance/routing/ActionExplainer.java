package io.opensergo.governance.routing;

import io.opensergo.governance.action.CrossOrigin;
import io.opensergo.governance.action.FaultPolicy;
import io.opensergo.governance.action.Redirect;
import io.opensergo.governance.action.RetryPolicy;
import io.opensergo.governance.action.RouteAction;
import io.opensergo.governance.routing.RouteExplanation.ActionTrial;
import io.opensergo.rules.traffic.HttpRoute;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says of each action that a route asks for what becomes of it. Changes nothing. */
final class ActionExplainer {

    private static final String ABORTED = "the abort answers the request";

    private final RouteActions actions;
    private final @Nullable LoadBalancing balancing;
    private final HttpRoute route;
    private final RequestView request;
    private final boolean isServed;
    private final List<ActionTrial> trials = new ArrayList<>();

    /** Why what is about a call does not apply, or {@code null} if there is a call. */
    private final @Nullable String noCall;

    private ActionExplainer(
            RouteDecision decision, HttpRoute route, RequestView request, boolean isServed) {
        this.actions = decision.actions();
        InstanceGroup group = decision.group();
        this.balancing = group == null ? null : group.balancing();
        this.isServed = isServed;
        this.route = route;
        this.request = request;
        this.noCall = noCall(actions);
    }

    private static @Nullable String noCall(RouteActions actions) {
        if (actions.faults() != null && actions.faults().abortsNext()) {
            return ABORTED;
        }
        if (actions.redirect() != null) {
            return "the redirect answers the request";
        }
        return actions.directResponse() == null ? null : "the response answers the request";
    }

    static List<ActionTrial> explain(
            RouteDecision decision, RequestView request, boolean isServed) {
        if (decision.route() == null) {
            return List.of();
        }
        var explainer = new ActionExplainer(decision, decision.route(), request, isServed);
        explainer.crossOrigin();
        explainer.faults();
        explainer.answers();
        explainer.call();
        explainer.headers();
        return explainer.trials;
    }

    private void crossOrigin() {
        CrossOrigin policy = actions.crossOrigin();
        if (policy == null) {
            return;
        }
        if (!isServed) {
            add(RouteAction.CORS_POLICY, false, "it is about requests that a server serves");
            return;
        }
        String origin = request.header("origin");
        boolean allowed = policy.allows(origin);
        String reason = allowed ? policy.toString() : "it allows no origin '" + origin + "'";
        add(
                RouteAction.CORS_POLICY,
                allowed,
                origin == null ? "the request does not say its origin" : reason);
    }

    private void faults() {
        FaultPolicy faults = actions.faults();
        if (faults != null && faults.hasDelay()) {
            boolean applies = faults.delaysNext();
            add(RouteAction.FAULT_DELAY, applies, share(applies, "delayed"));
        }
        if (faults != null && faults.hasAbort()) {
            boolean applies = faults.abortsNext();
            String reason = faults.abort() + ", " + share(applies, "aborted");
            add(RouteAction.FAULT_ABORT, applies, reason);
        }
        if (faults == null && route.fault() != null) {
            add(RouteAction.FAULT_ABORT, false, "it cannot be used; see the problems of the plan");
        }
    }

    private static String share(boolean applies, String done) {
        return applies
                ? "the next request is of the share that is " + done
                : "the next request is not of the share that is " + done;
    }

    private void answers() {
        Redirect redirect = actions.redirect();
        if (redirect != null) {
            answer(RouteAction.REDIRECT, "status " + redirect.status());
        } else if (route.redirect() != null) {
            add(RouteAction.REDIRECT, false, "it leads to itself; see the problems of the plan");
        }
        if (actions.directResponse() != null) {
            answer(RouteAction.DIRECT_RESPONSE, actions.directResponse().toString());
        }
    }

    private void answer(RouteAction action, String reason) {
        boolean isFirst = actions.faults() == null || !actions.faults().abortsNext();
        add(action, isFirst, isFirst ? reason : ABORTED);
    }

    private void call() {
        if (actions.timeoutNanos() > 0) {
            addToCall(
                    RouteAction.TIMEOUT,
                    Duration.ofNanos(actions.timeoutNanos())
                            + (isServed ? " for the response" : " for all attempts together"));
        }
        if (isServed) {
            callersMatters();
            return;
        }
        if (route.retries() != null) {
            retries(actions.retries());
        }
        if (actions.rewrite() != null) {
            addToCall(RouteAction.REWRITE_URI, actions.rewrite().toString());
        }
        if (actions.authority() != null) {
            addToCall(RouteAction.REWRITE_AUTHORITY, "to " + actions.authority());
        }
        if (actions.port() > 0) {
            addToCall(RouteAction.DESTINATION_PORT, "instances that listen at " + actions.port());
        }
        if (balancing != null) {
            addToCall(RouteAction.LOAD_BALANCING, balancing.toString());
        }
        Mirror mirror = actions.mirror();
        if (mirror != null && noCall == null) {
            boolean copies = mirror.copiesNext();
            add(RouteAction.MIRROR, copies, "to " + mirror + ", " + share(copies, "copied"));
        } else if (mirror != null) {
            addToCall(RouteAction.MIRROR, "");
        }
    }

    /** A server has been chosen, and called once. */
    private void callersMatters() {
        Map<RouteAction, Boolean> asked = new EnumMap<>(RouteAction.class);
        asked.put(RouteAction.RETRIES, route.retries() != null);
        asked.put(RouteAction.REWRITE_URI, actions.rewrite() != null);
        asked.put(RouteAction.REWRITE_AUTHORITY, actions.authority() != null);
        asked.put(RouteAction.DESTINATION_PORT, actions.port() > 0);
        asked.put(RouteAction.MIRROR, actions.mirror() != null);
        asked.forEach(
                (action, isAsked) -> {
                    if (isAsked) {
                        add(action, false, "it is about calls, and this request is served here");
                    }
                });
    }

    private void retries(@Nullable RetryPolicy retries) {
        if (retries == null) {
            add(RouteAction.RETRIES, false, "it has no attempts, or no condition that can be used");
            return;
        }
        String method = request.method();
        boolean idempotent =
                method != null
                        && RetryPolicy.isIdempotent(method, request.header("idempotency-key"));
        addToCall(
                RouteAction.RETRIES,
                "up to "
                        + retries.attempts()
                        + (idempotent
                                ? ""
                                : ", only where no server has begun with it, as it is not"
                                        + " idempotent")
                        + "; the budget has "
                        + retries.budget().available());
    }

    private void headers() {
        if (!actions.requestHeaders().isEmpty()) {
            addToCall(RouteAction.REQUEST_HEADERS, actions.requestHeaders().toString());
        }
        if (!actions.responseHeaders().isEmpty()) {
            add(RouteAction.RESPONSE_HEADERS, true, actions.responseHeaders().toString());
        }
    }

    private void addToCall(RouteAction action, String reason) {
        add(action, noCall == null, noCall == null ? reason : noCall);
    }

    private void add(RouteAction action, boolean applies, String reason) {
        trials.add(new ActionTrial(action, applies, reason));
    }
}
