package io.opensergo.grpc;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;

/**
 * Hears of the end of a stream from its transport. A listener hears of it on the executor of its
 * call, which may never run: that of a blocking stub's iterator runs while somebody asks for the
 * next message, and an iterator may be dropped.
 *
 * <p>A stream that has had headers is the last of its call; one without may be tried again.
 */
final class StreamEnds extends ClientStreamTracer.Factory {

    private final CallEnd end;

    StreamEnds(CallEnd end) {
        this.end = end;
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(
            ClientStreamTracer.StreamInfo info, Metadata headers) {
        return new ClientStreamTracer() {

            private volatile boolean isLast;

            @Override
            public void inboundHeaders() {
                isLast = true;
            }

            @Override
            public void streamClosed(Status status) {
                if (isLast) {
                    end.end(status);
                }
            }
        };
    }
}
