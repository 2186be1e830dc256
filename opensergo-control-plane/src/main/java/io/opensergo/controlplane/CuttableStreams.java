package io.opensergo.controlplane;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;

/**
 * Lets the server reset a stream.
 *
 * <p>gRPC lets a server only close a stream, and then the status waits behind what the client does
 * not read: with it wait the bytes. The one thing for which gRPC itself resets a stream is that the
 * deadline of the call's context has passed. So each call gets a context of ours around its own,
 * which can end the same way.
 */
final class CuttableStreams extends ServerStreamTracer.Factory {

    private static final Context.Key<Context.CancellableContext> CONTEXT =
            Context.key("opensergo-cuttable-stream");

    /** Returns the stream of the call that the current thread serves. */
    static Context.CancellableContext current() {
        return CONTEXT.get();
    }

    /** Resets a stream; the client gets no reason, since it does not read. */
    static void cut(Context.CancellableContext stream, String reason) {
        stream.cancel(Status.DEADLINE_EXCEEDED.withDescription(reason).asException());
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        return new Tracer();
    }

    private static final class Tracer extends ServerStreamTracer {

        @Override
        public Context filterContext(Context context) {
            Context.CancellableContext cuttable = context.withCancellation();
            return cuttable.withValue(CONTEXT, cuttable);
        }
    }
}
