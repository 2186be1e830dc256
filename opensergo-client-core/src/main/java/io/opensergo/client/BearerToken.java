package io.opensergo.client;

import io.grpc.CallCredentials;
import io.grpc.Metadata;
import io.grpc.Status;
import io.opensergo.api.ConfigurationException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;

/**
 * Sends {@code authorization: Bearer ...} with each stream. Immutable.
 *
 * <p>What a supplier returns or throws may hold the secret, so none of it is repeated: problems say
 * what is wrong and where.
 */
final class BearerToken extends CallCredentials {

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final Supplier<? extends @Nullable String> supplier;

    BearerToken(Supplier<? extends @Nullable String> supplier) {
        this.supplier = supplier;
    }

    /** The given executor is the caller's own thread, often the client's, which must not wait. */
    @Override
    public void applyRequestMetadata(RequestInfo info, Executor executor, MetadataApplier applier) {
        try {
            Schedulers.boundedElastic().schedule(() -> apply(applier));
        } catch (RejectedExecutionException e) {
            applier.fail(Status.UNAVAILABLE.withDescription("no thread to ask for the token"));
        }
    }

    private void apply(MetadataApplier applier) {
        var headers = new Metadata();
        try {
            headers.put(AUTHORIZATION, "Bearer " + checked(ask()));
        } catch (ConfigurationException e) {
            applier.fail(Status.UNAUTHENTICATED.withCause(e));
            return;
        }
        applier.apply(headers);
    }

    /** An exception of the supplier is not kept as a cause, since its text may hold the secret. */
    private @Nullable String ask() {
        try {
            return supplier.get();
        } catch (RuntimeException | Error e) {
            throw new ConfigurationException(
                    "token",
                    "the supplier failed with "
                            + e.getClass().getName()
                            + ", whose message is not shown as it may hold the token");
        }
    }

    /**
     * Returns a token that can be sent.
     *
     * @throws ConfigurationException if it cannot; without the token
     */
    static String checked(@Nullable String token) {
        if (token == null || token.isBlank()) {
            throw new ConfigurationException(
                    "token", "must not be empty, but was " + (token == null ? "null" : "blank"));
        }
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            if (c <= ' ' || c > '~') {
                throw new ConfigurationException(
                        "token",
                        "must be visible ASCII characters, but has "
                                + (Character.isWhitespace(c) ? "white space" : "another")
                                + " at position "
                                + i
                                + " of "
                                + token.length());
            }
        }
        return token;
    }
}
