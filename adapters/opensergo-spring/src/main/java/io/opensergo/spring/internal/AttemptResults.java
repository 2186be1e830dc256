package io.opensergo.spring.internal;

import io.opensergo.governance.RequestRejectedException;
import io.opensergo.governance.action.AttemptResult;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What the exception of an attempt says of it. The clients have types of their own, which may be
 * absent: those are known by their names.
 */
public final class AttemptResults {

    private static final int MAX_CAUSES = 16;

    private AttemptResults() {}

    /**
     * Returns how an attempt ended that failed; {@link AttemptResult#NOT_TRIED}, after which
     * nothing is tried again, for a refusal and for what is no failure of a connection.
     */
    public static AttemptResult of(Throwable error) {
        AttemptResult result = AttemptResult.NOT_TRIED;
        Throwable cause = error;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
            if (cause instanceof RequestRejectedException) {
                return AttemptResult.NOT_TRIED;
            }
            AttemptResult one = ofOne(cause);
            if (one != null && result.kind() != AttemptResult.Kind.CONNECT_FAILURE) {
                // the innermost says most: a failure to connect is thrown as one of input or output
                result = one;
            }
            cause = cause.getCause();
        }
        return result;
    }

    private static @Nullable AttemptResult ofOne(Throwable error) {
        String name = error.getClass().getSimpleName();
        if (error instanceof ConnectException
                || error instanceof UnknownHostException
                || error instanceof NoRouteToHostException
                || error instanceof UnresolvedAddressException
                || error instanceof SSLException
                || name.equals("ConnectTimeoutException") // of Netty and Apache
                || name.equals("HttpConnectTimeoutException")
                || name.equals("PoolAcquireTimeoutException")) {
            return AttemptResult.CONNECT_FAILURE;
        }
        if (error instanceof SocketTimeoutException
                || error instanceof TimeoutException
                || name.equals("HttpTimeoutException")
                || name.equals("ReadTimeoutException")) { // of Netty
            return AttemptResult.TIMED_OUT;
        }
        return error instanceof IOException ? AttemptResult.RESET : null;
    }
}
