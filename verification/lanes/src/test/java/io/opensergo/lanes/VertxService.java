package io.opensergo.lanes;

import io.opensergo.vertx.InstanceResolver;
import io.opensergo.vertx.OpenSergoVertx;
import io.opensergo.vertx.ServiceInstance;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpResponseExpectation;
import io.vertx.core.http.RequestOptions;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The service {@code c}, of Vert.x, which calls {@code d}; and the client of it that {@code b} has.
 */
final class VertxService implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final List<OpenSergoVertx> governed = new ArrayList<>();
    private final HttpClientAgent client;

    VertxService(int controlPlane, List<ServiceInstance> next) throws Exception {
        OpenSergoVertx serving = governed("c", controlPlane);
        HttpClientAgent calling =
                serving.client(vertx.createHttpClient(), InstanceResolver.of(Map.of("d", next)));
        List<ServiceInstance> instances = new ArrayList<>();
        for (Instance each : Instance.of("c")) {
            instances.add(
                    ServiceInstance.of("localhost", serve(each, serving, calling), each.labels()));
        }
        client =
                governed("b", controlPlane)
                        .client(
                                vertx.createHttpClient(),
                                InstanceResolver.of(Map.of("c", instances)));
    }

    private OpenSergoVertx governed(String app, int controlPlane) {
        OpenSergoVertx made =
                OpenSergoVertx.builder(vertx, app)
                        .client(settings -> settings.endpoints("localhost:" + controlPlane))
                        .build();
        governed.add(made);
        return made;
    }

    /** Returns the port. A call that is made while a request is handled has its colour. */
    private int serve(Instance instance, OpenSergoVertx openSergo, HttpClientAgent calling)
            throws Exception {
        Router router = Router.router(vertx);
        router.get("/")
                .handler(
                        context -> {
                            var colour = openSergo.colour();
                            String name = colour == null ? null : colour.name();
                            get(calling, new RequestOptions().setHost("d"))
                                    .map(next -> instance.answer(name, next))
                                    .onSuccess(answer -> context.response().end(answer))
                                    .onFailure(context::fail);
                        });
        openSergo.govern(router);
        return await(vertx.createHttpServer().requestHandler(router).listen(0)).actualPort();
    }

    /** Calls the service as a thread that Vert.x does not know does: with the colour it is told. */
    String call(@Nullable String colour) throws Exception {
        var request = new RequestOptions().setHost("c");
        if (colour != null) {
            request.putHeader(Instance.COLOUR, colour);
        }
        return await(get(client, request));
    }

    /** All in one step on the context of the request, or else the body may come too early. */
    private static Future<String> get(HttpClientAgent client, RequestOptions request) {
        return client.request(request.setURI("/"))
                .compose(
                        made ->
                                made.send()
                                        .expecting(HttpResponseExpectation.SC_OK)
                                        .compose(HttpClientResponse::body))
                .map(Buffer::toString);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws Exception {
        for (OpenSergoVertx each : governed) {
            await(each.close());
        }
        await(vertx.close());
    }
}
