package io.opensergo.grpc;

import io.grpc.ClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.Status;

/** Ends a call by its status, before its caller hears of that, who may call again at once. */
final class EndListener<S> extends SimpleForwardingClientCallListener<S> {

    private final CallEnd end;

    EndListener(ClientCall.Listener<S> listener, CallEnd end) {
        super(listener);
        this.end = end;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        end.end(status);
        super.onClose(status, trailers);
    }
}
