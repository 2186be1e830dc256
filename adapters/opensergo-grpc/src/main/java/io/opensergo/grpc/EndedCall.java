package io.opensergo.grpc;

import io.grpc.Attributes;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/** Stands for a call that has ended without being made: what its caller still does is in vain. */
final class EndedCall<Q, S> extends ClientCall<Q, S> {

    @Override
    public void start(Listener<S> listener, Metadata headers) {
        throw new IllegalStateException("already started");
    }

    @Override
    public void request(int messages) {}

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {}

    @Override
    public void halfClose() {}

    @Override
    public void sendMessage(Q message) {}

    @Override
    public boolean isReady() {
        return false;
    }

    @Override
    public Attributes getAttributes() {
        return Attributes.EMPTY;
    }
}
