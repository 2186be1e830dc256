package io.opensergo.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What machines ask about the process, by HTTP and without a token: {@code /livez} whether it
 * answers, {@code /readyz} whether clients should come, {@code /metrics} for Prometheus.
 *
 * <p>It shows no rule. A peer that sends or reads slowly is cut after seconds, and has one of a few
 * threads until then.
 */
final class ManagementServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ManagementServer.class);
    private static final int THREADS = 16;
    private static final String TEXT = "text/plain; charset=utf-8";

    /** The version of Prometheus's text format. */
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

    static {
        // Seconds; the server of the JDK waits without end unless told otherwise.
        setIfAbsent("sun.net.httpserver.maxReqTime", "5");
        setIfAbsent("sun.net.httpserver.maxRspTime", "10");
        setIfAbsent("jdk.httpserver.maxConnections", "64");
    }

    private record Answer(int status, String type, String body) {}

    private final HttpServer server;
    private final ExecutorService threads =
            Executors.newFixedThreadPool(THREADS, ManagementServer::thread);

    /**
     * Starts the server.
     *
     * @param isReady whether clients should come
     * @param metrics the metrics in Prometheus's text format
     * @throws IOException if it cannot listen there
     */
    ManagementServer(InetSocketAddress address, BooleanSupplier isReady, Supplier<String> metrics)
            throws IOException {
        Map<String, Supplier<Answer>> answers =
                Map.of(
                        "/livez", () -> new Answer(200, TEXT, "ok\n"),
                        "/readyz",
                                () ->
                                        isReady.getAsBoolean()
                                                ? new Answer(200, TEXT, "ok\n")
                                                : new Answer(503, TEXT, "not ready\n"),
                        "/metrics", () -> new Answer(200, METRICS, metrics.get()));
        server = HttpServer.create(address, 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> handle(exchange, answers));
        server.start();
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private static Thread thread(Runnable task) {
        var thread = new Thread(task, "opensergo-management");
        thread.setDaemon(true);
        return thread;
    }

    private static void handle(HttpExchange exchange, Map<String, Supplier<Answer>> answers)
            throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            Supplier<Answer> known = answers.get(exchange.getRequestURI().getPath());
            if (known == null) {
                send(exchange, new Answer(404, TEXT, "expected /livez, /readyz or /metrics\n"));
            } else if (method.equals("GET") || method.equals("HEAD")) {
                send(exchange, known.get());
            } else {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                send(exchange, new Answer(405, TEXT, "expected GET\n"));
            }
        } catch (RuntimeException e) {
            LOG.warn("Cannot answer {}", exchange.getRequestURI(), e);
            throw e;
        }
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", answer.type());
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(answer.status(), -1);
            return;
        }
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
    }

    /** Returns the port it listens on. */
    int port() {
        return server.getAddress().getPort();
    }

    /** Ends it at once. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
