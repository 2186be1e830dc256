package io.opensergo.vertx;

import static io.opensergo.vertx.World.get;
import static io.opensergo.vertx.World.send;
import static io.opensergo.vertx.World.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.governance.routing.TrafficColour;
import io.opensergo.testsupport.Documents;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import io.vertx.core.internal.http.HttpServerRequestWrapper;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A whole router, guarded after its routes were declared. */
class GovernedRouterTest {

    private final World world = new World();
    private final Router router = world.router();
    private final HttpClientAgent client = world.client(HttpVersion.HTTP_1_1);

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void eachRouteIsGuardedInFrontOfItsHandlers() {
        world.limitToNone("GET:/orders/:id");
        AtomicInteger reached = new AtomicInteger();
        router.route()
                .handler(BodyHandler.create(false))
                .handler(
                        context -> {
                            reached.incrementAndGet();
                            context.next();
                        });
        router.get("/orders/:id").handler(this::ok);
        router.post("/orders/:id").handler(this::ok);
        world.openSergo.govern(router);
        int port = world.serve(router);

        assertThat(get(World.get(client, port, "/orders/1")).status()).isEqualTo(429);
        assertThat(reached).hasValue(0);
        assertThat(get(send(client, to(HttpMethod.POST, port, "/orders/1"), "x")).status())
                .isEqualTo(200);
        assertThat(get(send(client, to(HttpMethod.PUT, port, "/orders/1"), "x")).status())
                .isEqualTo(405);
        assertThat(get(World.get(client, port, "/nothing")).status()).isEqualTo(404);
    }

    @Test
    void aSubRouterIsGuardedByThePatternOfItsMount() {
        world.limitToNone("GET:/tenants/:tenant/orders/:id");
        Router orders = world.router();
        orders.get("/orders/:id").handler(this::ok);
        router.route("/tenants/:tenant/*").handler(RoutingContext::next);
        router.route("/tenants/:tenant/*").subRouter(orders);
        world.openSergo.govern(router);
        int port = world.serve(router);

        assertThat(get(World.get(client, port, "/tenants/a/orders/1")).status()).isEqualTo(429);
        assertThat(get(World.get(client, port, "/tenants/b/orders/2")).status()).isEqualTo(429);
    }

    @Test
    void aRequestCountsForTheFirstRouteThatMatches() {
        world.guard(
                "GET:/orders/:id",
                Documents.rateLimit("none", 0, 1),
                Documents.rule("GET:/orders/:id", "RateLimitStrategy", "none"));
        router.get("/orders/latest").handler(this::ok);
        router.get("/orders/:id").handler(this::ok);
        world.openSergo.govern(router);
        int port = world.serve(router);

        assertThat(get(World.get(client, port, "/orders/latest")).status()).isEqualTo(200);
        assertThat(get(World.get(client, port, "/orders/1")).status()).isEqualTo(429);
    }

    @Test
    void aRouterThatIsMountedTwiceIsGuardedAtEachMount() {
        world.limitToNone("GET:/v2/orders");
        Router orders = world.router();
        orders.get("/orders").handler(this::ok);
        router.route("/v1/*").subRouter(orders);
        router.route("/v2/*").subRouter(orders);
        world.openSergo.govern(router);
        int port = world.serve(router);

        assertThat(get(World.get(client, port, "/v1/orders")).status()).isEqualTo(200);
        assertThat(get(World.get(client, port, "/v2/orders")).status()).isEqualTo(429);
    }

    @Test
    void aRouterThatIsMountedAfterItWasGovernedIsGuardedByItsOwnPatterns() {
        world.limitToNone("GET:/orders");
        Router orders = world.router();
        orders.get("/:any/:thing").handler(this::ok);
        orders.get("/orders").handler(this::ok);
        world.openSergo.govern(orders);
        router.route("/api/*").subRouter(orders);
        router.route("/v:version/*").subRouter(orders);
        int port = world.serve(router);

        assertThat(get(World.get(client, port, "/api/orders")).status()).isEqualTo(429);
        assertThat(get(World.get(client, port, "/v2/orders")).status()).isEqualTo(429);
        assertThat(get(World.get(client, port, "/api/orders/1")).status()).isEqualTo(200);
    }

    @Test
    void theRootOfARouterThatWasGovernedIsItsMount() {
        world.limitToNone("GET:/");
        Router orders = world.router();
        orders.get("/").handler(this::ok);
        world.openSergo.govern(orders);
        router.route("/slash/*").subRouter(orders);
        router.route("/bare*").subRouter(orders);
        router.route("/slash").handler(this::ok);
        int port = world.serve(router);

        assertThat(get(World.get(client, port, "/slash/")).status()).isEqualTo(429);
        assertThat(get(World.get(client, port, "/slash")).status()).isEqualTo(200);
        assertThat(get(World.get(client, port, "/bare")).status()).isEqualTo(429);
        assertThat(get(World.get(client, port, "/bare/")).status()).isEqualTo(429);
    }

    @Test
    void metricsHearOfTheRouteOfARejectedRequestAndElseWhatTheyWouldUngoverned() {
        world.limitToNone("GET:/orders/:id");
        router.route().handler(RoutingContext::next);
        router.get("/orders/:id").handler(this::ok);
        router.get("/prices/:id").handler(this::ok);
        List<String> told = new CopyOnWriteArrayList<>();
        int port = world.serve(request -> router.handle(tellingItsRoutes(request, told)));
        get(World.get(client, port, "/prices/1"));
        List<String> ungoverned = List.copyOf(told);
        told.clear();

        world.openSergo.govern(router);
        get(World.get(client, port, "/prices/1"));

        assertThat(told).isEqualTo(ungoverned).contains("/prices/:id");
        told.clear();
        assertThat(get(World.get(client, port, "/orders/1")).status()).isEqualTo(429);
        assertThat(told).containsExactly("/orders/:id");
    }

    /** Notes which routes the metrics of Vert.x hear of: of none without a path. */
    private static HttpServerRequest tellingItsRoutes(
            HttpServerRequest request, List<String> told) {
        return new HttpServerRequestWrapper((HttpServerRequestInternal) request) {
            @Override
            public HttpServerRequest routed(String route) {
                if (route != null) {
                    told.add(route);
                }
                return super.routed(route);
            }
        };
    }

    @Test
    @Timeout(30)
    void aLongPathThatAlmostMatchesIsNoWork() {
        Router parts = world.router();
        parts.get("/:c-:d").handler(this::ok);
        router.route("/:a-:b/*").subRouter(parts);
        var routes = new DeclaredRoutes(world.openSergo.governor(), router);
        String dashes = "/" + "-".repeat(3_000);

        assertThat(routes.resource(HttpMethod.GET, dashes + dashes + "/x")).isNull();
        assertThat(routes.resource(HttpMethod.GET, dashes + dashes)).isNotNull();
    }

    @Test
    void eachRequestHasItsOwnColourAndKeepsItEverywhere() {
        world.rules.replaceAll(
                World.read(Documents.laneWithKey("beta", "{uri: {prefix: /beta}}", "x-lane")));
        router.get("/beta").handler(this::colourAfterBlocking);
        router.get("/plain").handler(this::colourAfterBlocking);
        world.openSergo.govern(router);
        int port = world.serve(router);

        await().atMost(World.PATIENCE)
                .until(() -> get(World.get(client, port, "/beta")).body().equals("x-lane=beta"));
        assertThat(get(World.get(client, port, "/plain")).body()).isEqualTo("null");
        assertThat(
                        get(send(
                                        client,
                                        to(HttpMethod.GET, port, "/plain")
                                                .putHeader("x-lane", "gold"),
                                        ""))
                                .body())
                .isEqualTo("x-lane=gold");
        assertThat(get(World.get(client, port, "/plain")).body()).isEqualTo("null");
    }

    @Test
    void anEntryRefusesTheColourThatACallerComesWith() {
        try (World entry =
                new World(settings -> settings.governor(lanes -> lanes.acceptColours(false)))) {
            Router routes = entry.router();
            routes.route()
                    .handler(context -> context.end(String.valueOf(entry.openSergo.colour())));
            entry.openSergo.govern(routes);
            entry.rules.replaceAll(
                    World.read(Documents.laneWithKey("beta", "{uri: {prefix: /beta}}", "x-lane")));
            int port = entry.serve(routes);
            HttpClientAgent client = entry.client(HttpVersion.HTTP_1_1);

            await().atMost(World.PATIENCE)
                    .until(
                            () ->
                                    get(World.get(client, port, "/beta"))
                                            .body()
                                            .equals("x-lane=beta"));
            assertThat(
                            get(World.send(
                                            client,
                                            to(HttpMethod.GET, port, "/plain")
                                                    .putHeader("x-opensergo-traffic", "gold"),
                                            ""))
                                    .body())
                    .isEqualTo("null");
        }
    }

    /** Answers with the colour as blocking code, a timer and the handler see it. */
    private void colourAfterBlocking(RoutingContext context) {
        TrafficColour before = world.openSergo.colour();
        context.vertx()
                .executeBlocking(world.openSergo::colour)
                .compose(
                        inBlocking ->
                                context.vertx()
                                        .timer(1)
                                        .map(
                                                fired ->
                                                        Stream.of(
                                                                        String.valueOf(before),
                                                                        String.valueOf(inBlocking),
                                                                        String.valueOf(
                                                                                world.openSergo
                                                                                        .colour()))
                                                                .distinct()
                                                                .collect(
                                                                        Collectors.joining(
                                                                                " or "))))
                .onComplete(text -> context.end(text.result()));
    }

    private void ok(RoutingContext context) {
        context.end("ok");
    }

    @Test
    void handlersSeeTheParametersOfTheirOwnRouteOnly() {
        Router orders = world.router();
        orders.get("/orders/latest").handler(this::parameters);
        orders.get("/orders/:order").handler(this::parameters);
        router.get("/users/search").handler(this::parameters);
        router.get("/users/:id").handler(this::parameters);
        router.route("/tenants/:tenant/*").subRouter(orders);
        world.openSergo.govern(router);
        int port = world.serve(router);

        assertThat(get(World.get(client, port, "/users/search")).body()).isEqualTo("{} []");
        assertThat(get(World.get(client, port, "/users/search?id=7")).body())
                .isEqualTo("{} [id=7]");
        assertThat(get(World.get(client, port, "/users/7")).body()).isEqualTo("{id=7} [id=7]");
        assertThat(get(World.get(client, port, "/tenants/a/orders/latest")).body())
                .isEqualTo("{tenant=a} [tenant=a]");
        assertThat(get(World.get(client, port, "/tenants/a/orders/1")).body())
                .isEqualTo("{order=1, tenant=a} [order=1, tenant=a]");
    }

    @Test
    void handlersSeeTheParametersThatTheyWouldSeeUngoverned() {
        Router governed = routesWithParameters();
        world.openSergo.govern(governed);
        int port = world.serve(governed);
        int ungoverned = world.serve(routesWithParameters());

        for (String path :
                new String[] {
                    "/users/7",
                    "/users/7?id=8",
                    "/users/7?name=x",
                    "/old/1",
                    "/old/1?to=2",
                    "/tenants/a/static",
                    "/tenants/a/static/1",
                    "/tenants/a/orders/b",
                    "/tenants/a/orders/b/lines/c",
                    "/users/%zz",
                    "/nowhere"
                }) {
            assertThat(get(World.get(client, port, path)))
                    .as(path)
                    .isEqualTo(get(World.get(client, ungoverned, path)));
        }
        for (String path : new String[] {"/users/7", "/tenants/a/orders/b", "/cases/a/b"}) {
            assertThat(get(send(client, form(port, path), "id=9&order=8&NAME=7")))
                    .as("a form for %s", path)
                    .isEqualTo(get(send(client, form(ungoverned, path), "id=9&order=8&NAME=7")));
        }
    }

    private static RequestOptions form(int port, String path) {
        return to(HttpMethod.POST, port, path)
                .putHeader("Content-Type", "application/x-www-form-urlencoded");
    }

    /** Of other methods, rerouted, mounted, behind forms, and of names that differ by case. */
    private Router routesWithParameters() {
        Router orders = world.router();
        orders.get("/static").handler(this::parameters);
        orders.get("/:any/1").handler(this::parameters);
        orders.route("/orders/:order").handler(this::parameters);
        orders.get("/orders/:order/lines/:line").handler(this::parameters);
        Router cases = world.router();
        cases.post("/:name").handler(this::parameters);
        Router routes = world.router();
        routes.route()
                .handler(BodyHandler.create(false))
                .failureHandler(context -> context.response().setStatusCode(500).end("failed"));
        routes.post("/users/:name").handler(this::parameters);
        routes.get("/users/:id").handler(this::parameters);
        routes.get("/old/:from").handler(context -> context.reroute("/new/2"));
        routes.get("/new/:to").handler(this::parameters);
        routes.route("/tenants/:tenant/*").subRouter(orders);
        routes.route("/cases/:Name/*").subRouter(cases);
        return routes;
    }

    @Test
    void aRequestThatTwoHandlersGuardCountsOnce() {
        world.guardOneAtATime("GET:/orders");
        router.get("/orders").handler(world.openSergo.serverHandler()).handler(this::ok);
        world.openSergo.govern(router);
        int port = world.serve(router);

        assertThat(get(World.get(client, port, "/orders")).status()).isEqualTo(200);
        assertThat(world.stats("GET:/orders").passed()).isEqualTo(1);
        world.awaitIdle("GET:/orders");
    }

    @Test
    void aReroutedRequestCountsForWhereItComesTo() {
        world.limitToNone("GET:/new");
        router.get("/old").handler(context -> context.reroute("/new"));
        router.get("/new").handler(this::ok);
        world.openSergo.govern(router);
        int port = world.serve(router);

        assertThat(get(World.get(client, port, "/old")).status()).isEqualTo(429);
    }

    private void parameters(RoutingContext context) {
        context.end(
                new TreeMap<>(context.pathParams())
                        + " "
                        + context.request().params().entries().stream()
                                .map(Map.Entry::toString)
                                .sorted()
                                .toList());
    }
}
