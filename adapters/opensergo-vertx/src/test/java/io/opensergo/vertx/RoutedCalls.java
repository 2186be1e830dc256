package io.opensergo.vertx;

import static io.opensergo.vertx.World.prices;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.testsupport.Documents;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;

/** Calls under a router with one route, to servers of a test. */
abstract class RoutedCalls {

    final World world = new World();
    final AtomicInteger calls = new AtomicInteger();

    @AfterEach
    void nothingIsLeft() {
        world.awaitIdle("GET:prices");
        world.awaitIdle("POST:prices");
        world.close();
        assertThat(BlockedEventLoops.take()).isEmpty();
    }

    /** Follows a router with one route to {@code prices}, and guards what is counted. */
    void route(String actions) {
        String route = "hosts: [prices]\nhttp:\n  - " + actions.strip().replace("\n", "\n    ");
        world.follow(
                plan -> plan.routers().contains("prices") && plan.resources().size() == 2,
                Documents.router("prices", route),
                Documents.concurrency("many", 100_000),
                Documents.rule("GET:prices", "ConcurrencyLimitStrategy", "many"),
                Documents.rule("POST:prices", "ConcurrencyLimitStrategy", "many")
                        .replace("protects-many", "protects-posts"));
    }

    void routeTo(String actions) {
        route("route: [{destination: {host: prices}}]\n" + actions.stripIndent());
    }

    ServiceInstance server(Handler<HttpServerRequest> handler) {
        int port =
                world.serve(
                        request -> {
                            calls.incrementAndGet();
                            handler.handle(request);
                        });
        return ServiceInstance.of("localhost", port, Map.of());
    }

    HttpClientAgent client(HttpVersion version, ServiceInstance... instances) {
        return world.openSergo.client(
                world.client(version), InstanceResolver.of(Map.of("prices", List.of(instances))));
    }

    HttpClientAgent client(Handler<HttpServerRequest> handler) {
        return client(HttpVersion.HTTP_1_1, server(handler));
    }

    /** Fails as many requests as given, and then answers with their bodies. */
    Handler<HttpServerRequest> failing(int failures) {
        var left = new AtomicInteger(failures);
        return request ->
                request.body()
                        .onSuccess(
                                body ->
                                        request.response()
                                                .setStatusCode(
                                                        left.getAndDecrement() > 0 ? 503 : 200)
                                                .end(body));
    }

    static RequestOptions post(String uri) {
        return prices(uri).setMethod(HttpMethod.POST);
    }
}
