package io.opensergo.grpc;

import io.grpc.ClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.Status;
import io.opensergo.governance.action.HeaderChanges;

/** Changes the headers of a response; of one that has only trailers, those. */
final class ResponseHeaders<S> extends SimpleForwardingClientCallListener<S> {

    private final HeaderChanges changes;
    private boolean hadHeaders;

    ResponseHeaders(ClientCall.Listener<S> listener, HeaderChanges changes) {
        super(listener);
        this.changes = changes;
    }

    @Override
    public void onHeaders(Metadata headers) {
        hadHeaders = true;
        changes.applyTo(new MetadataChanges(headers));
        super.onHeaders(headers);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        if (!hadHeaders) {
            changes.applyTo(new MetadataChanges(trailers));
        }
        super.onClose(status, trailers);
    }
}
