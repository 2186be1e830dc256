package io.opensergo.vertx;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpFrame;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamPriority;
import io.vertx.core.net.NetSocket;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A response that a rule gives, without a call: a stream of one buffer at most, which flows unless
 * it is paused. Its handlers are called on the context of the request.
 */
final class AnsweredResponse implements HttpClientResponse {

    private final HttpClientRequest request;
    private final Context context;
    private final int status;
    private final MultiMap headers;
    private final Buffer body;
    private final Promise<Void> end = Promise.promise();

    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;
    private long demand = Long.MAX_VALUE;
    private boolean isDelivered;
    private boolean isScheduled;

    AnsweredResponse(
            HttpClientRequest request, Context context, int status, MultiMap headers, Buffer body) {
        this.request = request;
        this.context = context;
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /** Lets it flow, once whoever made the request has had a chance to set handlers. */
    void begin() {
        schedule();
    }

    private synchronized void schedule() {
        if (!isScheduled) {
            isScheduled = true;
            context.runOnContext(now -> deliver());
        }
    }

    private void deliver() {
        Handler<Buffer> taker;
        Handler<Void> told;
        synchronized (this) {
            isScheduled = false;
            if (isDelivered || demand == 0) {
                return;
            }
            isDelivered = true;
            taker = body.length() == 0 ? null : handler;
            told = endHandler;
        }
        if (taker != null) {
            taker.handle(body.copy());
        }
        if (told != null) {
            told.handle(null);
        }
        end.tryComplete();
    }

    @Override
    public synchronized HttpClientResponse fetch(long amount) {
        demand = demand + amount < 0 ? Long.MAX_VALUE : demand + amount;
        schedule();
        return this;
    }

    @Override
    public HttpClientResponse resume() {
        return fetch(Long.MAX_VALUE);
    }

    @Override
    public synchronized HttpClientResponse pause() {
        demand = 0;
        return this;
    }

    @Override
    public synchronized HttpClientResponse handler(@Nullable Handler<Buffer> newHandler) {
        handler = newHandler;
        return this;
    }

    @Override
    public synchronized HttpClientResponse endHandler(@Nullable Handler<Void> newHandler) {
        endHandler = newHandler;
        return this;
    }

    @Override
    public HttpClientResponse exceptionHandler(@Nullable Handler<Throwable> ignored) {
        return this; // nothing can go wrong
    }

    @Override
    public Future<Buffer> body() {
        resume();
        return end.future().map(done -> body.copy());
    }

    @Override
    public Future<Void> end() {
        return end.future();
    }

    @Override
    public HttpClientRequest request() {
        return request;
    }

    @Override
    public int statusCode() {
        return status;
    }

    @Override
    public String statusMessage() {
        return "answered by a rule";
    }

    @Override
    public HttpVersion version() {
        return HttpVersion.HTTP_1_1;
    }

    @Override
    public MultiMap headers() {
        return headers;
    }

    @Override
    public @Nullable String getHeader(String name) {
        return headers.get(name);
    }

    @Override
    public @Nullable String getHeader(CharSequence name) {
        return headers.get(name);
    }

    @Override
    public List<String> cookies() {
        return headers.getAll("set-cookie");
    }

    @Override
    public @Nullable String getTrailer(String name) {
        return null;
    }

    @Override
    public MultiMap trailers() {
        return MultiMap.caseInsensitiveMultiMap();
    }

    @Override
    public NetSocket netSocket() {
        throw new IllegalStateException("a response that a rule gives has no connection");
    }

    @Override
    public HttpClientResponse customFrameHandler(@Nullable Handler<HttpFrame> ignored) {
        return this;
    }

    @Override
    public HttpClientResponse streamPriorityHandler(@Nullable Handler<StreamPriority> ignored) {
        return this;
    }
}
