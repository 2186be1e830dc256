package io.opensergo.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API server: requests and watches, whose results are told on the loop.
 *
 * <p>Requests begin on a thread of their own, since the library reads token files and runs
 * credential plugins there. It asks for the token anew each minute and when one is refused; when
 * that does not help, and when a certificate does not fit, the whole configuration is read again.
 */
final class ApiServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CREATED = 201;
    private static final long RENEWAL_NANOS = Duration.ofSeconds(10).toNanos();

    private final ClusterConfig clusterConfig;
    private final ScheduledExecutorService loop;
    private final Duration requestTimeout;
    private final ExecutorService calls;
    private volatile String url = "";
    private @Nullable HttpClient http; // confined to the thread of the calls
    private long renewedNanos; // confined to the thread of the calls

    /**
     * @param loop where results are told; it outlives this
     */
    ApiServer(ClusterConfig clusterConfig, ScheduledExecutorService loop, Duration requestTimeout) {
        this.clusterConfig = clusterConfig;
        this.loop = loop;
        this.requestTimeout = requestTimeout;
        this.calls =
                Executors.newSingleThreadExecutor(
                        task -> {
                            var thread = new Thread(task, "opensergo-kubernetes-calls");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /**
     * Reads the configuration and runs a credential plugin, if there is one.
     *
     * @return fails with an UncheckedIOException if there is none that can be used
     */
    CompletableFuture<Void> open() {
        return CompletableFuture.runAsync(this::connect, calls);
    }

    /** Returns the address of the server, for messages; empty until it is known. */
    String url() {
        return url;
    }

    private void connect() {
        Config config = clusterConfig.read();
        HttpClient before = http;
        http = clientOf(config);
        url = config.getMasterUrl().replaceFirst("/+$", "");
        renewedNanos = System.nanoTime();
        if (before != null) {
            before.close();
        }
    }

    private static HttpClient clientOf(Config config) {
        try {
            return new JdkHttpClientFactory().newBuilder(config).build();
        } catch (KubernetesClientException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new UncheckedIOException(
                    new IOException(
                            "the certificates, the key or the proxy of the kubeconfig cannot be used: "
                                    + cause.getMessage(),
                            e));
        }
    }

    /**
     * Gets what a path holds.
     *
     * @param done told on the loop: the answer, or why there is none
     */
    void get(String path, BiConsumer<@Nullable JsonNode, @Nullable ApiException> done) {
        ask(path, builder -> builder, done);
    }

    /**
     * Sends something.
     *
     * @param type the media type of the body
     * @param done told on the loop: the answer, or why there is none
     */
    void send(
            String method,
            String path,
            String type,
            JsonNode body,
            BiConsumer<@Nullable JsonNode, @Nullable ApiException> done) {
        String text = body.toString();
        ask(path, builder -> builder.method(method, type, text), done);
    }

    private void ask(
            String path,
            UnaryOperator<HttpRequest.Builder> how,
            BiConsumer<@Nullable JsonNode, @Nullable ApiException> done) {
        var answer = new CompletableFuture<JsonNode>();
        ScheduledFuture<?> deadline =
                loop.schedule(
                        () -> answer.completeExceptionally(new TimeoutException()),
                        requestTimeout.toNanos(),
                        TimeUnit.NANOSECONDS);
        whenDone(
                answer,
                (json, failure) -> {
                    deadline.cancel(false);
                    ApiException reason = failure == null ? null : failed(failure);
                    loop.execute(() -> done.accept(reason == null ? json : null, reason));
                });
        begin(
                answer,
                path,
                how,
                request -> client().sendAsync(request, byte[].class).thenApply(ApiServer::jsonOf));
    }

    /**
     * Begins to watch. The sink hears of events, and of the end if it is not canceled before.
     *
     * @param path with the query of a watch
     * @param atMost when it is ended if the server has not done so
     */
    WatchCall watch(String path, Duration atMost, WatchCall.Sink sink) {
        var call = new WatchCall(loop, sink, this::failed);
        call.endAfter(atMost);
        var response = new CompletableFuture<HttpResponse<?>>();
        whenDone(response, (answer, failure) -> loop.execute(() -> call.answered(answer, failure)));
        begin(
                response,
                path,
                builder -> builder,
                request ->
                        client().consumeBytes(request, call::chunk)
                                .thenApply(answer -> (HttpResponse<?>) answer));
        return call;
    }

    private <T> void begin(
            CompletableFuture<T> result,
            String path,
            UnaryOperator<HttpRequest.Builder> how,
            Function<HttpRequest, CompletableFuture<T>> send) {
        try {
            calls.execute(
                    () -> {
                        try {
                            whenDone(send.apply(request(path, how)), settle(result));
                        } catch (RuntimeException | Error e) {
                            result.completeExceptionally(e);
                        }
                    });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new IOException("closed", e));
        }
    }

    private static <T> BiConsumer<@Nullable T, @Nullable Throwable> settle(
            CompletableFuture<T> result) {
        return (value, failure) -> {
            if (value != null) {
                result.complete(value);
            } else {
                result.completeExceptionally(
                        failure == null ? new IOException("no answer") : failure);
            }
        };
    }

    private static <T> void whenDone(
            CompletableFuture<T> future, BiConsumer<@Nullable T, @Nullable Throwable> action) {
        var unused = future.whenComplete(action);
    }

    private HttpRequest request(String path, UnaryOperator<HttpRequest.Builder> how) {
        HttpRequest.Builder builder =
                client().newHttpRequestBuilder()
                        .uri(url + path)
                        .header("Accept", "application/json")
                        .timeout(requestTimeout.toMillis(), TimeUnit.MILLISECONDS);
        return how.apply(builder).build();
    }

    private HttpClient client() {
        if (http == null) {
            throw new IllegalStateException("not open");
        }
        return http;
    }

    private ApiException failed(Throwable failure) {
        ApiException reason = ApiException.of(failure);
        if (reason.isOfCredentials()) {
            try {
                calls.execute(this::renew);
            } catch (RejectedExecutionException e) {
                LOG.debug("Closed", e);
            }
        }
        return reason;
    }

    private void renew() {
        if (System.nanoTime() - renewedNanos < RENEWAL_NANOS) {
            return;
        }
        renewedNanos = System.nanoTime();
        try {
            connect();
        } catch (RuntimeException e) {
            LOG.warn(
                    "The credentials in use are refused, and there are no others: {}",
                    e.getMessage());
        }
    }

    private static JsonNode jsonOf(HttpResponse<byte[]> response) {
        byte[] body = response.body();
        JsonNode json = parse(body);
        if (response.code() != 200 && response.code() != CREATED) {
            throw ApiException.of(response.code(), json, new String(body, StandardCharsets.UTF_8));
        }
        if (json == null) {
            throw new ApiException(ApiException.NO_ANSWER, "the answer is no JSON", null);
        }
        return json;
    }

    /** Returns what a text holds, {@code null} if that is no JSON object. */
    static @Nullable JsonNode parse(byte[] text) {
        try {
            JsonNode json = JSON.readTree(text);
            return json.isObject() ? json : null;
        } catch (JsonProcessingException e) {
            return null;
        } catch (IOException e) {
            throw new IllegalStateException("an array cannot be read", e);
        }
    }

    @Override
    public void close() {
        calls.execute(
                () -> {
                    if (http != null) {
                        http.close();
                    }
                });
        calls.shutdown();
    }
}
