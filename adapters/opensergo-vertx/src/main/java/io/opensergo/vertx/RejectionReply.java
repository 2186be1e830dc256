package io.opensergo.vertx;

import io.opensergo.governance.Rejection;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction.Header;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction.ProvidedResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers a rejected request as the rule says, or else with 429 and {@code Retry-After}.
 *
 * <p>What HTTP does not allow in a rule is left out: headers that Vert.x refuses or that frame the
 * body, a body where there can be none, and 1xx, which is no end of a request and becomes 429.
 */
final class RejectionReply implements BiConsumer<RoutingContext, Rejection> {

    private static final Logger LOG = LoggerFactory.getLogger(OpenSergoVertx.class);

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;
    private static final Set<Integer> WITHOUT_BODY = Set.of(204, 205, 304);
    private static final Set<String> FRAMING =
            Set.of("connection", "content-length", "transfer-encoding");

    private final AtomicBoolean warned = new AtomicBoolean();

    @Override
    public void accept(RoutingContext context, Rejection rejection) {
        ProvidedResponse provided =
                rejection.fallback() == null ? null : rejection.fallback().behaviorDesc();
        int status = provided == null ? TOO_MANY_REQUESTS : finalStatus(provided);
        HttpServerResponse response = context.response();
        if (response.headWritten()) {
            // An earlier handler has begun to answer.
            context.fail(TOO_MANY_REQUESTS);
            return;
        }
        response.setStatusCode(status);
        Duration retryAfter = rejection.retryAfter();
        if (retryAfter != null && (status == TOO_MANY_REQUESTS || status == UNAVAILABLE)) {
            response.putHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds(retryAfter)));
        }
        String body = provided == null ? null : provided.responseContentBody();
        if (provided != null) {
            putAll(response, provided.responseAdditionalHeaders());
        }
        end(context, status, body);
    }

    private static int finalStatus(ProvidedResponse provided) {
        return provided.responseStatusCode() < 200
                ? TOO_MANY_REQUESTS
                : provided.responseStatusCode();
    }

    private static void end(RoutingContext context, int status, @Nullable String body) {
        if (body == null
                || WITHOUT_BODY.contains(status)
                || HttpMethod.HEAD.equals(context.request().method())) {
            context.response().end();
        } else {
            context.response().end(body);
        }
    }

    /** The first of a name replaces what is there; the others are added to it. */
    private void putAll(HttpServerResponse response, List<Header> headers) {
        Set<String> names = new HashSet<>();
        for (Header header : headers) {
            put(response, header, names.add(header.key().toLowerCase(Locale.ROOT)));
        }
    }

    private void put(HttpServerResponse response, Header header, boolean isFirst) {
        if (FRAMING.contains(header.key().toLowerCase(Locale.ROOT))) {
            return;
        }
        try {
            if (isFirst) {
                response.putHeader(header.key(), header.value());
            } else {
                response.headers().add(header.key(), header.value());
            }
        } catch (IllegalArgumentException e) {
            if (warned.compareAndSet(false, true)) {
                LOG.warn(
                        "A fallback has a header that HTTP does not allow, which is left out: {}",
                        e.getMessage());
            }
        }
    }

    /** Whole seconds, and not too few of them. */
    static long seconds(Duration duration) {
        return duration.plusNanos(999_999_999).toSeconds();
    }
}
