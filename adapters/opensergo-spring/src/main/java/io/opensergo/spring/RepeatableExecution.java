package io.opensergo.spring;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;

/**
 * The rest of a chain of interceptors, to be gone through more than once. That of Spring Framework
 * 7 can be; in 6.2 it is an iterator, so that a second attempt would pass by the load balancer and
 * what else stands behind. There the interceptors that are left are taken from it first: what is
 * behind them makes a request each time it is asked.
 */
final class RepeatableExecution {

    private static final String OF_6 =
            "org.springframework.http.client.InterceptingClientHttpRequest"
                    + "$InterceptingRequestExecution";
    private static final @Nullable Field ITERATOR = iterator();

    private RepeatableExecution() {}

    /** Returns one that can be repeated, or {@code null} if there is none. */
    @SuppressWarnings("unchecked") // by the signature of the field
    static @Nullable ClientHttpRequestExecution of(ClientHttpRequestExecution execution) {
        if (!execution.getClass().getName().equals(OF_6)) {
            return execution;
        }
        if (ITERATOR == null) {
            return null;
        }
        try {
            return behind(
                    (Iterator<ClientHttpRequestInterceptor>) ITERATOR.get(execution), execution);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e); // it has been made accessible
        }
    }

    private static ClientHttpRequestExecution behind(
            Iterator<ClientHttpRequestInterceptor> left, ClientHttpRequestExecution end) {
        List<ClientHttpRequestInterceptor> interceptors = new ArrayList<>();
        left.forEachRemaining(interceptors::add);
        ClientHttpRequestExecution execution = end;
        for (int i = interceptors.size() - 1; i >= 0; i--) {
            ClientHttpRequestInterceptor interceptor = interceptors.get(i);
            ClientHttpRequestExecution rest = execution;
            execution = (request, body) -> interceptor.intercept(request, body, rest);
        }
        return execution;
    }

    private static @Nullable Field iterator() {
        try {
            Field field =
                    Class.forName(OF_6, false, ClientHttpRequestExecution.class.getClassLoader())
                            .getDeclaredField("iterator");
            field.setAccessible(true);
            return field;
        } catch (ClassNotFoundException e) {
            return null; // of Spring Framework 7
        } catch (ReflectiveOperationException | RuntimeException e) {
            Logger log = LoggerFactory.getLogger(RepeatableExecution.class);
            log.warn(
                    "Calls of RestClient and RestTemplate are neither retried nor mirrored, since"
                            + " the interceptors of this Spring Framework cannot be passed twice",
                    e);
            return null;
        }
    }
}
