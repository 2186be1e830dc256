package io.opensergo.dubbo;

import io.opensergo.governance.Rejection;
import io.opensergo.governance.RequestRejectedException;
import org.apache.dubbo.rpc.RpcException;
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

    /** Whether an error is one for a caller in this process, which others could not read. */
    static boolean isForCaller(@Nullable Throwable error) {
        return error instanceof RpcException
                && error.getCause() instanceof RequestRejectedException;
    }

    /** For a caller elsewhere, who may not have our classes: the message says it all. */
    static RpcException toPeer(String reason) {
        return withoutTrace(new RpcException(RpcException.LIMIT_EXCEEDED_EXCEPTION, reason));
    }

    /** It says nothing, is logged by Dubbo for each refusal, and would travel. */
    private static RpcException withoutTrace(RpcException exception) {
        exception.setStackTrace(NO_TRACE);
        return exception;
    }
}
