package io.opensergo.dubbo;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.dubbo.rpc.AppResponse;
import org.apache.dubbo.rpc.AsyncRpcResult;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.protocol.dubbo.FutureAdapter;
import org.jspecify.annotations.Nullable;

/**
 * The result of an asynchronous call that is made later, or again, on a thread of the common pool
 * that looks like the caller's. Whoever gives the call up, by cancelling or completing the future
 * that Dubbo hands out, keeps it from being made, or made again.
 *
 * <p>The call is taken once, by its time or by its caller; for any thread.
 */
final class DelayedResult extends AsyncRpcResult {

    private final Runnable onGivenUp;
    private final CompletableFuture<AppResponse> response;
    private final AtomicBoolean isTaken = new AtomicBoolean();

    private DelayedResult(
            Runnable onGivenUp, CompletableFuture<AppResponse> response, Invocation invocation) {
        super(response, invocation);
        this.onGivenUp = onGivenUp;
        this.response = response;
    }

    /**
     * Makes a call after a while.
     *
     * @param onGivenUp what to do if it is not made
     */
    static Result after(
            long nanos, Invocation invocation, Supplier<Result> call, Runnable onGivenUp) {
        CallerContext caller = CallerContext.capture();
        var response = new CompletableFuture<AppResponse>();
        var result = new DelayedResult(onGivenUp, response, invocation);
        CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS)
                .execute(
                        () -> {
                            if (result.take()) {
                                caller.run(() -> make(call, response));
                            }
                        });
        return result;
    }

    /**
     * Returns the result of a call that is under way, by several attempts.
     *
     * @param attempts the end of the last one
     * @param onGivenUp what to do if its caller gives it up before
     */
    static Result of(
            CompletableFuture<AppResponse> attempts, Invocation invocation, Runnable onGivenUp) {
        var response = new CompletableFuture<AppResponse>();
        var result = new DelayedResult(onGivenUp, response, invocation);
        CompletableFuture<AppResponse> unused =
                attempts.whenComplete(
                        (answer, error) -> {
                            if (result.take()) {
                                end(response, answer, error);
                            }
                        });
        return result;
    }

    private static void make(Supplier<Result> call, CompletableFuture<AppResponse> response) {
        try {
            call.get().whenCompleteWithContext((result, error) -> end(response, result, error));
        } catch (Throwable e) {
            response.completeExceptionally(e);
        }
    }

    private static void end(
            CompletableFuture<AppResponse> response,
            @Nullable Result result,
            @Nullable Throwable error) {
        if (error == null) {
            response.complete((AppResponse) result);
        } else {
            response.completeExceptionally(error);
        }
    }

    private boolean take() {
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
            onGivenUp.run();
            response.cancel(false); // so that filters hear of it
        }
    }
}
