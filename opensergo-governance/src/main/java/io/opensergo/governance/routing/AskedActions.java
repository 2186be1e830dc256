package io.opensergo.governance.routing;

import io.opensergo.governance.action.RouteAction;
import io.opensergo.rules.traffic.HeaderOperations;
import io.opensergo.rules.traffic.HttpRewrite;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.TrafficRouter;
import io.opensergo.rules.traffic.VirtualWorkload;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a router or a VirtualWorkload asks for, whether it can be done or not. For one use. */
final class AskedActions {

    private final Set<RouteAction> asked = EnumSet.noneOf(RouteAction.class);

    private AskedActions() {}

    static Set<RouteAction> by(TrafficRouter router) {
        var actions = new AskedActions();
        router.http().forEach(actions::add);
        actions.addIf(!router.tcp().isEmpty(), RouteAction.TCP_ROUTES);
        actions.addIf(!router.tls().isEmpty(), RouteAction.TLS_ROUTES);
        return actions.asked;
    }

    static Set<RouteAction> by(VirtualWorkload workload) {
        var actions = new AskedActions();
        actions.addIf(
                workload.trafficPolicy() != null
                        && workload.trafficPolicy().loadBalancePolicy() != null,
                RouteAction.LOAD_BALANCING);
        return actions.asked;
    }

    private void addIf(boolean isAsked, RouteAction action) {
        if (isAsked) {
            asked.add(action);
        }
    }

    private void add(HttpRoute route) {
        addIf(route.timeout() != null && !route.timeout().isZero(), RouteAction.TIMEOUT);
        addIf(route.retries() != null, RouteAction.RETRIES);
        addIf(
                route.retries() != null
                        && Boolean.TRUE.equals(route.retries().retryRemoteLocalities()),
                RouteAction.RETRY_REMOTE_LOCALITIES);
        addIf(route.fault() != null && route.fault().delay() != null, RouteAction.FAULT_DELAY);
        addIf(route.fault() != null && route.fault().abort() != null, RouteAction.FAULT_ABORT);
        addIf(route.mirror() != null, RouteAction.MIRROR);
        HttpRewrite rewrite = route.rewrite();
        addIf(rewrite != null && rewrite.uri() != null, RouteAction.REWRITE_URI);
        addIf(rewrite != null && rewrite.authority() != null, RouteAction.REWRITE_AUTHORITY);
        addIf(route.redirect() != null, RouteAction.REDIRECT);
        addIf(route.directResponse() != null, RouteAction.DIRECT_RESPONSE);
        addIf(route.corsPolicy() != null, RouteAction.CORS_POLICY);
        add(route.headers());
        for (RouteDestination destination : route.route()) {
            add(destination.headers());
            addIf(destination.destination().port() != null, RouteAction.DESTINATION_PORT);
        }
    }

    private void add(@Nullable HeaderOperations headers) {
        addIf(headers != null && headers.request() != null, RouteAction.REQUEST_HEADERS);
        addIf(headers != null && headers.response() != null, RouteAction.RESPONSE_HEADERS);
    }
}
