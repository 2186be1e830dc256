package io.opensergo.grpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.opensergo.governance.Rejection;
import io.opensergo.governance.RequestRejectedException;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction.ProvidedResponse;
import io.opensergo.rules.faulttolerance.StrategyKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a refused call ends with.
 *
 * <p>A limit is {@code RESOURCE_EXHAUSTED}: the caller asked for too much, and another instance
 * would have said so too. An open breaker and an overloaded process are {@code UNAVAILABLE}, as
 * with Envoy: another instance may well serve the call. If it can be told when a retry makes sense,
 * a {@code RetryInfo} and the pushback that retries of gRPC follow say so.
 *
 * @param status with a description for people; without names of rules, unless it stays here
 * @param trailers what goes with it
 */
record Refusal(Status status, Metadata trailers) {

    static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

    /** Returns what a caller in another process gets. */
    static Refusal toCaller(Rejection rejection) {
        ProvidedResponse provided = provided(rejection);
        Status status = status(rejection.kind());
        if (provided == null) {
            return of(status.withDescription(description(rejection)), rejection);
        }
        Status chosen = Fallbacks.status(provided.responseStatusCode(), status);
        String body = provided.responseContentBody();
        Refusal refusal =
                of(chosen.withDescription(body == null ? description(rejection) : body), rejection);
        Fallbacks.putHeaders(provided, refusal.trailers);
        return refusal;
    }

    /** Returns what ends a call of this process, which may know all of it. */
    static Refusal ofCall(Rejection rejection) {
        return of(
                status(rejection.kind())
                        .withDescription(rejection.toString())
                        .withCause(new RequestRejectedException(rejection)),
                rejection);
    }

    private static @Nullable ProvidedResponse provided(Rejection rejection) {
        HttpRequestFallbackAction fallback = rejection.fallback();
        return fallback == null ? null : fallback.behaviorDesc();
    }

    private static Refusal of(Status status, Rejection rejection) {
        var trailers = new Metadata();
        Duration delay = rejection.retryAfter();
        if (delay != null) {
            String description = status.getDescription();
            trailers.put(
                    DETAILS,
                    ErrorDetails.retryAfter(
                            status.getCode().value(),
                            description == null ? "" : description,
                            delay));
            trailers.put(Pushback.KEY, Integer.toString(millis(delay)));
        }
        return new Refusal(status, trailers);
    }

    private static Status status(@Nullable StrategyKind kind) {
        return kind == StrategyKind.CIRCUIT_BREAKER
                        || kind == StrategyKind.ADAPTIVE_OVERLOAD_PROTECTION
                ? Status.UNAVAILABLE
                : Status.RESOURCE_EXHAUSTED;
    }

    private static String description(Rejection rejection) {
        StrategyKind kind = rejection.kind();
        if (kind == null) {
            return rejection.limit();
        }
        return switch (kind) {
            case RATE_LIMIT -> "rate limit reached";
            case THROTTLING -> "too many calls are waiting";
            case CONCURRENCY_LIMIT -> "too many calls at once";
            case CIRCUIT_BREAKER -> "circuit breaker is open";
            case ADAPTIVE_OVERLOAD_PROTECTION -> "overloaded";
        };
    }

    /** Rounded up; callers read an {@code int}, and take anything else for "never". */
    private static int millis(Duration delay) {
        try {
            return (int) Math.min(Integer.MAX_VALUE, delay.plusNanos(999_999).toMillis());
        } catch (ArithmeticException e) {
            return Integer.MAX_VALUE;
        }
    }
}
