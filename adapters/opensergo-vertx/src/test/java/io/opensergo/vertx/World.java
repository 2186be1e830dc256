package io.opensergo.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.client.OpenSergoClientBuilder;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.controlplane.RuleSource;
import io.opensergo.governance.Plan;
import io.opensergo.governance.ResourceStats;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.testsupport.Documents;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A Vert.x whose application {@code shop} follows the rules of a control plane, all of it real and
 * over sockets.
 */
final class World implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    final InMemoryRuleSource rules = new InMemoryRuleSource();
    final ControlPlane controlPlane;
    final Vertx vertx = Vertx.vertx();
    final OpenSergoVertx openSergo;

    /** Vert.x closes a client, and its connections, once the garbage collector finds it. */
    private final List<Object> clients = new ArrayList<>();

    World() {
        this(builder -> {});
    }

    World(Consumer<OpenSergoVertxBuilder> settings) {
        this(null, settings);
    }

    /** A world whose control plane has a source beside {@link #rules}. */
    World(RuleSource source, Consumer<OpenSergoVertxBuilder> settings) {
        var plane = ControlPlane.builder().port(0).source(rules);
        controlPlane = (source == null ? plane : plane.source(source)).start();
        OpenSergoVertxBuilder builder =
                OpenSergoVertx.builder(vertx, "shop").client(to(controlPlane.port()));
        settings.accept(builder);
        openSergo = builder.build();
        openSergo.governor().ready().block(PATIENCE);
    }

    static Consumer<OpenSergoClientBuilder> to(int port) {
        return client ->
                client.endpoints("localhost:" + port)
                        .backoff(Duration.ofMillis(20), Duration.ofMillis(100))
                        .settleTime(Duration.ZERO)
                        .answerTimeout(Duration.ofMillis(500));
    }

    /** Replaces all rules and waits until a plan is by them. */
    void follow(Predicate<Plan> isInForce, String... documents) {
        rules.replaceAll(read(documents));
        awaitPlan(isInForce);
    }

    /** Replaces all rules by ones that guard a resource. */
    void guard(String resource, String... documents) {
        follow(plan -> plan.resources().contains(resource) && plan.problems().isEmpty(), documents);
    }

    /** Returns the service {@code prices} with an instance for each of some versions. */
    InstanceResolver twoVersions(String... versions) {
        List<ServiceInstance> instances = new ArrayList<>();
        for (String version : versions) {
            instances.add(instance(version));
        }
        return InstanceResolver.of(Map.of("prices", instances));
    }

    ServiceInstance instance(String version) {
        int port =
                serve(
                        request ->
                                request.response()
                                        .end(version + " " + request.localAddress().port()));
        return ServiceInstance.of("localhost", port, Map.of("version", version));
    }

    static RequestOptions prices(String uri) {
        return new RequestOptions().setMethod(HttpMethod.GET).setHost("prices").setURI(uri);
    }

    /** Answers later, as a registry that is far away does. */
    InstanceResolver later(Map<String, List<ServiceInstance>> instances) {
        return service -> vertx.timer(1).map(fired -> instances.getOrDefault(service, List.of()));
    }

    /** Replaces all rules by one that lets a resource have one request at a time. */
    void guardOneAtATime(String resource) {
        guard(
                resource,
                Documents.concurrency("one", 1),
                Documents.rule(resource, "ConcurrencyLimitStrategy", "one"));
    }

    /** Replaces all rules by one that refuses every request to a resource. */
    void limitToNone(String resource) {
        guard(
                resource,
                Documents.rateLimit("none", 0, 1),
                Documents.rule(resource, "RateLimitStrategy", "none"));
    }

    void awaitPlan(Predicate<Plan> isInForce) {
        await().atMost(PATIENCE).until(() -> isInForce.test(openSergo.governor().plan()));
    }

    static List<? extends Rule> read(String... documents) {
        if (documents.length == 0) {
            return List.of();
        }
        return RuleReader.strict()
                .read(String.join("\n---\n", documents), "rules of the test")
                .orThrow();
    }

    /** Of a resource with a host, or of {@code call}, it is the calls, of others what comes in. */
    ResourceStats stats(String resource) {
        boolean comesIn = !resource.matches("call|[A-Z]+:[^/].*");
        return stats(resource, comesIn ? TrafficDirection.INBOUND : TrafficDirection.OUTBOUND);
    }

    ResourceStats stats(String resource, TrafficDirection direction) {
        return openSergo.governor().stats(resource, direction);
    }

    /** Waits until no request of a resource holds a place. */
    void awaitIdle(String resource) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(stats(resource).inFlight()).isZero());
    }

    /** Serves both HTTP/1.1 and HTTP/2 in clear text on a free port. */
    int serve(Handler<HttpServerRequest> handler) {
        HttpServer server =
                get(
                        vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
                                .requestHandler(handler)
                                .listen(0, "127.0.0.1"));
        return server.actualPort();
    }

    Router router() {
        return Router.router(vertx);
    }

    HttpClientAgent client(HttpVersion version) {
        return client(version, 10);
    }

    /** The kernel takes little for a client that does not read; it would take 32 MB else. */
    HttpClientAgent client(HttpVersion version, int connections) {
        HttpClientOptions options =
                new HttpClientOptions()
                        .setProtocolVersion(version)
                        .setHttp2ClearTextUpgrade(false)
                        .setReceiveBufferSize(64 * 1024);
        HttpClientAgent client =
                vertx.createHttpClient(
                        options,
                        new PoolOptions()
                                .setHttp1MaxSize(connections)
                                .setHttp2MaxSize(connections));
        clients.add(client);
        return client;
    }

    /** Closes connections on which nothing came for a moment. */
    HttpClientAgent impatientClient(HttpVersion version) {
        HttpClientAgent client =
                vertx.createHttpClient(
                        new HttpClientOptions()
                                .setProtocolVersion(version)
                                .setHttp2ClearTextUpgrade(false)
                                .setIdleTimeout(200)
                                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS));
        clients.add(client);
        return client;
    }

    /** Opens a plain connection, for what no client of Vert.x sends. */
    NetSocket connect(int port) {
        NetClient client = vertx.createNetClient();
        clients.add(client);
        return get(client.connect(port, "localhost"));
    }

    WebSocketClient webSocketClient() {
        WebSocketClient client = vertx.createWebSocketClient();
        clients.add(client);
        return client;
    }

    static RequestOptions to(HttpMethod method, int port, String uri) {
        return new RequestOptions()
                .setMethod(method)
                .setHost("localhost")
                .setPort(port)
                .setURI(uri);
    }

    /** The body is asked for on the event loop, together with the head: later it would be gone. */
    static Future<Reply> send(HttpClientAgent client, RequestOptions options, String body) {
        return client.request(options)
                .compose(request -> request.send(Buffer.buffer(body)).compose(World::reply));
    }

    private static Future<Reply> reply(HttpClientResponse response) {
        return response.body()
                .map(
                        text ->
                                new Reply(
                                        response.statusCode(),
                                        headers(response.headers()),
                                        text.toString()));
    }

    static Future<Reply> get(HttpClientAgent client, int port, String uri) {
        return send(client, to(HttpMethod.GET, port, uri), "");
    }

    private static Map<String, String> headers(MultiMap headers) {
        return headers.entries().stream()
                .collect(
                        Collectors.toMap(
                                entry -> entry.getKey().toLowerCase(Locale.ROOT),
                                Map.Entry::getValue,
                                (first, next) -> first + "," + next));
    }

    static <T> T get(Future<T> future) {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("the future did not complete", e);
        }
    }

    @Override
    public void close() {
        get(openSergo.close());
        get(vertx.close());
        controlPlane.close();
    }

    record Reply(int status, Map<String, String> headers, String body) {}
}
