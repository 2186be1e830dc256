package io.opensergo.dubbo;

import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Rejection;
import java.util.function.BiConsumer;
import org.apache.dubbo.rpc.AsyncRpcResult;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.jspecify.annotations.Nullable;

/**
 * A call that both of its guards have admitted: the one of the method within the one of the
 * service. It ends exactly once: {@link #proceed} sees to it, or whoever does not make it calls
 * {@link #withdraw}.
 *
 * <p>If one of them makes it wait, it waits for both, and asks both when its turn has come. Used by
 * one thread at a time until it is made.
 */
final class GuardedCall implements BiConsumer<@Nullable Result, @Nullable Throwable> {

    private final Outcomes outcomes;
    private final Guard service;
    private final Guard method;
    private long serviceToken;
    private long methodToken;

    GuardedCall(
            Outcomes outcomes, Guard service, long serviceToken, Guard method, long methodToken) {
        this.outcomes = outcomes;
        this.service = service;
        this.serviceToken = serviceToken;
        this.method = method;
        this.methodToken = methodToken;
    }

    /** Returns whether the call has to wait and to ask again; if so, it holds no slot meanwhile. */
    boolean waits() {
        if (!Guard.isWaiting(serviceToken) && !Guard.isWaiting(methodToken)) {
            return false;
        }
        serviceToken = service.defer(serviceToken);
        methodToken = method.defer(methodToken);
        return true;
    }

    /** Returns how many nanoseconds the call has to wait from now. */
    long waitNanos() {
        return Math.max(service.waitNanos(serviceToken), method.waitNanos(methodToken));
    }

    /** Waits on this thread; returns whether it has, or was interrupted. */
    boolean await() {
        try {
            service.await(serviceToken);
            method.await(methodToken);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Asks both guards whether the call may be made now that its turn has come; returns why not, or
     * {@code null}. A call that is refused has given everything back.
     */
    @Nullable Rejection resume() {
        long serviceWaiting = serviceToken;
        serviceToken = service.proceed(serviceWaiting);
        if (Guard.isRefused(serviceToken)) {
            method.withdraw(methodToken);
            return service.rejection(serviceToken);
        }
        methodToken = method.proceed(methodToken);
        if (Guard.isRefused(methodToken)) {
            service.withdraw(serviceToken);
            if (Guard.isWaiting(serviceWaiting)) {
                service.withdraw(serviceWaiting);
            }
            return method.rejection(methodToken);
        }
        return null;
    }

    /** Gives back everything, since the call is not made. */
    void withdraw() {
        method.withdraw(methodToken);
        service.withdraw(serviceToken);
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

    private void end(Outcome outcome) {
        method.release(methodToken, outcome);
        service.release(serviceToken, outcome);
    }
}
