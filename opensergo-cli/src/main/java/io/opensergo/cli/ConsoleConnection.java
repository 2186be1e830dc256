package io.opensergo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Speaks to the HTTP API of a console. Each request blocks, for a limited time. */
final class ConsoleConnection {

    static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(1);

    /** Bounds what a server that is no console can have this process hold. */
    private static final int MAX_BYTES = 64 * 1024 * 1024;

    private final URI address;
    private final @Nullable String token;
    private final Duration timeout;
    private final HttpClient http;

    /**
     * @param address of the console, without a slash at its end
     * @param token to show, or {@code null} for none
     * @param tls whom to trust, or {@code null} for whom Java trusts
     */
    ConsoleConnection(URI address, @Nullable String token, @Nullable SSLContext tls) {
        this(address, token, tls, ANSWER_TIMEOUT);
    }

    ConsoleConnection(
            URI address, @Nullable String token, @Nullable SSLContext tls, Duration timeout) {
        this.address = address;
        this.token = token;
        this.timeout = timeout;
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(CONNECT_TIMEOUT);
        this.http = (tls == null ? builder : builder.sslContext(tls)).build();
    }

    /** Returns what is asked, as messages name it. */
    String name() {
        return "console " + address;
    }

    /**
     * Asks for something.
     *
     * @param path of the API, such as {@code rules}
     * @param member of the answer that must be there
     * @throws ConsoleProblem if the console answers with a problem
     * @throws UncheckedIOException if it cannot be reached, or answers with what is no answer of a
     *     console
     */
    JsonNode get(String path, Map<String, String> query, String member) {
        JsonNode answer = send(request(path, query).GET());
        if (!answer.has(member)) {
            throw failed("its answer has no '" + member + "'; check that it is a console", null);
        }
        return answer;
    }

    /**
     * Changes something.
     *
     * @throws ConsoleProblem as {@link #get}
     * @throws UncheckedIOException as {@link #get}; the message says so if it may have been changed
     *     all the same
     */
    JsonNode post(String path, JsonNode body) {
        return send(
                request(path, Map.of())
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    private HttpRequest.Builder request(String path, Map<String, String> query) {
        var text = new StringBuilder(address + "/api/v1/" + path);
        char separator = '?';
        for (Map.Entry<String, String> each : query.entrySet()) {
            text.append(separator).append(each.getKey()).append('=');
            text.append(URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8));
            separator = '&';
        }
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(text.toString()))
                        .header("Accept", "application/json")
                        .header("X-OpenSergo-Console", "command line");
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    private JsonNode send(HttpRequest.Builder builder) {
        HttpRequest request = builder.build();
        var exchange = new FutureTask<>(() -> exchange(request));
        var thread = new Thread(exchange, "opensergo-console");
        thread.setDaemon(true); // what never answers keeps nothing from ending
        thread.start();
        try {
            return exchange.get(timeout.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            exchange.cancel(true);
            throw unanswered(request, "no answer within " + timeout.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            exchange.cancel(true);
            Thread.currentThread().interrupt();
            throw unanswered(request, "interrupted", e);
        } catch (ExecutionException e) {
            throw rethrown(request, e.getCause());
        }
    }

    private RuntimeException rethrown(HttpRequest request, @Nullable Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        if (cause instanceof RuntimeException exception) {
            return exception;
        }
        String reason = cause == null ? "" : cause.getMessage();
        if (cause instanceof ConnectException) {
            return failed(
                    "not reachable; check host and port, and that serve runs with --console",
                    cause);
        }
        if (cause instanceof SSLException) {
            return failed(
                    "TLS failed: "
                            + reason
                            + "; check that it serves https, and name the authority of its"
                            + " certificate by --console-ca",
                    cause);
        }
        return unanswered(request, "the connection failed: " + reason, cause);
    }

    /** A change whose answer is lost may have been made. */
    private UncheckedIOException unanswered(
            HttpRequest request, String why, @Nullable Throwable cause) {
        boolean isChange = !request.method().equals("GET");
        return failed(
                why + (isChange ? "; it may have been changed all the same: see 'history'" : ""),
                cause);
    }

    private JsonNode exchange(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<InputStream> response =
                http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        byte[] body;
        try (InputStream in = response.body()) {
            body = in.readNBytes(MAX_BYTES + 1);
        }
        if (body.length > MAX_BYTES) {
            throw failed("its answer has more than " + MAX_BYTES + " bytes", null);
        }
        int status = response.statusCode();
        JsonNode answer = parsed(body);
        if (status / 100 == 2 && answer.isObject()) {
            return answer;
        }
        if (answer.path("type").asText().startsWith(ConsoleProblem.TYPE)) {
            throw new ConsoleProblem(name(), status, answer);
        }
        throw failed(
                "it answered with status "
                        + status
                        + " and no JSON of a console; check that the URL is that of serve --console",
                null);
    }

    private static JsonNode parsed(byte[] body) {
        try {
            JsonNode tree = JSON.readTree(body);
            return tree == null ? MissingNode.getInstance() : tree;
        } catch (IOException e) { // not of a console: the status says more
            return MissingNode.getInstance();
        }
    }

    private UncheckedIOException failed(String why, @Nullable Throwable cause) {
        return new UncheckedIOException(name() + ": " + why, new IOException(why, cause));
    }
}
