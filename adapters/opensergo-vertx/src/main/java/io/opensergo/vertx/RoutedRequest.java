package io.opensergo.vertx;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the caller of a routed request sees: one request, however many {@link Attempts} there are.
 *
 * <p>It is a proxy, since the interface differs between the versions of Vert.x.
 */
final class RoutedRequest implements InvocationHandler {

    private final Attempts attempts;

    private RoutedRequest(Attempts attempts) {
        this.attempts = attempts;
    }

    static HttpClientRequest of(Attempts attempts) {
        return (HttpClientRequest)
                Proxy.newProxyInstance(
                        HttpClientRequest.class.getClassLoader(),
                        new Class<?>[] {HttpClientRequest.class},
                        new RoutedRequest(attempts));
    }

    @Override
    public @Nullable Object invoke(Object self, Method method, Object @Nullable [] arguments)
            throws Throwable {
        return switch (method.getName()) {
            case "response" -> attempts.response();
            case "send" -> {
                sendOrPass(self, method, arguments);
                yield attempts.response();
            }
            case "connect" -> {
                pass(self, method, arguments);
                yield attempts.response();
            }
            case "end" -> sent(sendOrPass(self, method, arguments));
            case "write", "writeHead", "sendHead", "writeCustomFrame" ->
                    pass(self, method, arguments);
            case "reset" -> giveUp(method, arguments, Future.succeededFuture());
            case "cancel" -> giveUp(method, arguments, Future.succeededFuture(true));
            case "equals" -> arguments != null && self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            case "toString" -> "routed " + attempts.current();
            default -> property(self, method, arguments);
        };
    }

    /** Calls a request of the client. */
    static @Nullable Object call(
            HttpClientRequest attempt, Method method, Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(attempt, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private HttpClientRequest current() {
        HttpClientRequest attempt = attempts.current();
        if (attempt == null) {
            throw new IllegalStateException("the request is between two attempts");
        }
        return attempt;
    }

    /** Asks or sets what a request has; what is set before it is sent holds for each attempt. */
    private @Nullable Object property(Object self, Method method, Object @Nullable [] arguments)
            throws Throwable {
        HttpClientRequest attempt = current();
        Object result = call(attempt, method, arguments);
        if (result != attempt) {
            return result;
        }
        if (!method.getName().equals("putHeader")) { // headers are kept as a whole
            attempts.keep(method, arguments);
        }
        return self;
    }

    /** Sends a body that is there as a whole, or passes on one that is not. */
    private @Nullable Object sendOrPass(Object self, Method method, Object @Nullable [] arguments)
            throws Throwable {
        Buffer whole = whole(arguments);
        HttpClientRequest attempt = current();
        if (whole == null || !attempts.beginWith(attempt, whole)) {
            return pass(self, method, arguments);
        }
        Object result = call(attempt, method, arguments);
        attempts.copy(whole);
        return result;
    }

    private static @Nullable Buffer whole(Object @Nullable [] arguments) {
        if (arguments == null || arguments.length == 0) {
            return Buffer.buffer();
        }
        if (arguments[0] instanceof Buffer buffer) {
            return buffer;
        }
        if (arguments[0] instanceof String text) {
            return arguments.length == 1
                    ? Buffer.buffer(text)
                    : Buffer.buffer(text, (String) arguments[1]);
        }
        return null;
    }

    private @Nullable Object pass(Object self, Method method, Object @Nullable [] arguments)
            throws Throwable {
        HttpClientRequest attempt = current();
        attempts.beginWith(attempt, null);
        Object result = call(attempt, method, arguments);
        return result == attempt ? self : result;
    }

    /** What could not be sent may be with the next attempt. */
    private Future<Void> sent(@Nullable Object future) {
        return ((Future<?>) Objects.requireNonNull(future))
                .<Void>mapEmpty()
                .recover(failed -> attempts.response().mapEmpty());
    }

    private @Nullable Object giveUp(
            Method method, Object @Nullable [] arguments, Future<?> betweenAttempts)
            throws Throwable {
        HttpClientRequest attempt = attempts.giveUp();
        return attempt == null ? betweenAttempts : call(attempt, method, arguments);
    }
}
