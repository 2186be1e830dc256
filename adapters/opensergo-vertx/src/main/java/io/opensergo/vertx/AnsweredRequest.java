package io.opensergo.vertx;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.streams.ReadStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request that a rule answers: it takes what is written to it, and has the response once it is
 * sent. It has no connection.
 *
 * <p>It is a proxy, since the interface differs between the versions of Vert.x.
 */
final class AnsweredRequest implements InvocationHandler {

    private final ContextInternal context;
    private final RequestOptions options;
    private final int status;
    private final MultiMap responseHeaders;
    private final Buffer body;
    private final Promise<HttpClientResponse> response;
    private final MultiMap headers = MultiMap.caseInsensitiveMultiMap();

    private AnsweredRequest(
            ContextInternal context,
            RequestOptions options,
            int status,
            MultiMap responseHeaders,
            Buffer body) {
        this.context = context;
        this.options = options;
        this.status = status;
        this.responseHeaders = responseHeaders;
        this.body = body;
        this.response = context.promise();
        if (options.getHeaders() != null) {
            headers.addAll(options.getHeaders());
        }
    }

    static HttpClientRequest of(
            Vertx vertx, RequestOptions options, int status, MultiMap headers, byte[] body) {
        return (HttpClientRequest)
                Proxy.newProxyInstance(
                        HttpClientRequest.class.getClassLoader(),
                        new Class<?>[] {HttpClientRequest.class},
                        new AnsweredRequest(
                                (ContextInternal) vertx.getOrCreateContext(),
                                options,
                                status,
                                headers,
                                Buffer.buffer(body)));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) {
        HttpClientRequest self = (HttpClientRequest) proxy;
        return switch (method.getName()) {
            case "response" -> response.future();
            case "connect" -> answered(self);
            case "send" -> send(self, arguments);
            case "end" -> answered(self).mapEmpty();
            case "reset" -> {
                long code = arguments == null ? 0 : (Long) arguments[0];
                response.tryFail(new StreamResetException(code));
                yield Future.succeededFuture();
            }
            case "cancel" -> Future.succeededFuture(response.tryFail(new StreamResetException(8)));
            default -> property(self, method, arguments);
        };
    }

    private Future<HttpClientResponse> send(HttpClientRequest self, Object @Nullable [] arguments) {
        if (arguments != null && arguments[0] instanceof ReadStream<?> stream) {
            stream.handler(ignored -> {});
            stream.resume();
        }
        return answered(self);
    }

    private Future<HttpClientResponse> answered(HttpClientRequest self) {
        var answer = new AnsweredResponse(self, context, status, responseHeaders, body);
        if (response.tryComplete(answer)) {
            answer.begin();
        }
        return response.future();
    }

    private @Nullable Object property(
            HttpClientRequest self, Method method, Object @Nullable [] arguments) {
        switch (method.getName()) {
            case "putHeader" -> putHeader(arguments);
            case "setMethod" -> options.setMethod((HttpMethod) first(arguments));
            case "setURI" -> options.setURI((String) first(arguments));
            default -> {}
        }
        return switch (method.getName()) {
            case "headers" -> headers;
            case "getMethod" -> options.getMethod();
            case "getURI" -> options.getURI();
            case "path" -> new OutboundView(options).path();
            case "query" -> query(options.getURI());
            case "authority" -> arguments == null ? authority() : self;
            case "connection" -> connection();
            case "absoluteURI" -> new OutboundView(options).origin() + options.getURI();
            case "version" -> HttpVersion.HTTP_1_1;
            case "equals" -> arguments != null && self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            case "toString" -> options.getMethod() + " answered by a rule";
            default -> nothing(self, method);
        };
    }

    private static Object first(Object @Nullable [] arguments) {
        return Objects.requireNonNull(arguments)[0];
    }

    private HostAndPort authority() {
        var view = new OutboundView(options);
        int usual = "https".equals(view.scheme()) ? 443 : 80;
        return HostAndPort.create(options.getHost(), view.port() == 0 ? usual : view.port());
    }

    /** Redirects of Vert.x ask the connection whether it is a secure one. */
    private HttpConnection connection() {
        boolean isSecure = "https".equals(new OutboundView(options).scheme());
        return (HttpConnection)
                Proxy.newProxyInstance(
                        HttpConnection.class.getClassLoader(),
                        new Class<?>[] {HttpConnection.class},
                        (connection, method, arguments) ->
                                method.getName().equals("isSsl")
                                        ? isSecure
                                        : nothing(connection, method));
    }

    private static @Nullable String query(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? null : uri.substring(query + 1);
    }

    @SuppressWarnings("unchecked") // by the signatures of putHeader
    private void putHeader(Object @Nullable [] arguments) {
        String name = first(arguments).toString();
        Object value = Objects.requireNonNull(arguments)[1];
        if (value instanceof Iterable<?> values) {
            headers.set(name, (Iterable<String>) values);
        } else {
            headers.set(name, value.toString());
        }
    }

    /** What a request or connection says that has done and knows nothing. */
    private static @Nullable Object nothing(Object self, Method method) {
        Class<?> type = method.getReturnType();
        if (type.isInstance(self)) {
            return self;
        }
        if (type == Future.class) {
            return Future.succeededFuture();
        }
        if (type == boolean.class) {
            return false;
        }
        if (type == int.class) {
            return 0;
        }
        return type == long.class ? (Object) 0L : null;
    }
}
