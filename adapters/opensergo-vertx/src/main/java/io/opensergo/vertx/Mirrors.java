package io.opensergo.vertx;

import io.opensergo.governance.routing.Mirror;
import io.opensergo.governance.routing.MirrorBudget;
import io.opensergo.governance.routing.RouteActions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sends copies of requests, of which nobody hears again: their responses are read and dropped, and
 * so are their failures. A {@link MirrorBudget} says how many there may be, and for how long.
 */
final class Mirrors {

    private final Vertx vertx;
    private final OutboundRoutes routes;
    private final MirrorBudget budget = new MirrorBudget();

    Mirrors(Vertx vertx, OutboundRoutes routes) {
        this.vertx = vertx;
        this.routes = routes;
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
        MirrorBudget.Copy counted = budget.begin(actions);
        if (counted == null) {
            return;
        }
        var copy = new Copy(counted, Mirror.shadowOf(authority), body);
        copy.timer = vertx.setTimer(Waits.millis(counted.limitNanos()), fired -> copy.end());
        try {
            routes.mirror(counted.mirror(), options)
                    .compose(client)
                    .onComplete(copy::send, copy::finish);
        } catch (RuntimeException e) { // of a client that is closed
            copy.finish(e);
        }
    }

    /** A copy under way, which ends once. */
    private final class Copy {

        private final MirrorBudget.Copy counted;
        private final String authority;
        private final Buffer body;
        private final AtomicReference<HttpClientRequest> request = new AtomicReference<>();
        private volatile long timer;

        Copy(MirrorBudget.Copy counted, String authority, Buffer body) {
            this.counted = counted;
            this.authority = authority;
            this.body = body;
        }

        void send(HttpClientRequest made) {
            request.set(made);
            if (counted.isOver()) {
                made.reset();
                return;
            }
            made.exceptionHandler(error -> {}); // its response fails as well
            made.authority(HostAndPort.parseAuthority(authority, -1));
            made.send(body)
                    .compose(response -> OutboundCall.endOf(quiet(response)))
                    .onComplete(read -> finish(null), this::finish);
        }

        private static HttpClientResponse quiet(HttpClientResponse response) {
            return response.exceptionHandler(error -> {}); // its end fails as well
        }

        /** Its time is over. */
        void end() {
            finish(null);
            HttpClientRequest made = request.get();
            if (made != null) {
                made.reset();
            }
        }

        private void finish(@Nullable Throwable error) {
            vertx.cancelTimer(timer);
            counted.end(error);
        }
    }
}
