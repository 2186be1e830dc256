package io.opensergo.vertx;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * Looks whether a connection became a web socket or a tunnel, which ends its request without a word
 * from Vert.x. It looks now and then, for the time of the request, and only at requests that ask
 * for it; what a caller asks for says nothing of what it gets.
 */
final class UpgradeWatch implements Handler<Long> {

    private static final long MILLIS = 50;
    private static final int SWITCHING_PROTOCOLS = 101;

    private final RoutingContext context;
    private final Admission admission;

    private UpgradeWatch(RoutingContext context, Admission admission) {
        this.context = context;
        this.admission = admission;
    }

    static boolean mayBeNeeded(HttpServerRequest request) {
        return HttpMethod.CONNECT.equals(request.method())
                || request.headers().contains(HttpHeaders.UPGRADE);
    }

    static void start(RoutingContext context, Admission admission) {
        context.vertx().setPeriodic(MILLIS, new UpgradeWatch(context, admission));
    }

    @Override
    public void handle(Long timer) {
        if (hasLeftHttp()) {
            admission.cancel();
        }
        if (admission.get()) {
            context.vertx().cancelTimer(timer);
        }
    }

    /** An ordinary response has another status, or tells of its end. */
    private boolean hasLeftHttp() {
        HttpServerResponse response = context.response();
        int status = response.getStatusCode();
        return HttpMethod.CONNECT.equals(context.request().method())
                ? response.headWritten() && status >= 200 && status < 300
                : response.ended() && status == SWITCHING_PROTOCOLS;
    }
}
