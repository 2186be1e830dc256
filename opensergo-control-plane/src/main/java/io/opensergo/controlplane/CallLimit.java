package io.opensergo.controlplane;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many calls of the services beside, health and reflection, are open at a time, and ends
 * those that send what cannot be read.
 *
 * <p>Only calls that stay are counted. One that is answered at once is let in even then, so that
 * nobody who watches the health can have a probe of it refused.
 *
 * <p>For any number of threads.
 */
final class CallLimit implements ServerInterceptor {

    private final int limit;
    private final Semaphore free;

    /**
     * @param limit how many calls may be open at a time, of all services that share this
     */
    CallLimit(int limit) {
        this.limit = limit;
        this.free = new Semaphore(limit);
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        if (call.getMethodDescriptor().getType() == MethodType.UNARY) {
            return next.startCall(call, headers);
        }
        if (!free.tryAcquire()) {
            return Call.refuse(
                    call,
                    Status.RESOURCE_EXHAUSTED.withDescription(
                            "the control plane serves " + limit + " calls like this, its limit"));
        }
        Call.current().onEnd(free::release);
        return new Reader<>(call, next.startCall(call, headers));
    }

    /** Ends a stream of requests of which one cannot be read. */
    private static final class Reader<ReqT> extends SimpleForwardingServerCallListener<ReqT> {

        private final ServerCall<ReqT, ?> call;
        private final boolean stream;
        private boolean ended;

        Reader(ServerCall<ReqT, ?> call, ServerCall.Listener<ReqT> listener) {
            super(listener);
            this.call = call;
            this.stream = !call.getMethodDescriptor().getType().clientSendsOneMessage();
        }

        @Override
        public void onMessage(@Nullable ReqT message) {
            if (message != null && !ended) {
                super.onMessage(message);
            } else if (stream && !ended) {
                ended = true;
                Call.refuse(
                        call,
                        Status.INVALID_ARGUMENT.withDescription("the request cannot be read"));
            }
        }

        @Override
        public void onHalfClose() {
            if (!ended) {
                super.onHalfClose();
            }
        }
    }
}
