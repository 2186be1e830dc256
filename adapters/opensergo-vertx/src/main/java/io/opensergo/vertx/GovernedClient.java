package io.opensergo.vertx;

import io.vertx.core.Future;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client that lets its requests pass by our rules, and hands everything else to the one it wraps.
 *
 * <p>It is a proxy of all interfaces of that client, since {@code WebClient.wrap} insists on an
 * internal one, which differs between the versions of Vert.x. Only what is no request is called by
 * reflection.
 */
final class GovernedClient implements InvocationHandler {

    private final HttpClientAgent client;
    private final Outbound outbound;
    private final Function<RequestOptions, Future<HttpClientRequest>> request;

    private GovernedClient(HttpClientAgent client, Outbound outbound) {
        this.client = client;
        this.outbound = outbound;
        this.request = client::request;
    }

    static HttpClientAgent wrap(HttpClientAgent client, Outbound outbound) {
        Set<Class<?>> interfaces = new LinkedHashSet<>();
        interfaces.add(HttpClientAgent.class);
        for (Class<?> type = client.getClass(); type != null; type = type.getSuperclass()) {
            for (Class<?> implemented : type.getInterfaces()) {
                if (Modifier.isPublic(implemented.getModifiers())) {
                    interfaces.add(implemented);
                }
            }
        }
        return (HttpClientAgent)
                Proxy.newProxyInstance(
                        client.getClass().getClassLoader(),
                        interfaces.toArray(Class<?>[]::new),
                        new GovernedClient(client, outbound));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
            throws Throwable {
        if (method.getName().equals("request")) {
            return outbound.request(options(arguments), request);
        }
        if (method.getDeclaringClass() == Object.class) {
            return ofObject(proxy, method, arguments);
        }
        try {
            return method.invoke(client, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    /** Makes options of the arguments, as the methods of {@code HttpClient} themselves do. */
    private static RequestOptions options(Object @Nullable [] arguments) {
        if (arguments == null) {
            return new RequestOptions();
        }
        if (arguments.length == 1) {
            return (RequestOptions) arguments[0];
        }
        RequestOptions options =
                new RequestOptions()
                        .setMethod((HttpMethod) arguments[0])
                        .setURI((String) arguments[arguments.length - 1]);
        if (arguments.length == 4) {
            options.setPort((Integer) arguments[1]);
        }
        if (arguments.length > 2) {
            options.setHost((String) arguments[arguments.length - 2]);
        }
        return options;
    }

    private @Nullable Object ofObject(Object proxy, Method method, Object @Nullable [] arguments) {
        return switch (method.getName()) {
            case "equals" -> arguments != null && proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "governed " + client;
        };
    }
}
