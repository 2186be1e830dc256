package io.opensergo.dubbo;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.apache.dubbo.rpc.AppResponse;
import org.apache.dubbo.rpc.AsyncRpcResult;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.protocol.dubbo.FutureAdapter;

/**
 * The result of an asynchronous call that is throttled. Whoever gives the call up, by cancelling or
 * completing the future that Dubbo hands out, takes it out of the line.
 *
 * <p>The call is taken once, by its turn or by its caller; for any thread.
 */
final class ThrottledResult extends AsyncRpcResult {

    private final GuardedCall call;
    private final CompletableFuture<AppResponse> response;
    private final AtomicBoolean isTaken = new AtomicBoolean();

    ThrottledResult(
            GuardedCall call, CompletableFuture<AppResponse> response, Invocation invocation) {
        super(response, invocation);
        this.call = call;
        this.response = response;
    }

    /** Returns whether the call is to be made, since its turn has come and it was not given up. */
    boolean take() {
        return isTaken.compareAndSet(false, true);
    }

    /**
     * Hands out a future of the same kind as Dubbo does each time, but one that is listened to:
     * Dubbo's passes on a cancellation, and no other end.
     */
    @Override
    public Result whenCompleteWithContext(BiConsumer<Result, Throwable> action) {
        super.whenCompleteWithContext(action);
        var handedOut = new FutureAdapter<Object>(getResponseFuture());
        CompletableFuture<Object> unused = handedOut.whenComplete((value, error) -> giveUp());
        RpcContext.getServiceContext().setFuture(handedOut);
        return this;
    }

    private void giveUp() {
        if (take()) {
            call.withdraw();
            response.cancel(false); // so that filters hear of it
        }
    }
}
