package io.opensergo.console.internal.http;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leads each request to its endpoint, and whatever goes wrong to an answer without secrets. */
final class Dispatcher extends Handler.Abstract {

    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final String JSON = "application/json";

    private final Map<String, Map<String, Endpoint>> byPath = new HashMap<>();
    private final StaticFiles files;
    private final Admission admission;
    private final BodyBudget budget = BodyBudget.ofMemory();
    private final Duration bodyTimeout;
    private final Duration exchangeTimeout;

    Dispatcher(
            List<Endpoint> endpoints,
            StaticFiles files,
            Admission admission,
            Duration bodyTimeout,
            Duration exchangeTimeout) {
        for (Endpoint endpoint : endpoints) {
            byPath.computeIfAbsent(endpoint.path(), path -> new HashMap<>())
                    .put(endpoint.method(), endpoint);
        }
        this.files = files;
        this.admission = admission;
        this.bodyTimeout = bodyTimeout;
        this.exchangeTimeout = exchangeTimeout;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Callback ending = limited(request, callback);
        SecurityHeaders.put(response.getHeaders());
        try {
            var exchange = new Exchange(request);
            Endpoint endpoint = find(exchange);
            admission.admit(exchange, endpoint);
            if (endpoint.maxBodyBytes() == 0) {
                closeIfUnread(request, response);
                answer(endpoint, exchange, response, ending);
            } else {
                requireJson(exchange, endpoint.maxBodyBytes());
                new BodyReader(
                                request,
                                endpoint.maxBodyBytes(),
                                budget,
                                bodyTimeout,
                                new WithBody(request, endpoint, exchange, response, ending))
                        .run();
            }
        } catch (HttpProblem e) {
            closeIfUnread(request, response);
            send(request, response, e.answer(), ending);
        } catch (RuntimeException | Error e) {
            closeIfUnread(request, response);
            send(request, response, unexpected(request, e), ending);
        }
        return true;
    }

    /** A connection with a body that nobody reads is closed, which its client has to know. */
    private static void closeIfUnread(Request request, Response response) {
        var headers = request.getHeaders();
        String length = headers.get(HttpHeader.CONTENT_LENGTH);
        if (headers.contains(HttpHeader.TRANSFER_ENCODING)
                || (length != null && !length.equals("0"))) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
    }

    /** A client that takes its answer too slowly loses its connection. */
    private Callback limited(Request request, Callback callback) {
        var connection = request.getConnectionMetaData().getConnection();
        var task =
                request.getComponents()
                        .getScheduler()
                        .schedule(
                                () -> connection.getEndPoint().close(),
                                exchangeTimeout.toMillis(),
                                TimeUnit.MILLISECONDS);
        return Callback.from(task::cancel, callback);
    }

    private Endpoint find(Exchange exchange) {
        String path = exchange.path();
        Map<String, Endpoint> byMethod = byPath.get(path);
        if (byMethod == null && files.has(path)) {
            byMethod =
                    Map.of(
                            "GET",
                            Endpoint.get(
                                    path,
                                    Endpoint.Access.OPEN,
                                    each -> files.get(path, each.header("If-None-Match"))));
        }
        if (byMethod == null) {
            throw HttpProblem.notFound("there is nothing here; see /api/v1/openapi.json");
        }
        String method = exchange.method().equals("HEAD") ? "GET" : exchange.method();
        Endpoint endpoint = byMethod.get(method);
        if (endpoint == null) {
            var allowed = new TreeSet<>(byMethod.keySet());
            if (allowed.contains("GET")) {
                allowed.add("HEAD");
            }
            String names = String.join(", ", allowed);
            throw new HttpProblem(405, "method-not-allowed", "expected " + names)
                    .header("Allow", names);
        }
        return endpoint;
    }

    private static void requireJson(Exchange exchange, int maxBytes) {
        String type = exchange.header("Content-Type");
        String bare = type == null ? "" : type.split(";", 2)[0].strip();
        if (!bare.equalsIgnoreCase(JSON)) {
            throw new HttpProblem(415, "not-json", "expected Content-Type: " + JSON)
                    .header("Accept", JSON);
        }
        if (exchange.header("Content-Encoding") != null) {
            throw new HttpProblem(415, "encoded", "expected a body without Content-Encoding");
        }
        String length = exchange.header("Content-Length");
        if (length != null && (length.length() > 9 || Long.parseLong(length) > maxBytes)) {
            throw BodyReader.tooLarge(maxBytes);
        }
    }

    private void answer(
            Endpoint endpoint, Exchange exchange, Response response, Callback callback) {
        Request request = response.getRequest();
        Answer answer;
        try {
            answer = endpoint.handler().handle(exchange);
        } catch (HttpProblem e) {
            answer = e.answer();
        } catch (RuntimeException | Error e) {
            answer = unexpected(request, e);
        }
        send(request, response, answer, callback);
    }

    private static Answer unexpected(Request request, Throwable e) {
        LOG.error("Cannot answer {} {}", request.getMethod(), Exchange.pathOf(request), e);
        return new HttpProblem(
                        500,
                        "internal",
                        "the console failed; its log says why, by logger " + LOG.getName())
                .answer();
    }

    private static void send(Request request, Response response, Answer answer, Callback callback) {
        response.setStatus(answer.status());
        var headers = response.getHeaders();
        headers.put(HttpHeader.CACHE_CONTROL, "no-store");
        answer.headers().forEach(headers::put);
        if (answer.contentType() != null) {
            headers.put(HttpHeader.CONTENT_TYPE, answer.contentType());
        }
        boolean bodiless = answer.status() == 204 || answer.status() == 304;
        if (!bodiless) {
            headers.put(HttpHeader.CONTENT_LENGTH, answer.body().length);
        }
        ByteBuffer body =
                request.getMethod().equals("HEAD") || bodiless
                        ? ByteBuffer.allocate(0)
                        : ByteBuffer.wrap(answer.body());
        response.write(true, body, callback);
    }

    /** Goes on when the body is there, on a thread that may block. */
    private final class WithBody implements BodyReader.Listener {

        private final Request request;
        private final Endpoint endpoint;
        private final Exchange exchange;
        private final Response response;
        private final Callback callback;

        WithBody(
                Request request,
                Endpoint endpoint,
                Exchange exchange,
                Response response,
                Callback callback) {
            this.request = request;
            this.endpoint = endpoint;
            this.exchange = exchange;
            this.response = response;
            this.callback = callback;
        }

        @Override
        public void read(byte[] body) {
            exchange.body(body);
            Executor executor = request.getComponents().getExecutor();
            try {
                executor.execute(() -> answer(endpoint, exchange, response, callback));
            } catch (RejectedExecutionException e) {
                callback.failed(e);
            }
        }

        @Override
        public void refused(HttpProblem problem) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
            send(request, response, problem.answer(), callback);
        }

        @Override
        public void failed(Throwable cause) {
            callback.failed(cause);
        }
    }
}
