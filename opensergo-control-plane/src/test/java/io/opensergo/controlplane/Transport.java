package io.opensergo.controlplane;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.stub.ServerCallStreamObserver;
import io.opensergo.proto.internal.transport.v1.OpenSergoUniversalTransportServiceGrpc;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps what it is given. */
final class Transport extends ServerCallStreamObserver<SubscribeResponse> {

    final List<SubscribeResponse> sent = new ArrayList<>();
    boolean ready = true;
    boolean completed;
    boolean cancelled;
    Runnable onNext = () -> {};
    @Nullable Runnable onCancel;
    @Nullable Runnable onReady;

    long sentOf(String kind) {
        return sent.stream().filter(push -> push.getKind().equals(kind)).count();
    }

    /** As gRPC itself sees the call. */
    ServerCall<SubscribeRequest, SubscribeResponse> serverCall() {
        return new ServerCall<>() {
            @Override
            public boolean isReady() {
                return Transport.this.isReady();
            }

            @Override
            public void setOnReadyThreshold(int bytes) {}

            @Override
            public void request(int count) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void sendHeaders(Metadata headers) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void sendMessage(SubscribeResponse message) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void close(io.grpc.Status status, Metadata trailers) {
                throw new UnsupportedOperationException();
            }

            @Override
            public boolean isCancelled() {
                return cancelled;
            }

            @Override
            public MethodDescriptor<SubscribeRequest, SubscribeResponse> getMethodDescriptor() {
                return OpenSergoUniversalTransportServiceGrpc.getSubscribeConfigMethod();
            }
        };
    }

    void tellReady() {
        Runnable handler = onReady;
        if (handler != null) {
            handler.run();
        }
    }

    void cancel() {
        cancelled = true;
        Runnable handler = onCancel;
        if (handler != null) {
            handler.run();
        }
    }

    @Override
    public void onNext(SubscribeResponse response) {
        sent.add(response);
        onNext.run();
    }

    @Override
    public void onError(Throwable cause) {
        completed = true;
    }

    @Override
    public void onCompleted() {
        completed = true;
    }

    @Override
    public boolean isReady() {
        return ready && !completed;
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {
        onCancel = handler;
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {
        onReady = handler;
    }

    @Override
    public void setOnReadyThreshold(int bytes) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void disableAutoRequest() {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}
}
