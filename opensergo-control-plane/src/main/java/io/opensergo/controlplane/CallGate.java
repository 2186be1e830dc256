package io.opensergo.controlplane;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first that a call meets, before anybody asks who makes it: refuses what is too much, and
 * notes when the request of a call is there, and when it has been answered.
 */
final class CallGate implements ServerInterceptor {

    private static final Logger LOG = LoggerFactory.getLogger(CallGate.class);

    private final Calls calls;
    private final Counters counters;
    private final LogLimit refusals = new LogLimit(1, 60);

    CallGate(Calls calls, Counters counters) {
        this.calls = calls;
        this.counters = counters;
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        Call current = Call.current();
        current.servedBy(call);
        if (current.isOverLimit()) {
            return refuse(call);
        }
        if (!call.getMethodDescriptor().getType().clientSendsOneMessage()) {
            current.requestArrived();
        }
        var listener = new Listener<ReqT>(current);
        var ending = new Ending<>(call, current, calls.endTimeoutNanos());
        listener.run(() -> listener.delegate = next.startCall(ending, headers));
        return listener;
    }

    /** Notes that the call was answered: its client has to take the answer in a time. */
    private static final class Ending<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {

        private final Call call;
        private final long timeoutNanos;

        Ending(ServerCall<ReqT, RespT> delegate, Call call, long timeoutNanos) {
            super(delegate);
            this.call = call;
            this.timeoutNanos = timeoutNanos;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            super.close(status, trailers);
            call.closed(System.nanoTime() + timeoutNanos);
        }
    }

    /**
     * Notes that the request is there, and reports a lack of memory, which gRPC would only log: the
     * process may want to end.
     */
    private static final class Listener<ReqT> extends ForwardingServerCallListener<ReqT> {

        private final Call call;
        private ServerCall.Listener<ReqT> delegate = new ServerCall.Listener<>() {};

        Listener(Call call) {
            this.call = call;
        }

        @Override
        protected ServerCall.Listener<ReqT> delegate() {
            return delegate;
        }

        void run(Runnable step) {
            try {
                step.run();
            } catch (OutOfMemoryError e) {
                Lasting.tell(e);
                throw e;
            }
        }

        @Override
        public void onMessage(ReqT message) {
            run(() -> delegate.onMessage(message));
        }

        @Override
        public void onHalfClose() {
            call.requestArrived();
            run(delegate::onHalfClose);
        }

        @Override
        public void onReady() {
            run(delegate::onReady);
        }
    }

    private <ReqT> ServerCall.Listener<ReqT> refuse(ServerCall<ReqT, ?> call) {
        counters.callsOverLimit.increment();
        String refusal = "the control plane serves " + calls.limit() + " calls, its limit";
        refusals.log(more -> LOG.warn("A call is refused: {}{}", refusal, more));
        return Call.refuse(call, Status.RESOURCE_EXHAUSTED.withDescription(refusal));
    }

    /**
     * Returns the methods that nobody has: gRPC would refuse a call of one before anybody is asked
     * who makes it, and would not reset its stream.
     */
    static HandlerRegistry unknownMethods() {
        return new HandlerRegistry() {
            @Override
            public ServerMethodDefinition<?, ?> lookupMethod(
                    String method, @Nullable String authority) {
                return ServerMethodDefinition.create(
                        MethodDescriptor.newBuilder(Bytes.INSTANCE, Bytes.INSTANCE)
                                .setType(MethodType.UNKNOWN)
                                .setFullMethodName(method)
                                .build(),
                        (call, headers) ->
                                Call.refuse(
                                        call,
                                        Status.UNIMPLEMENTED.withDescription(
                                                "the control plane has no such method")));
            }
        };
    }

    /** Nothing is read of such a call nor written. */
    private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
        INSTANCE;

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            return new byte[0];
        }
    }
}
