package io.opensergo.grpc;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.opensergo.testsupport.TextMarshaller;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * The service {@code shop.Prices}, whose messages are texts. It does what a request says: {@code
 * throw}, {@code fail CODE}, {@code hold}, {@code pushback MILLIS}; everything else it answers with
 * its name. What stands behind {@code until N,} it does before the <i>n</i>th call.
 */
final class Prices {

    static final String SERVICE = "shop.Prices";

    private static final String UNTIL = "until ";

    static final MethodDescriptor<String, String> GET = method("Get", MethodType.UNARY);
    static final MethodDescriptor<String, String> WATCH =
            method("Watch", MethodType.SERVER_STREAMING);
    static final MethodDescriptor<String, String> SUM = method("Sum", MethodType.CLIENT_STREAMING);
    static final MethodDescriptor<String, String> CHAT = method("Chat", MethodType.BIDI_STREAMING);

    /** What handles a call that holds, which somebody else has to end. */
    final BlockingQueue<StreamObserver<String>> held = new LinkedBlockingQueue<>();

    /** The calls that have come to a handler. */
    final AtomicInteger handled = new AtomicInteger();

    private final String name;

    Prices(String name) {
        this.name = name;
    }

    ServerServiceDefinition definition() {
        return ServerServiceDefinition.builder(SERVICE)
                .addMethod(GET, ServerCalls.asyncUnaryCall(this::get))
                .addMethod(WATCH, ServerCalls.asyncServerStreamingCall(this::watch))
                .addMethod(SUM, ServerCalls.asyncClientStreamingCall(this::sum))
                .addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(this::chat))
                .build();
    }

    /** Returns what handles the next call that holds. */
    StreamObserver<String> nextHeld() throws InterruptedException {
        StreamObserver<String> next = held.poll(World.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no call has come");
        }
        return next;
    }

    private void get(String request, StreamObserver<String> reply) {
        handled.incrementAndGet();
        if (act(request, reply)) {
            reply.onNext(name + colour());
            reply.onCompleted();
        }
    }

    private void watch(String request, StreamObserver<String> reply) {
        handled.incrementAndGet();
        boolean isEarly = request.startsWith(UNTIL);
        if (isEarly && !act(request, reply)) {
            return;
        }
        reply.onNext("one");
        if (isEarly || act(request, reply)) {
            reply.onNext("two");
            reply.onCompleted();
        }
    }

    private StreamObserver<String> sum(StreamObserver<String> reply) {
        handled.incrementAndGet();
        var count = new AtomicInteger();
        return new Messages(
                message -> act(message, reply) && count.incrementAndGet() > 0,
                () -> {
                    reply.onNext(Integer.toString(count.get()));
                    reply.onCompleted();
                });
    }

    private StreamObserver<String> chat(StreamObserver<String> reply) {
        handled.incrementAndGet();
        return new Messages(
                message -> {
                    boolean goesOn = act(message, reply);
                    if (goesOn) {
                        reply.onNext(message + colour());
                    }
                    return goesOn;
                },
                reply::onCompleted);
    }

    /** Returns whether the handler is to go on. */
    private boolean act(String request, StreamObserver<String> reply) {
        if (request.startsWith(UNTIL)) {
            String[] parts = request.substring(UNTIL.length()).split(",", 2);
            return handled.get() >= Integer.parseInt(parts[0]) || act(parts[1], reply);
        }
        if (request.equals("throw")) {
            throw new IllegalStateException("by order");
        }
        if (request.startsWith("fail ")) {
            reply.onError(
                    Status.fromCode(Status.Code.valueOf(request.substring(5)))
                            .asRuntimeException());
            return false;
        }
        if (request.startsWith("pushback ")) {
            var trailers = new Metadata();
            trailers.put(Pushback.KEY, request.substring(9));
            reply.onError(Status.UNAVAILABLE.asRuntimeException(trailers));
            return false;
        }
        if (request.equals("hold")) {
            held.add(reply);
            return false;
        }
        return true;
    }

    private static String colour() {
        var colour = OpenSergoGrpc.colour();
        return colour == null ? "" : " " + colour.name();
    }

    /**
     * What comes of a stream. gRPC signals on after a handler has thrown; whoever replied then
     * would send a second status, which breaks the connection.
     */
    private static final class Messages implements StreamObserver<String> {

        private final Predicate<String> onMessage;
        private final Runnable onEnd;
        private boolean goesOn = true;

        Messages(Predicate<String> onMessage, Runnable onEnd) {
            this.onMessage = onMessage;
            this.onEnd = onEnd;
        }

        @Override
        public void onNext(String message) {
            if (goesOn) {
                goesOn = false;
                goesOn = onMessage.test(message);
            }
        }

        @Override
        public void onError(Throwable error) {
            goesOn = false;
        }

        @Override
        public void onCompleted() {
            if (goesOn) {
                onEnd.run();
            }
        }
    }

    private static MethodDescriptor<String, String> method(String name, MethodType type) {
        return TextMarshaller.method(type, SERVICE + "/" + name);
    }
}
