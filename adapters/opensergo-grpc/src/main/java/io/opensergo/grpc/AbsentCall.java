package io.opensergo.grpc;

import io.grpc.Attributes;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/** Stands for a call that has not started; nothing but to cancel it is allowed then. */
final class AbsentCall<Q, S> extends ClientCall<Q, S> {

    private static final AbsentCall<?, ?> NOT_STARTED = new AbsentCall<>("not started");
    private static final AbsentCall<?, ?> WAITS = new AbsentCall<>("waits");

    private final String state;

    private AbsentCall(String state) {
        this.state = state;
    }

    /** Returns what stands for any call that its caller has not started. */
    @SuppressWarnings("unchecked") // it takes and gives no message
    static <Q, S> AbsentCall<Q, S> notStarted() {
        return (AbsentCall<Q, S>) NOT_STARTED;
    }

    /** Returns what stands for any call that waits. */
    @SuppressWarnings("unchecked") // it takes and gives no message
    static <Q, S> AbsentCall<Q, S> waits() {
        return (AbsentCall<Q, S>) WAITS;
    }

    @Override
    public void start(Listener<S> listener, Metadata headers) {
        throw new IllegalStateException(state);
    }

    @Override
    public void request(int messages) {
        throw new IllegalStateException(state);
    }

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {}

    @Override
    public void halfClose() {
        throw new IllegalStateException(state);
    }

    @Override
    public void sendMessage(Q message) {
        throw new IllegalStateException(state);
    }

    @Override
    public boolean isReady() {
        return false;
    }

    @Override
    public Attributes getAttributes() {
        return Attributes.EMPTY;
    }
}
