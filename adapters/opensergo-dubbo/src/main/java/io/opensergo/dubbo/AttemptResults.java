package io.opensergo.dubbo;

import io.opensergo.governance.action.AttemptResult;
import java.net.ConnectException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.dubbo.remoting.RemotingException;
import org.apache.dubbo.remoting.TimeoutException;
import org.apache.dubbo.rpc.RpcException;

/**
 * How attempts end, as the conditions of a route name it. A failure of Dubbo is what happened to
 * the connection, and also the status of gRPC and of HTTP that Triple has for it; a rule may name
 * either.
 */
final class AttemptResults {

    private static final List<AttemptResult> NOT_TRIED = List.of(AttemptResult.NOT_TRIED);

    private AttemptResults() {}

    /**
     * Returns what a failure is; one that is a {@link AttemptResult#CONNECT_FAILURE} comes first.
     */
    static List<AttemptResult> of(Throwable failure) {
        Throwable cause = failure.getCause();
        boolean isWrapper =
                failure instanceof CompletionException
                        || failure instanceof ExecutionException
                        || (failure instanceof RpcException rpc
                                && rpc.getCode() == RpcException.UNKNOWN_EXCEPTION);
        if (cause != null && isWrapper) {
            return of(cause);
        }
        if (failure instanceof TimeoutException) {
            return ofCode(RpcException.TIMEOUT_EXCEPTION, failure);
        }
        if (failure instanceof RemotingException) {
            return ofCode(RpcException.NETWORK_EXCEPTION, failure);
        }
        if (failure instanceof RpcException rpc) {
            return ofCode(rpc.getCode(), failure);
        }
        return failure instanceof Error || failure instanceof CancellationException
                ? NOT_TRIED
                : List.of(AttemptResult.http(500), AttemptResult.grpc(2));
    }

    private static List<AttemptResult> ofCode(int code, Throwable failure) {
        return switch (code) {
            case RpcException.NETWORK_EXCEPTION ->
                    List.of(
                            isConnectFailure(failure)
                                    ? AttemptResult.CONNECT_FAILURE
                                    : AttemptResult.RESET,
                            AttemptResult.http(503),
                            AttemptResult.grpc(14));
            case RpcException.NO_INVOKER_AVAILABLE_AFTER_FILTER ->
                    List.of(
                            AttemptResult.CONNECT_FAILURE,
                            AttemptResult.http(503),
                            AttemptResult.grpc(14));
            case RpcException.TIMEOUT_EXCEPTION ->
                    List.of(
                            AttemptResult.TIMED_OUT,
                            AttemptResult.http(504),
                            AttemptResult.grpc(4));
            case RpcException.LIMIT_EXCEEDED_EXCEPTION ->
                    List.of(AttemptResult.http(429), AttemptResult.grpc(8));
            case RpcException.FORBIDDEN_EXCEPTION, RpcException.AUTHORIZATION_EXCEPTION ->
                    List.of(AttemptResult.http(403), AttemptResult.grpc(7));
            case RpcException.METHOD_NOT_FOUND ->
                    List.of(AttemptResult.http(501), AttemptResult.grpc(12));
            case RpcException.TIMEOUT_TERMINATE -> NOT_TRIED;
            default -> List.of(AttemptResult.http(500), AttemptResult.grpc(2));
        };
    }

    private static boolean isConnectFailure(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof ConnectException) {
                return true;
            }
        }
        return false;
    }
}
