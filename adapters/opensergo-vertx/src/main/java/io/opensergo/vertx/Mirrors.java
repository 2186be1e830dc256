package io.opensergo.vertx;

import io.opensergo.governance.routing.Mirror;
import io.opensergo.governance.routing.RouteActions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends copies of requests, of which nobody hears again: their responses are read and dropped, and
 * so are their failures. As many are under way as {@value #MAX} at most, each for as long as its
 * request may take, or {@link #USUAL_TIME}; beyond that requests are not copied.
 */
final class Mirrors {

    static final int MAX = 100;

    private static final Duration USUAL_TIME = Duration.ofSeconds(5);
    private static final Logger LOG = LoggerFactory.getLogger(OpenSergoVertx.class);

    private final Vertx vertx;
    private final OutboundRoutes routes;
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicBoolean warned = new AtomicBoolean();

    Mirrors(Vertx vertx, OutboundRoutes routes) {
        this.vertx = vertx;
        this.routes = routes;
    }

    /** Returns how many copies are under way. */
    int underWay() {
        return underWay.get();
    }

    /**
     * Copies a request, if the rule says so of this one.
     *
     * @param options of the request, with its headers
     * @param authority what the request says it is for
     */
    void copy(
            RouteActions actions,
            RequestOptions options,
            String authority,
            Buffer body,
            Function<RequestOptions, Future<HttpClientRequest>> client) {
        Mirror mirror = actions.mirror();
        if (mirror == null || !mirror.next()) {
            return;
        }
        if (underWay.incrementAndGet() > MAX) {
            underWay.decrementAndGet();
            warn("more than " + MAX + " copies are under way to " + mirror);
            return;
        }
        var copy = new Copy(Mirror.shadowOf(authority), body);
        long limit = actions.timeoutNanos() > 0 ? actions.timeoutNanos() : USUAL_TIME.toNanos();
        copy.timer = vertx.setTimer(Waits.millis(limit), fired -> copy.end());
        try {
            routes.mirror(mirror, options).compose(client).onComplete(copy::send, copy::fail);
        } catch (RuntimeException e) { // of a client that is closed
            copy.fail(e);
        }
    }

    private void warn(String reason) {
        if (warned.compareAndSet(false, true)) {
            LOG.warn("Requests are not mirrored at times, which is said once: {}", reason);
        }
    }

    /** A copy under way, which ends once. */
    private final class Copy {

        private final String authority;
        private final Buffer body;
        private final AtomicBoolean isOver = new AtomicBoolean();
        private final AtomicReference<HttpClientRequest> request = new AtomicReference<>();
        private volatile long timer;

        Copy(String authority, Buffer body) {
            this.authority = authority;
            this.body = body;
        }

        void send(HttpClientRequest made) {
            request.set(made);
            if (isOver.get()) {
                made.reset();
                return;
            }
            made.exceptionHandler(error -> {}); // its response fails as well
            made.authority(HostAndPort.parseAuthority(authority, -1));
            made.send(body)
                    .compose(response -> OutboundCall.endOf(quiet(response)))
                    .onComplete(read -> finish(), this::fail);
        }

        private static HttpClientResponse quiet(HttpClientResponse response) {
            return response.exceptionHandler(error -> {}); // its end fails as well
        }

        void fail(Throwable error) {
            if (!isOver.get()) {
                warn(error.toString());
            }
            finish();
        }

        /** Its time is over. */
        void end() {
            finish();
            HttpClientRequest made = request.get();
            if (made != null) {
                made.reset();
            }
        }

        private void finish() {
            if (isOver.compareAndSet(false, true)) {
                vertx.cancelTimer(timer);
                underWay.decrementAndGet();
            }
        }
    }
}
