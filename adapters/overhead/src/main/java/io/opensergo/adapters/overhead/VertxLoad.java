package io.opensergo.adapters.overhead;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;

/** Requests of a client to a server of the same Vert.x, on each connection one after the other. */
final class VertxLoad implements Load {

    static final String ROUTE = "/orders/:id";

    private static final String HOST = "localhost";

    private final Vertx vertx;
    private final HttpClientAgent client;
    private final RequestOptions request;

    /**
     * @param client makes the requests
     * @param host the host that they name
     * @param port where the server listens
     */
    VertxLoad(Vertx vertx, HttpClientAgent client, String host, int port) {
        this.vertx = vertx;
        this.client = client;
        this.request =
                new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setHost(host)
                        .setPort(port)
                        .setURI("/orders/4711");
    }

    /** Starts it without an adapter. */
    static VertxLoad alone() {
        Vertx vertx = Vertx.vertx();
        HttpServer server = serve(vertx, router(vertx));
        return new VertxLoad(vertx, client(vertx), HOST, server.actualPort());
    }

    static Router router(Vertx vertx) {
        Router router = Router.router(vertx);
        router.get(ROUTE).handler(ctx -> ctx.response().end("ordered"));
        return router;
    }

    static HttpServer serve(Vertx vertx, Router router) {
        return vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, HOST)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    static HttpClientAgent client(Vertx vertx) {
        return vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(LoadKind.CONCURRENCY));
    }

    @Override
    public long run(Duration time) throws ExecutionException, InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        var succeeded = new LongAdder();
        List<Future<Void>> lines = new ArrayList<>();
        for (int i = 0; i < LoadKind.CONCURRENCY; i++) {
            lines.add(requestUntil(end, succeeded));
        }
        Future.all(lines).toCompletionStage().toCompletableFuture().get();
        return succeeded.sum();
    }

    private Future<Void> requestUntil(long end, LongAdder succeeded) {
        if (System.nanoTime() - end >= 0) {
            return Future.succeededFuture();
        }
        return client.request(new RequestOptions(request))
                .compose(HttpClientRequest::send)
                .compose(response -> count(response, succeeded))
                .compose(counted -> requestUntil(end, succeeded));
    }

    private static Future<Void> count(HttpClientResponse response, LongAdder succeeded) {
        return response.body()
                .map(
                        body -> {
                            if (response.statusCode() == 200) {
                                succeeded.increment();
                            }
                            return null;
                        });
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
