package io.opensergo.client;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.opensergo.proto.internal.transport.v1.OpenSergoUniversalTransportServiceGrpc.OpenSergoUniversalTransportServiceStub;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import org.jspecify.annotations.Nullable;

/**
 * One stream to a control plane. Confined to the event loop, to which it hands every event of the
 * transport.
 *
 * <p>At most {@value #WINDOW} responses wait for the event loop; the control plane is held back
 * beyond that.
 */
final class RuleStream {

    /** What happens to a stream; called on the event loop, never after the stream was cancelled. */
    interface Listener {

        /** A response came. */
        void onResponse(SubscribeResponse response);

        /** The stream takes requests again. */
        void onWritable();

        /** The stream is over. */
        void onEnd(Status status);
    }

    private static final int WINDOW = 64;

    /** Asked for in one go, since each asking wakes up a thread of the transport. */
    private static final int REFILL = WINDOW / 2;

    private final EventLoop loop;
    private final Listener listener;
    private final String identifier;
    private @Nullable ClientCallStreamObserver<SubscribeRequest> requests;
    private boolean over;
    private int handled;

    RuleStream(EventLoop loop, Listener listener, String identifier) {
        this.loop = loop;
        this.listener = listener;
        this.identifier = identifier;
    }

    /** Opens the stream. */
    void open(OpenSergoUniversalTransportServiceStub stub) {
        stub.subscribeConfig(new Responses());
    }

    /** Returns the identifier that requests on this stream bear. */
    String identifier() {
        return identifier;
    }

    /** Returns whether a request would be sent rather than kept in memory. */
    boolean isWritable() {
        return !over && requests != null && requests.isReady();
    }

    /** Sends a request; dropped if the stream is over. */
    void send(SubscribeRequest.Builder request) {
        if (!over && requests != null) {
            requests.onNext(request.setIdentifier(identifier).build());
        }
    }

    /** Ends the stream; the listener hears nothing more of it. */
    void cancel(String reason) {
        over = true;
        if (requests != null) {
            requests.cancel(reason, null);
        }
    }

    private void onEnd(Status status) {
        if (!over) {
            over = true;
            listener.onEnd(status);
        }
    }

    private void onResponse(SubscribeResponse response) {
        try {
            if (!over) {
                listener.onResponse(response);
            }
        } finally {
            handled++;
            if (handled == REFILL && !over && requests != null) {
                requests.request(REFILL);
                handled = 0;
            }
        }
    }

    /** Hands the events of the transport over to the event loop. */
    private final class Responses
            implements ClientResponseObserver<SubscribeRequest, SubscribeResponse> {

        @Override
        public void beforeStart(ClientCallStreamObserver<SubscribeRequest> call) {
            requests = call;
            call.disableAutoRequestWithInitial(WINDOW);
            call.setOnReadyHandler(() -> handOver(this::onReady));
        }

        private void onReady() {
            if (!over) {
                listener.onWritable();
            }
        }

        @Override
        public void onNext(SubscribeResponse response) {
            handOver(() -> onResponse(response));
        }

        @Override
        public void onError(Throwable error) {
            handOver(() -> onEnd(Status.fromThrowable(error)));
        }

        @Override
        public void onCompleted() {
            handOver(() -> onEnd(Status.OK.withDescription("the control plane ended the stream")));
        }

        /**
         * A loop that is stopped belongs to a client that is closed and has cancelled this stream.
         */
        private void handOver(Runnable event) {
            loop.execute(event);
        }
    }
}
