package io.opensergo.grpc;

import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/** A call of one message, of which a copy is made once all of it has been sent. */
final class MirroredClientCall<Q, S> extends SimpleForwardingClientCall<Q, S> {

    private final Mirrors.Copies<Q> copies;
    private final Metadata headers = new Metadata();
    private @Nullable Q message;

    MirroredClientCall(ClientCall<Q, S> call, Mirrors.Copies<Q> copies) {
        super(call);
        this.copies = copies;
    }

    @Override
    public void start(Listener<S> listener, Metadata sent) {
        headers.merge(sent);
        super.start(listener, sent);
    }

    @Override
    public void sendMessage(Q sent) {
        message = sent;
        super.sendMessage(sent);
    }

    @Override
    public void halfClose() {
        super.halfClose();
        Q whole = message;
        message = null;
        if (whole != null) {
            copies.send(headers, whole);
        }
    }
}
