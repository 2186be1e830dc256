package io.opensergo.adapters.overhead;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.vertx.InstanceResolver;
import io.opensergo.vertx.OpenSergoVertx;
import io.opensergo.vertx.ServiceInstance;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** The same, with a guard and a route at the client, and perhaps a guard at the server. */
final class GovernedVertxLoad implements Load {

    private static final String SERVICE = "orders";

    private final ControlPlane controlPlane;
    private final OpenSergoVertx openSergo;
    private final VertxLoad load;

    GovernedVertxLoad(boolean serverIsGoverned) {
        controlPlane =
                Rules.guardingAndRouting(
                        List.of("GET:" + VertxLoad.ROUTE, "GET:" + SERVICE), SERVICE, "version");
        Vertx vertx = Vertx.vertx();
        String endpoint = "localhost:" + controlPlane.port();
        openSergo =
                OpenSergoVertx.builder(vertx, Rules.APP)
                        .client(client -> client.endpoints(endpoint))
                        .build();
        openSergo.governor().ready().block(Rules.PATIENCE);
        Router router = VertxLoad.router(vertx);
        if (serverIsGoverned) {
            openSergo.govern(router);
        }
        HttpServer server = VertxLoad.serve(vertx, router);
        ServiceInstance instance =
                ServiceInstance.of("localhost", server.actualPort(), Map.of("version", "v1"));
        InstanceResolver instances = InstanceResolver.of(Map.of(SERVICE, List.of(instance)));
        load =
                new VertxLoad(
                        vertx,
                        openSergo.client(VertxLoad.client(vertx), instances),
                        SERVICE,
                        server.actualPort());
    }

    @Override
    public long run(Duration time) throws ExecutionException, InterruptedException {
        return load.run(time);
    }

    @Override
    public void close() {
        openSergo.close().toCompletionStage().toCompletableFuture().join();
        load.close();
        controlPlane.close();
    }
}
