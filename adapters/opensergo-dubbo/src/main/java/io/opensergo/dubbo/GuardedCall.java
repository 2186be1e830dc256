package io.opensergo.dubbo;

import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.apache.dubbo.rpc.AsyncRpcResult;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.jspecify.annotations.Nullable;

/**
 * A call that both of its guards have admitted: the one of the method within the one of the
 * service. It ends exactly once: {@link #proceed} sees to it, or whoever gives it up calls {@link
 * #end}.
 */
final class GuardedCall implements BiConsumer<@Nullable Result, @Nullable Throwable> {

    private final Outcomes outcomes;
    private final Guard service;
    private final long serviceToken;
    private final Guard method;
    private final long methodToken;

    GuardedCall(
            Outcomes outcomes, Guard service, long serviceToken, Guard method, long methodToken) {
        this.outcomes = outcomes;
        this.service = service;
        this.serviceToken = serviceToken;
        this.method = method;
        this.methodToken = methodToken;
    }

    /** Returns how many nanoseconds the call has to wait from now. */
    long waitNanos() {
        return Math.max(service.waitNanos(serviceToken), method.waitNanos(methodToken));
    }

    /** Waits on this thread; returns whether it has, or was interrupted. */
    boolean await() {
        for (long wait = waitNanos(); wait > 0; wait = waitNanos()) {
            if (Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(this, wait);
        }
        return true;
    }

    /** Makes the call, and ends it when its result is there. */
    Result proceed(Invoker<?> invoker, Invocation invocation) {
        Result result;
        try {
            result = invoker.invoke(invocation);
        } catch (Throwable e) {
            end(outcomes.of(e));
            throw e;
        }
        if (isDone(result)) {
            end(outcomes.of(result, null));
            return result;
        }
        return result.whenCompleteWithContext(this);
    }

    /** Whether a result is there, and not the failure to get one. */
    private static boolean isDone(Result result) {
        return result instanceof AsyncRpcResult async
                && async.getResponseFuture().isDone()
                && !async.getResponseFuture().isCompletedExceptionally();
    }

    @Override
    public void accept(@Nullable Result result, @Nullable Throwable error) {
        end(outcomes.of(result, error));
    }

    void end(Outcome outcome) {
        method.release(methodToken, outcome);
        service.release(serviceToken, outcome);
    }
}
