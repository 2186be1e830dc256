package io.opensergo.controlplane;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.Semaphore;

/**
 * Bounds how many calls of the services beside, health and reflection, are open at a time.
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
            call.close(
                    Status.RESOURCE_EXHAUSTED.withDescription(
                            "the control plane serves " + limit + " calls like this, its limit"),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        }
        try {
            return new Counted<>(next.startCall(call, headers));
        } catch (RuntimeException e) {
            free.release();
            throw e;
        }
    }

    /** Gives the place back when the call has ended, of which gRPC tells in one of two ways. */
    private final class Counted<ReqT> extends SimpleForwardingServerCallListener<ReqT> {

        Counted(ServerCall.Listener<ReqT> call) {
            super(call);
        }

        @Override
        public void onComplete() {
            free.release();
            super.onComplete();
        }

        @Override
        public void onCancel() {
            free.release();
            super.onCancel();
        }
    }
}
