package io.opensergo.adapters.overhead;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientRequest;
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
            Promise<Void> line = Promise.promise();
            requestUntil(end, succeeded, line);
            lines.add(line.future());
        }
        Future.all(lines).toCompletionStage().toCompletableFuture().get();
        return succeeded.sum();
    }

    private void requestUntil(long end, LongAdder succeeded, Promise<Void> line) {
        if (System.nanoTime() - end >= 0) {
            line.complete();
            return;
        }
        client.request(new RequestOptions(request))
                .compose(HttpClientRequest::send)
                .compose(response -> response.body().map(body -> response.statusCode()))
                .onSuccess(
                        status -> {
                            if (status == 200) {
                                succeeded.increment();
                            }
                            requestUntil(end, succeeded, line);
                        })
                .onFailure(line::fail);
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
