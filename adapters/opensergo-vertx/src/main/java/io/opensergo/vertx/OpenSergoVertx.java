package io.opensergo.vertx;

import io.opensergo.api.ConfigurationException;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.governance.Governor;
import io.opensergo.governance.action.RouteAction;
import io.opensergo.governance.routing.ServedActions;
import io.opensergo.governance.routing.TrafficColour;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * OpenSergo rules for the servers and clients of an application on Vert.x.
 *
 * <pre>{@code
 * OpenSergoVertx openSergo = OpenSergoVertx.fromEnvironment(vertx, "shop");
 * openSergo.govern(router);                                    // after its routes are declared
 * HttpClient prices = openSergo.client(vertx.createHttpClient(), instances);
 * }</pre>
 *
 * <p>Make one per application and keep it. Safe for use by many threads; its handlers and clients
 * run where Vert.x calls them and never block.
 */
public final class OpenSergoVertx {

    /** What a client does of the actions that a route asks for. */
    private static final Set<RouteAction> HONOURED =
            EnumSet.of(
                    RouteAction.TIMEOUT,
                    RouteAction.RETRIES,
                    RouteAction.FAULT_DELAY,
                    RouteAction.FAULT_ABORT,
                    RouteAction.MIRROR,
                    RouteAction.REWRITE_URI,
                    RouteAction.REWRITE_AUTHORITY,
                    RouteAction.REDIRECT,
                    RouteAction.DIRECT_RESPONSE,
                    RouteAction.REQUEST_HEADERS,
                    RouteAction.RESPONSE_HEADERS,
                    RouteAction.DESTINATION_PORT,
                    RouteAction.LOAD_BALANCING);

    private final Vertx vertx;
    private final Governor governor;
    private final boolean ownsGovernor;
    private final @Nullable OpenSergoClient client;
    private final Statuses statuses;
    private final Colours colours;
    private final EndWatch ends = new EndWatch();
    private final ServerGovernance server;

    /** Those made here of resolvers of Vert.x, which nobody else could close. */
    private final Set<ResolvedAddresses<?, ?, ?>> resolvers = ConcurrentHashMap.newKeySet();

    OpenSergoVertx(
            OpenSergoVertxBuilder settings,
            Governor governor,
            boolean ownsGovernor,
            @Nullable OpenSergoClient client) {
        this.vertx = settings.vertx();
        governor.honours("Vert.x", HONOURED);
        this.governor = governor;
        this.ownsGovernor = ownsGovernor;
        this.client = client;
        this.statuses = new Statuses(settings.isFailure());
        this.colours = new Colours(vertx);
        this.server =
                new ServerGovernance(governor, colours, statuses, ends, settings.onRejection());
    }

    /**
     * Starts with what the environment says: {@code OPENSERGO_BOOTSTRAP_CONFIG} or {@code
     * OPENSERGO_BOOTSTRAP}. If neither is set, nothing is governed, and the application runs as
     * without it. An unreachable control plane is no error.
     *
     * @param app the name under which rules know this application, unless the environment gives one
     * @throws ConfigurationException if a setting cannot be used; it names the setting
     */
    public static OpenSergoVertx fromEnvironment(Vertx vertx, String app) {
        return builder(vertx, app).build();
    }

    /** Starts with a governor that the application made, which is not closed with it. */
    public static OpenSergoVertx create(Vertx vertx, Governor governor) {
        return new OpenSergoVertxBuilder(vertx, null).build(governor);
    }

    /**
     * Starts with settings of the application, over which those of the environment go.
     *
     * @param app the name under which rules know this application, unless the environment gives one
     */
    public static OpenSergoVertxBuilder builder(Vertx vertx, String app) {
        return new OpenSergoVertxBuilder(vertx, app);
    }

    /**
     * Returns a handler that guards the route it is put on, as the resource {@code METHOD:pattern},
     * for example {@code GET:/orders/:id}; put it first on the route. It also gives the request its
     * colour.
     *
     * <p>The pattern is the one the route was declared with, the path at which its router is
     * mounted included. On a route without a path it is {@code /*}, on a regular expression its
     * text or the name of the route. Values of a request are never part of a resource, and neither
     * are methods that HTTP does not define, for which {@code *} stands.
     *
     * <p>A request counts once for a resource, however many handlers guard it; one that is rerouted
     * counts for the resource it comes to as well.
     *
     * <p>What TrafficRouters whose {@code hosts} name this application ask for is done before the
     * request goes on: faults, redirects and responses, headers, the time limit (504) and CORS.
     *
     * <p>A rejected request is answered as the rule says, or else with 429 and, if it can be told,
     * {@code Retry-After}; a throttled one waits, its body with it.
     */
    public Handler<RoutingContext> serverHandler() {
        return new ServerGuard(server(), new RouteResources(governor));
    }

    /**
     * Returns a handler that guards all it sees as one resource, as {@link #serverHandler()} does.
     */
    public Handler<RoutingContext> serverHandler(String resource) {
        return new ServerGuard(server(), new FixedResource(governor.guard(resource)));
    }

    /**
     * Guards the routes of a router and of its sub-routers that are declared by now, in front of
     * all their handlers, as {@link #serverHandler()} would; with the patterns of mounts,
     * parameters included.
     *
     * <p>A request counts for the first route that matches its path and method, as they are when
     * this is called; hosts and content types, and whether a route is disabled or removed later,
     * are not looked at. Routes without a path and those of whole sub-trees ({@code /api/*}) are
     * not guarded, since they mostly belong to handlers that pass requests on, nor are regular
     * expressions; put {@link #serverHandler()} on those that answer. Every request gets its
     * colour.
     */
    public void govern(Router router) {
        RouterGovernance.install(router, server(), new DeclaredRoutes(governor, router));
    }

    /** From now on requests are served by routes, too. */
    private ServerGovernance server() {
        governor.honoursAtServer("Vert.x server", ServedActions.HONOURED);
        return server;
    }

    /**
     * Wraps a client: what it requests is guarded, routed to the instances that the rules choose,
     * and carries the colour of the request that is being handled. {@code WebClient.wrap} takes the
     * result; closing it closes the client that was given.
     *
     * <p>The resource is the request's {@code traceOperation}, if it has one, and else {@code
     * METHOD:host}. A refused request fails with {@link
     * io.opensergo.governance.RequestRejectedException}; one whose destination has no instance, nor
     * has its fallback, with {@link java.net.NoRouteToHostException}.
     *
     * @param instances says where services run. A request for a service it does not know goes where
     *     it would go without rules, as does one with a server of its own
     */
    public HttpClientAgent client(HttpClientAgent client, InstanceResolver instances) {
        if (instances instanceof ResolvedAddresses<?, ?, ?> addresses) {
            resolvers.add(addresses);
        }
        return GovernedClient.wrap(
                client, new Outbound(vertx, governor, colours, statuses, ends, instances));
    }

    /**
     * Wraps a client as {@link #client(HttpClientAgent, InstanceResolver)} does, without routing.
     */
    public HttpClientAgent client(HttpClientAgent client) {
        return client(client, InstanceResolver.none());
    }

    /** Returns the governor, for whoever wants to watch its decisions. */
    public Governor governor() {
        return governor;
    }

    /**
     * Returns the colour of the request that this thread handles, as its Vert.x context has it, or
     * {@code null}.
     */
    public @Nullable TrafficColour colour() {
        return colours.current();
    }

    /**
     * Stops following rules, frees the threads of the connection to the control plane and closes
     * the address resolvers of Vert.x that clients use. What is guarded goes on by the last rules.
     * Closing again does nothing.
     *
     * @return completes when the connection is closed
     */
    public Future<Void> close() {
        Callable<Void> closing =
                () -> {
                    closeNow();
                    return null;
                };
        try {
            return vertx.executeBlocking(closing, false).recover(this::closeWithoutVertx);
        } catch (RejectedExecutionException e) {
            return closeWithoutVertx(e);
        }
    }

    /** A Vert.x that was closed before has no thread to wait on. */
    private Future<Void> closeWithoutVertx(Throwable cause) {
        if (!(cause instanceof RejectedExecutionException)) {
            return Future.failedFuture(cause);
        }
        closeNow();
        return Future.succeededFuture();
    }

    private void closeNow() {
        try {
            resolvers.forEach(ResolvedAddresses::close); // code of others, which may throw
        } finally {
            if (ownsGovernor) {
                governor.close();
            }
            if (client != null) {
                client.close();
            }
        }
    }
}
