package io.opensergo.vertx;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.RequestRejectedException;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.TrafficColour;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a request on its way out: the guard, then the colour and the route. Each step
 * goes on at once if it has not to wait, and else on the context of the caller, with a copy of the
 * options: they are the caller's, who may change and use them again meanwhile.
 */
final class Outbound {

    private final Vertx vertx;
    private final Governor governor;
    private final Colours colours;
    private final Statuses statuses;
    private final EndWatch ends;
    private final OutboundGuards guards;
    private final OutboundRoutes routes;
    private final Mirrors mirrors;

    Outbound(
            Vertx vertx,
            Governor governor,
            Colours colours,
            Statuses statuses,
            EndWatch ends,
            InstanceResolver resolver) {
        this.vertx = vertx;
        this.governor = governor;
        this.colours = colours;
        this.statuses = statuses;
        this.ends = ends;
        this.guards = new OutboundGuards(governor);
        this.routes = new OutboundRoutes(governor, resolver);
        this.mirrors = new Mirrors(vertx, routes);
    }

    /** Makes a request by a client, given as a function. */
    Future<HttpClientRequest> request(
            RequestOptions options, Function<RequestOptions, Future<HttpClientRequest>> client) {
        Guard guard = guards.guard(options);
        if (!guard.isProtected()) {
            return send(options, client);
        }
        long token = guard.acquire();
        if (Guard.isRefused(token)) {
            return Future.failedFuture(new RequestRejectedException(guard.rejection(token)));
        }
        if (!Guard.isWaiting(token)) {
            return new OutboundCall(guard, token, statuses, ends)
                    .follow(() -> send(options, client));
        }
        RequestOptions kept = new RequestOptions(options);
        return vertx.timer(Waits.millis(guard.waitNanos(token)), TimeUnit.MILLISECONDS)
                .onFailure(stopped -> guard.withdraw(token))
                .compose(now -> requestAtItsTurn(guard, token, kept, client));
    }

    private Future<HttpClientRequest> requestAtItsTurn(
            Guard guard,
            long waiting,
            RequestOptions options,
            Function<RequestOptions, Future<HttpClientRequest>> client) {
        long token = guard.proceed(waiting);
        return Guard.isRefused(token)
                ? Future.failedFuture(new RequestRejectedException(guard.rejection(token)))
                : new OutboundCall(guard, token, statuses, ends)
                        .follow(() -> send(options, client));
    }

    private Future<HttpClientRequest> send(
            RequestOptions options, Function<RequestOptions, Future<HttpClientRequest>> client) {
        TrafficColour current = colours.current();
        TrafficColour colour =
                current == null ? governor.lanes().colour(new OutboundView(options)) : current;
        RequestOptions coloured = colour == null ? options : coloured(options, colour);
        RouteDecision decision =
                coloured.getHost() == null
                        ? RouteDecision.NOT_FOUND
                        : governor.route(new OutboundView(coloured));
        if (decision.actions().isEmpty()) {
            return forward(coloured, decision, colour, client);
        }
        return new RoutedCall(
                        vertx,
                        decision.actions(),
                        new RequestOptions(coloured),
                        mirrors,
                        client,
                        attempt -> forward(attempt, decision, colour, client))
                .start();
    }

    private Future<HttpClientRequest> forward(
            RequestOptions coloured,
            RouteDecision decision,
            @Nullable TrafficColour colour,
            Function<RequestOptions, Future<HttpClientRequest>> client) {
        if (coloured.getServer() != null || routes.isEmpty()) {
            return client.apply(coloured);
        }
        Future<@Nullable SocketAddress> address = routes.address(coloured, decision, colour);
        if (address.succeeded()) {
            return routes.follow(
                    coloured,
                    decision,
                    address.result(),
                    client.apply(addressed(coloured, address.result())));
        }
        RequestOptions kept = new RequestOptions(coloured);
        return onThisContext(address)
                .compose(
                        found ->
                                routes.follow(
                                        kept,
                                        decision,
                                        found,
                                        client.apply(addressed(kept, found))));
    }

    private static RequestOptions addressed(
            RequestOptions options, @Nullable SocketAddress address) {
        return address == null ? options : new RequestOptions(options).setServer(address);
    }

    /** Whoever knows the instances may answer on a context of its own. */
    private <T> Future<T> onThisContext(Future<T> future) {
        Promise<T> promise = ((ContextInternal) vertx.getOrCreateContext()).promise();
        future.onComplete(promise::handle);
        return promise.future();
    }

    /** The options are the caller's, who may use them again. */
    private RequestOptions coloured(RequestOptions options, TrafficColour colour) {
        var copy = new RequestOptions(options);
        String baggage = copy.getHeaders() == null ? null : copy.getHeaders().get("baggage");
        governor.lanes().carry(colour, baggage, copy::putHeader);
        return copy;
    }
}
