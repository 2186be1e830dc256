package io.opensergo.grpc;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.util.ForwardingClientStreamTracer;
import io.opensergo.governance.routing.Spreading;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Counts the streams to an instance, each from its start to the first of its ends. */
final class CountedStreams extends ClientStreamTracer.Factory {

    private static final ClientStreamTracer NONE = new ClientStreamTracer() {};

    private final Spreading<List<SocketAddress>> spreading;
    private final List<SocketAddress> address;
    private final ClientStreamTracer.@Nullable Factory others;

    /**
     * Makes what counts one stream.
     *
     * @param others what hears of the stream besides, or {@code null}
     */
    CountedStreams(
            Spreading<List<SocketAddress>> spreading,
            List<SocketAddress> address,
            ClientStreamTracer.@Nullable Factory others) {
        this.spreading = spreading;
        this.address = address;
        this.others = others;
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(
            ClientStreamTracer.StreamInfo info, Metadata headers) {
        ClientStreamTracer other =
                others == null ? NONE : others.newClientStreamTracer(info, headers);
        return new ForwardingClientStreamTracer() {

            private final AtomicBoolean isCounted = new AtomicBoolean();

            @Override
            protected ClientStreamTracer delegate() {
                return other;
            }

            @Override
            public void streamCreated(Attributes attributes, Metadata sent) {
                if (isCounted.compareAndSet(false, true)) {
                    spreading.begin(address);
                }
                super.streamCreated(attributes, sent);
            }

            @Override
            public void streamClosed(Status status) {
                if (isCounted.compareAndSet(true, false)) {
                    spreading.end(address);
                }
                super.streamClosed(status);
            }
        };
    }
}
