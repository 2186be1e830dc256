package io.opensergo.spring;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.client.reactive.ClientHttpRequestDecorator;
import org.springframework.web.reactive.function.BodyInserter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The body of a request that may be made several times: one that is written as a whole is kept, to
 * be sent with each attempt and copy; a stream is sent once, and so is its request.
 */
final class AttemptBody implements BodyInserter<Object, ClientHttpRequest> {

    private static final Logger LOG = LoggerFactory.getLogger(AttemptBody.class);
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private final BodyInserter<?, ? super ClientHttpRequest> body;
    private final @Nullable String authority;
    private final Consumer<Whole> onWhole;
    private volatile boolean hasBegun;
    private volatile @Nullable Whole whole;

    /**
     * Makes a body.
     *
     * @param authority what the request says it is for; {@code null} for where it goes
     * @param onWhole gets the body when it is sent for the first time, if it is whole
     */
    AttemptBody(
            BodyInserter<?, ? super ClientHttpRequest> body,
            @Nullable String authority,
            Consumer<Whole> onWhole) {
        this.body = body;
        this.authority = authority;
        this.onWhole = onWhole;
    }

    /** A body as a whole. */
    static final class Whole {

        private final byte[] bytes;
        private final @Nullable String type;

        /**
         * Makes one.
         *
         * @param type the content type that was written with it, if there was one
         */
        Whole(byte[] bytes, @Nullable String type) {
            this.bytes = bytes;
            this.type = type;
        }

        Mono<Void> writeTo(ClientHttpRequest message) {
            if (bytes.length == 0) {
                return message.setComplete();
            }
            HttpHeaders headers = message.getHeaders();
            headers.setContentLength(bytes.length);
            if (type != null) {
                headers.set(HttpHeaders.CONTENT_TYPE, type);
            }
            return message.writeWith(Mono.fromSupplier(() -> message.bufferFactory().wrap(bytes)));
        }
    }

    /** Returns whether it can be sent again, as it is kept or nobody has begun to read it. */
    boolean canRepeat() {
        return whole != null || !hasBegun;
    }

    @Override
    public Mono<Void> insert(ClientHttpRequest message, Context context) {
        say(authority, message);
        Whole kept = whole;
        if (kept != null) {
            return kept.writeTo(message);
        }
        return body.insert(new Recorder(message), context);
    }

    /** The client of the JDK fails with a request that has such a header, unless it is allowed. */
    static void say(@Nullable String authority, ClientHttpRequest message) {
        if (authority == null) {
            return;
        }
        Object request = message.getNativeRequest();
        if (request instanceof java.net.http.HttpRequest && !mayNameHost()) {
            if (WARNED.compareAndSet(false, true)) {
                LOG.warn(
                        "The client of the JDK sends no Host header of a rule, such as {}, unless"
                                + " -Djdk.httpclient.allowRestrictedHeaders=host is set",
                        authority);
            }
            return;
        }
        message.getHeaders().set(HttpHeaders.HOST, authority);
    }

    private static boolean mayNameHost() {
        String allowed = System.getProperty("jdk.httpclient.allowRestrictedHeaders", "");
        for (String name : allowed.split(",", -1)) {
            if (name.strip().equalsIgnoreCase(HttpHeaders.HOST)) {
                return true;
            }
        }
        return false;
    }

    private final class Recorder extends ClientHttpRequestDecorator {

        Recorder(ClientHttpRequest message) {
            super(message);
        }

        @Override
        public Mono<Void> writeWith(Publisher<? extends DataBuffer> written) {
            return written instanceof Mono<? extends DataBuffer> one
                    ? super.writeWith(one.doOnSubscribe(this::begin).doOnNext(this::keep))
                    : super.writeWith(Flux.from(written).doOnSubscribe(this::begin));
        }

        @Override
        public Mono<Void> writeAndFlushWith(
                Publisher<? extends Publisher<? extends DataBuffer>> written) {
            return super.writeAndFlushWith(Flux.from(written).doOnSubscribe(this::begin));
        }

        private void begin(Subscription subscription) {
            hasBegun = true;
        }

        @Override
        public Mono<Void> setComplete() {
            keep(new byte[0]);
            return super.setComplete();
        }

        private void keep(DataBuffer buffer) {
            byte[] bytes = new byte[buffer.readableByteCount()];
            buffer.toByteBuffer(ByteBuffer.wrap(bytes));
            keep(bytes);
        }

        private void keep(byte[] bytes) {
            if (whole == null) {
                var kept = new Whole(bytes, getHeaders().getFirst(HttpHeaders.CONTENT_TYPE));
                whole = kept;
                onWhole.accept(kept);
            }
        }
    }
}
