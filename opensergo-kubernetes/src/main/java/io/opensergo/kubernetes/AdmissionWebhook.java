package io.opensergo.kubernetes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.RuleKinds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A validating admission webhook: an object that is no valid rule is refused when it is applied,
 * with every fault and its field, and a reference that leads nowhere is a warning.
 *
 * <pre>{@code
 * var webhook =
 *         AdmissionWebhook.start(
 *                 new InetSocketAddress(9443),
 *                 controlPlane.sslContext().orElseThrow(),
 *                 controlPlane.kinds(),
 *                 controlPlane::rules);
 * }</pre>
 *
 * <p>It takes {@code AdmissionReview} of {@code admission.k8s.io/v1} at {@code POST /validate}, and
 * changes nothing. The API server asks it for the kinds that a {@code
 * ValidatingWebhookConfiguration} names; {@code deploy/kubernetes} has one. It asks for no client
 * certificate and no token, since it shows nothing but what was sent and, in warnings, that a name
 * is not known.
 *
 * <p>A review may have 8 MiB. A peer that sends or reads slowly is cut after seconds, and has one
 * of a few threads until then. For any number of threads.
 */
public final class AdmissionWebhook implements AutoCloseable {

    /** Where reviews are taken: {@value}. */
    public static final String PATH = "/validate";

    private static final Logger LOG = LoggerFactory.getLogger(AdmissionWebhook.class);
    private static final int THREADS = 8;
    private static final int MAX_BYTES = 8 * 1024 * 1024;

    static {
        // Seconds; the server of the JDK waits without end unless told otherwise.
        setIfAbsent("sun.net.httpserver.maxReqTime", "5");
        setIfAbsent("sun.net.httpserver.maxRspTime", "10");
        setIfAbsent("jdk.httpserver.maxConnections", "64");
    }

    private final HttpsServer server;
    private final AdmissionReviews reviews;
    private final ExecutorService threads =
            Executors.newFixedThreadPool(THREADS, AdmissionWebhook::thread);

    private AdmissionWebhook(HttpsServer server, AdmissionReviews reviews) {
        this.server = server;
        this.reviews = reviews;
    }

    /**
     * Starts to listen.
     *
     * @param address where; port 0 for any free one
     * @param tls whose certificate is for the name by which the API server calls, such as {@code
     *     control-plane.opensergo.svc}; asked for each connection, so that it may be renewed
     * @param kinds the kinds that are valid; objects of others are admitted
     * @param rules the rules in force, among which references are looked for
     * @throws UncheckedIOException if it cannot listen there
     */
    public static AdmissionWebhook start(
            InetSocketAddress address,
            SSLContext tls,
            RuleKinds kinds,
            Supplier<? extends Collection<? extends Rule>> rules) {
        try {
            HttpsServer server = HttpsServer.create(address, 0);
            server.setHttpsConfigurator(new HttpsConfigurator(tls));
            var webhook = new AdmissionWebhook(server, new AdmissionReviews(kinds, rules));
            server.setExecutor(webhook.threads);
            server.createContext("/", webhook::handle);
            server.start();
            return webhook;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    new IOException(
                            "the admission webhook cannot listen on "
                                    + address
                                    + ": "
                                    + e.getMessage(),
                            e));
        }
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private static Thread thread(Runnable task) {
        var thread = new Thread(task, "opensergo-admission");
        thread.setDaemon(true);
        return thread;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(PATH)) {
                send(exchange, 404, "text/plain", "expected " + PATH + "\n");
            } else if (!exchange.getRequestMethod().equals("POST")) {
                exchange.getResponseHeaders().set("Allow", "POST");
                send(exchange, 405, "text/plain", "expected POST\n");
            } else {
                review(exchange);
            }
        } catch (RuntimeException e) {
            LOG.warn("Cannot answer {}", exchange.getRequestURI(), e);
            throw e;
        }
    }

    private void review(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BYTES + 1);
        if (body.length > MAX_BYTES) {
            send(exchange, 413, "text/plain", "a review may have " + MAX_BYTES + " bytes\n");
            return;
        }
        String answer;
        try {
            answer = reviews.answer(body);
        } catch (IllegalArgumentException e) {
            send(exchange, 400, "text/plain", e.getMessage() + "\n");
            return;
        }
        send(exchange, 200, "application/json", answer);
    }

    private static void send(HttpExchange exchange, int code, String type, String text)
            throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** Returns the port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Ends it at once. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
