package io.opensergo.grpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction.Header;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction.ProvidedResponse;

/** The reply of a rule, which is one of HTTP, as far as gRPC can say it. */
final class Fallbacks {

    private Fallbacks() {}

    /** Returns the code that {@code google.rpc.Code} puts beside a status of HTTP. */
    static Status status(int http, Status otherwise) {
        return switch (http) {
            case 400 -> Status.INVALID_ARGUMENT;
            case 401 -> Status.UNAUTHENTICATED;
            case 403 -> Status.PERMISSION_DENIED;
            case 404 -> Status.NOT_FOUND;
            case 409 -> Status.ABORTED;
            case 429 -> Status.RESOURCE_EXHAUSTED;
            case 499 -> Status.CANCELLED;
            case 500 -> Status.INTERNAL;
            case 501 -> Status.UNIMPLEMENTED;
            case 503 -> Status.UNAVAILABLE;
            case 504 -> Status.DEADLINE_EXCEEDED;
            default -> otherwise;
        };
    }

    /** Puts the headers into the trailers, but for those that are gRPC's or HTTP's own. */
    static void putHeaders(ProvidedResponse provided, Metadata trailers) {
        for (Header header : provided.responseAdditionalHeaders()) {
            Metadata.Key<String> key = Headers.key(header.key());
            if (key != null && !Headers.isReserved(key) && Headers.isValue(header.value())) {
                trailers.put(key, header.value());
            }
        }
    }
}
