package io.opensergo.dubbo;

import io.opensergo.governance.Outcome;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.dubbo.remoting.RemotingException;
import org.apache.dubbo.remoting.TimeoutException;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.RpcException;
import org.jspecify.annotations.Nullable;

/**
 * How calls ended, as circuit breakers need to know it.
 *
 * @param businessExceptionsAreErrors whether what a service throws is a failure of it
 */
record Outcomes(boolean businessExceptionsAreErrors) {

    Outcome of(@Nullable Result result, @Nullable Throwable error) {
        if (error != null) {
            return of(error);
        }
        return result != null && result.hasException()
                ? of(result.getException())
                : Outcome.SUCCESS;
    }

    Outcome of(Throwable error) {
        Throwable cause = error.getCause();
        if (cause != null && (isWrapper(error) || (isCodeless(error) && isWrapper(cause)))) {
            return of(cause);
        }
        if (isCancelled(error) || (cause != null && isCodeless(error) && isCancelled(cause))) {
            return Outcome.CANCELLED;
        }
        if (error instanceof RpcException rpc && !rpc.isBiz()) {
            return Outcome.failure(error, status(rpc.getCode()));
        }
        if (error instanceof TimeoutException) {
            return Outcome.failure(error, status(RpcException.TIMEOUT_EXCEPTION));
        }
        if (error instanceof RemotingException) {
            return Outcome.failure(error, status(RpcException.NETWORK_EXCEPTION));
        }
        return businessExceptionsAreErrors ? Outcome.failure(error) : Outcome.SUCCESS;
    }

    /** Dubbo wraps the interrupt of a waiting caller in a failure without a code. */
    private static boolean isCancelled(Throwable error) {
        return Outcome.of(error) == Outcome.CANCELLED;
    }

    private static boolean isWrapper(Throwable error) {
        return error instanceof CompletionException || error instanceof ExecutionException;
    }

    /** Triple's failures lose their code when Dubbo rethrows them to a synchronous caller. */
    private static boolean isCodeless(Throwable error) {
        return error instanceof RpcException rpc && rpc.getCode() == RpcException.UNKNOWN_EXCEPTION;
    }

    /** Returns the name of the constant that {@link RpcException} has for a code. */
    private static String status(int code) {
        return switch (code) {
            case RpcException.NETWORK_EXCEPTION -> "NETWORK_EXCEPTION";
            case RpcException.TIMEOUT_EXCEPTION -> "TIMEOUT_EXCEPTION";
            case RpcException.FORBIDDEN_EXCEPTION -> "FORBIDDEN_EXCEPTION";
            case RpcException.SERIALIZATION_EXCEPTION -> "SERIALIZATION_EXCEPTION";
            case RpcException.NO_INVOKER_AVAILABLE_AFTER_FILTER ->
                    "NO_INVOKER_AVAILABLE_AFTER_FILTER";
            case RpcException.LIMIT_EXCEEDED_EXCEPTION -> "LIMIT_EXCEEDED_EXCEPTION";
            case RpcException.TIMEOUT_TERMINATE -> "TIMEOUT_TERMINATE";
            case RpcException.REGISTRY_EXCEPTION -> "REGISTRY_EXCEPTION";
            case RpcException.ROUTER_CACHE_NOT_BUILD -> "ROUTER_CACHE_NOT_BUILD";
            case RpcException.METHOD_NOT_FOUND -> "METHOD_NOT_FOUND";
            case RpcException.VALIDATION_EXCEPTION -> "VALIDATION_EXCEPTION";
            case RpcException.AUTHORIZATION_EXCEPTION -> "AUTHORIZATION_EXCEPTION";
            default -> "UNKNOWN_EXCEPTION";
        };
    }
}
