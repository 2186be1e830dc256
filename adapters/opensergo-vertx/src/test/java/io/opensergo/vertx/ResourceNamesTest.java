package io.opensergo.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.Governor;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the resource of a request is called. */
class ResourceNamesTest {

    private final Vertx vertx = Vertx.vertx();
    private final HttpClientAgent client = vertx.createHttpClient();
    private final Set<String> names = new ConcurrentSkipListSet<>();
    private final RouteResources resources = new RouteResources(Governor.of());
    private final Router router = Router.router(vertx);

    @AfterEach
    void close() {
        World.get(vertx.close());
    }

    @Test
    void aRouteIsCalledByMethodAndPattern() {
        router.route("/orders/:id").handler(this::name);

        send(HttpMethod.GET, "/orders/1");
        send(HttpMethod.GET, "/orders/2");
        send(HttpMethod.DELETE, "/orders/3");

        assertThat(names).containsExactly("DELETE:/orders/:id", "GET:/orders/:id");
    }

    @Test
    void aSubTreeKeepsItsAsterisk() {
        router.route("/files/*").handler(this::name);

        send(HttpMethod.GET, "/files/a/b");

        assertThat(names).containsExactly("GET:/files/*");
    }

    @Test
    void aRouteWithoutAPathIsEverything() {
        router.route().handler(this::name);

        send(HttpMethod.GET, "/any/thing");

        assertThat(names).containsExactly("GET:/*");
    }

    @Test
    void aRegularExpressionIsCalledByItsTextOrItsName() {
        router.routeWithRegex("/a/\\d+").handler(this::name);
        router.routeWithRegex("/b/\\d+").setName("numbers").handler(this::name);

        send(HttpMethod.GET, "/a/1");
        send(HttpMethod.GET, "/b/1");

        assertThat(names).containsExactly("GET:/a/\\d+", "GET:numbers");
    }

    @Test
    void inASubRouterTheMountIsPartOfThePattern() {
        Router orders = Router.router(vertx);
        orders.get("/orders/:id").handler(this::name);
        Router versions = Router.router(vertx);
        versions.route("/v1/*").subRouter(orders);
        router.route("/api/*").subRouter(versions);
        router.route("/old/*").subRouter(orders);

        send(HttpMethod.GET, "/api/v1/orders/1");
        send(HttpMethod.GET, "/old/orders/2");

        assertThat(names).containsExactly("GET:/api/v1/orders/:id", "GET:/old/orders/:id");
    }

    @Test
    void valuesOfAMountsParametersAreNoPartOfTheName() {
        Router orders = Router.router(vertx);
        orders.get("/orders/:id").handler(this::name);
        router.route("/tenants/:tenant/*").subRouter(orders);

        for (int i = 0; i < 100; i++) {
            send(HttpMethod.GET, "/tenants/" + i + "/orders/" + i);
        }

        assertThat(names).containsExactly("GET:/tenants/:tenant/orders/:id");
    }

    @Test
    void methodsThatCallersInventAreOne() {
        router.route("/orders").handler(this::name);

        for (int i = 0; i < 100; i++) {
            send(HttpMethod.valueOf("INVENTED" + i), "/orders");
        }

        assertThat(names).containsExactly("*:/orders");
    }

    private void name(RoutingContext context) {
        names.add(resources.guard(context).resource());
        assertThat(resources.guard(context)).isSameAs(resources.guard(context));
        context.end();
    }

    private void send(HttpMethod method, String uri) {
        if (server == null) {
            server =
                    World.get(
                            vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
        }
        World.Reply reply =
                World.get(World.send(client, World.to(method, server.actualPort(), uri), ""));
        assertThat(reply.status()).isEqualTo(200);
    }

    private HttpServer server;

    @Test
    void aParameterOfTheSameNameInMountAndRouteIsNoPartOfTheNameEither() {
        Router orders = Router.router(vertx);
        router.route("/:lang/*").handler(RoutingContext::next);
        router.route("/tenants/:id/*").subRouter(orders);
        router.route("/all/*").subRouter(orders);
        orders.get("/orders/:id").handler(this::name);

        for (int i = 0; i < 20; i++) {
            send(HttpMethod.GET, "/tenants/" + i + "/orders/" + i);
        }
        send(HttpMethod.GET, "/all/orders/1");

        assertThat(names).containsExactly("GET:/all/orders/:id", "GET:/tenants/:id/orders/:id");
    }
}
