package io.opensergo.dubbo;

import io.opensergo.governance.Rejection;
import io.opensergo.governance.RequestRejectedException;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.rpc.RpcException;
import org.apache.dubbo.rpc.StatusRpcException;
import org.apache.dubbo.rpc.TriRpcStatus;
import org.jspecify.annotations.Nullable;

/** Turns the refusal of a guard into Dubbo's own error. */
final class Rejections {

    private static final StackTraceElement[] NO_TRACE = {};

    private Rejections() {}

    /** For a caller in this process: its cause holds the rejection. */
    static RpcException toCaller(Rejection rejection) {
        return withoutTrace(
                new RpcException(
                        RpcException.LIMIT_EXCEEDED_EXCEPTION,
                        rejection.toString(),
                        new RequestRejectedException(rejection)));
    }

    /**
     * For a caller elsewhere, who may not have our classes: the message says it all. By the triple
     * protocol the status travels and not the exception; Dubbo would make it {@code UNAVAILABLE},
     * which asks gRPC's clients to try again.
     */
    static RpcException toPeer(String reason, String protocol) {
        return withoutTrace(
                protocol.equals(CommonConstants.TRIPLE)
                        ? new TriRpcStatus(TriRpcStatus.Code.RESOURCE_EXHAUSTED, null, reason)
                                .asException()
                        : new RpcException(RpcException.LIMIT_EXCEEDED_EXCEPTION, reason));
    }

    /** Returns the exception that a peer meant: of the triple protocol Dubbo knows no limits. */
    static @Nullable RpcException fromPeer(@Nullable Throwable error) {
        return error instanceof StatusRpcException status && isOfLimit(status)
                ? withoutTrace(
                        new RpcException(
                                RpcException.LIMIT_EXCEEDED_EXCEPTION, status.getMessage(), status))
                : null;
    }

    static boolean isOfLimit(StatusRpcException error) {
        return error.getStatus().code == TriRpcStatus.Code.RESOURCE_EXHAUSTED;
    }

    /** It says nothing, is logged by Dubbo for each refusal, and would travel. */
    private static RpcException withoutTrace(RpcException exception) {
        exception.setStackTrace(NO_TRACE);
        return exception;
    }
}
