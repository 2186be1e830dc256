package io.opensergo.grpc;

import io.grpc.Metadata;
import java.util.concurrent.TimeUnit;

/** What a server says of retries in its trailers, as the retries of gRPC itself understand it. */
final class Pushback {

    static final Metadata.Key<String> KEY =
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

    /** There is to be no retry. */
    static final long NEVER = Long.MAX_VALUE;

    private Pushback() {}

    /** Returns how long to wait at least; 0 if the server says nothing. */
    static long nanos(Metadata trailers) {
        String text = trailers.get(KEY);
        if (text == null) {
            return 0;
        }
        try {
            int millis = Integer.parseInt(text);
            return millis < 0 ? NEVER : TimeUnit.MILLISECONDS.toNanos(millis);
        } catch (NumberFormatException e) {
            return NEVER; // as gRPC takes what it cannot read
        }
    }
}
