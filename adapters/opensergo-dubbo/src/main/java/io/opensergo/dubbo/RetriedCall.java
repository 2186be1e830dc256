package io.opensergo.dubbo;

import io.opensergo.governance.action.AttemptResult;
import io.opensergo.governance.action.RetryDecision;
import io.opensergo.governance.action.RetryPolicy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.rpc.AppResponse;
import org.apache.dubbo.rpc.AsyncRpcResult;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.RpcException;
import org.apache.dubbo.rpc.support.RpcUtils;
import org.jspecify.annotations.Nullable;

/**
 * A call that is made again as its route says, in place of the cluster, which tries it once each
 * time. A synchronous call waits between attempts on its caller's thread; a further attempt of an
 * asynchronous one is made on a thread of the common pool. For one call.
 */
final class RetriedCall {

    private static final String IDEMPOTENCY_KEY = "idempotency-key";

    /** A parameter of a reference or of one of its methods. */
    private static final String IDEMPOTENT = "opensergo.idempotent";

    private final Invoker<?> invoker;
    private final Invocation invocation;
    private final RetryPolicy policy;

    /** The attempt under way of an asynchronous call. */
    private volatile @Nullable CompletableFuture<AppResponse> current;

    private volatile boolean isGivenUp;

    RetriedCall(Invoker<?> invoker, Invocation invocation, RetryPolicy policy) {
        this.invoker = invoker;
        this.invocation = invocation;
        this.policy = policy;
    }

    Result make() {
        policy.onRequest();
        if (InvokeModes.isSynchronous(invoker, invocation)) {
            return makeNow();
        }
        CallerContext caller = CallerContext.capture();
        var end = new CompletableFuture<AppResponse>();
        attempt(0, caller, end);
        return DelayedResult.of(end, invocation, this::giveUp);
    }

    /** Dubbo's cluster takes the number away when it reads it. */
    private Result attempt() {
        RpcContext.getClientAttachment().setObjectAttachment(CommonConstants.RETRIES_KEY, 0);
        try {
            return invoker.invoke(invocation);
        } finally {
            RpcContext.getClientAttachment().removeAttachment(CommonConstants.RETRIES_KEY);
        }
    }

    private Result makeNow() {
        for (int retries = 0; ; retries++) {
            Result result = null;
            Throwable failure;
            try {
                result = attempt();
                failure = result.getException();
            } catch (RpcException e) {
                failure = e;
            }
            RetryDecision decision = failure == null ? null : decide(retries, failure);
            if (decision == null || !decision.isRetry()) {
                if (result == null) {
                    throw (RpcException) failure;
                }
                return result;
            }
            sleep(decision.delayNanos());
        }
    }

    private void sleep(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(
                    "interrupted before another attempt of '"
                            + RpcUtils.getMethodName(invocation)
                            + "'",
                    e);
        }
    }

    private void attempt(int retries, CallerContext caller, CompletableFuture<AppResponse> end) {
        CompletableFuture<AppResponse> made;
        try {
            made = ((AsyncRpcResult) attempt()).getResponseFuture();
        } catch (RpcException e) {
            made = CompletableFuture.failedFuture(e);
        }
        current = made;
        if (isGivenUp) {
            made.cancel(false);
            return;
        }
        CompletableFuture<AppResponse> unused =
                made.whenComplete(
                        (answer, error) -> {
                            Throwable failure = error == null ? answer.getException() : error;
                            RetryDecision decision =
                                    failure == null || isGivenUp
                                            ? RetryDecision.NOT_ASKED_FOR
                                            : decide(retries, failure);
                            if (decision.isRetry()) {
                                again(decision.delayNanos(), retries + 1, caller, end);
                            } else if (error == null) {
                                end.complete(answer);
                            } else {
                                end.completeExceptionally(error);
                            }
                        });
    }

    private void again(
            long delay, int retries, CallerContext caller, CompletableFuture<AppResponse> end) {
        CompletableFuture.delayedExecutor(delay, TimeUnit.NANOSECONDS)
                .execute(
                        () -> {
                            if (isGivenUp) {
                                return;
                            }
                            try {
                                caller.run(() -> attempt(retries, caller, end));
                            } catch (RuntimeException | Error e) {
                                end.completeExceptionally(e);
                            }
                        });
    }

    private void giveUp() {
        isGivenUp = true;
        CompletableFuture<AppResponse> underWay = current;
        if (underWay != null) {
            underWay.cancel(false);
        }
    }

    private RetryDecision decide(int retries, Throwable failure) {
        List<AttemptResult> results = AttemptResults.of(failure);
        AttemptResult asked =
                results.stream().filter(policy::asksFor).findFirst().orElse(results.get(0));
        CallTime time = CallTime.of(invocation);
        return policy.decide(
                retries,
                asked,
                isIdempotent() || results.contains(AttemptResult.CONNECT_FAILURE),
                time == null ? Long.MAX_VALUE : time.remainingNanos());
    }

    private boolean isIdempotent() {
        URL url = invoker.getUrl();
        var call = new InvocationView("", url, invocation);
        return url.getMethodParameter(RpcUtils.getMethodName(invocation), IDEMPOTENT, false)
                || RetryPolicy.isIdempotent("", call.header(IDEMPOTENCY_KEY));
    }
}
