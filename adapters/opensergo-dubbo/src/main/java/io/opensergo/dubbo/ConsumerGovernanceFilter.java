package io.opensergo.dubbo;

import io.opensergo.governance.Rejection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.common.extension.Activate;
import org.apache.dubbo.rpc.AppResponse;
import org.apache.dubbo.rpc.AsyncRpcResult;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.InvokeMode;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.RpcException;
import org.apache.dubbo.rpc.RpcInvocation;
import org.apache.dubbo.rpc.cluster.filter.ClusterFilter;
import org.apache.dubbo.rpc.model.ModuleModel;
import org.apache.dubbo.rpc.support.RpcUtils;
import org.jspecify.annotations.Nullable;

/**
 * Guards the calls that an application makes, and gives them their colour. It sees a call once,
 * however often the cluster tries it.
 *
 * <p>A refused call ends with an {@link RpcException} of the code {@link
 * RpcException#LIMIT_EXCEEDED_EXCEPTION}, whose cause is a {@link
 * io.opensergo.governance.RequestRejectedException}. A throttled synchronous call waits on the
 * thread of its caller, an asynchronous one is made later on a thread of the common pool. Made by
 * Dubbo, for any thread.
 */
@Activate(group = CommonConstants.CONSUMER, order = -1000)
public final class ConsumerGovernanceFilter extends GuardingFilter implements ClusterFilter {

    /** Made by Dubbo, once per module. */
    public ConsumerGovernanceFilter(ModuleModel module) {
        super(module);
    }

    /** Makes a call if it is admitted. */
    @Override
    public Result invoke(Invoker<?> invoker, Invocation invocation) {
        DubboGovernance governance = governance();
        if (governance == null) {
            return invoker.invoke(invocation);
        }
        String service = serviceOf(invoker);
        Colours.send(
                governance.governor().lanes(),
                new InvocationView(service, invoker.getUrl(), invocation));
        Result result =
                guard(
                        governance.outbound().of(service),
                        governance.outcomes(),
                        invoker,
                        invocation);
        RpcException refusal = refusalOfProvider(result);
        return refusal == null ? result : AsyncRpcResult.newDefaultAsyncResult(refusal, invocation);
    }

    /**
     * Returns why the provider has refused a call, or {@code null} if it has not or is not done.
     * Dubbo would wrap its exception in one without a code.
     */
    private static @Nullable RpcException refusalOfProvider(Result result) {
        if (!(result instanceof AsyncRpcResult async)
                || !async.getResponseFuture().isCompletedExceptionally()) {
            return null;
        }
        Throwable error = async.getResponseFuture().handle((response, e) -> e).join();
        Throwable cause = error instanceof CompletionException ? error.getCause() : error;
        return cause instanceof RpcException rpc && rpc.isLimitExceed() ? rpc : null;
    }

    @Override
    Result refuse(Rejection rejection, Invoker<?> invoker, Invocation invocation) {
        modeOf(invoker, invocation);
        return AsyncRpcResult.newDefaultAsyncResult(Rejections.toCaller(rejection), invocation);
    }

    @Override
    Result proceedLater(GuardedCall call, Invoker<?> invoker, Invocation invocation) {
        if (modeOf(invoker, invocation) != InvokeMode.SYNC) {
            return proceedOnTimer(call, invoker, invocation);
        }
        if (call.await()) {
            return proceedIfAdmitted(call, invoker, invocation);
        }
        call.withdraw();
        throw new RpcException(
                "interrupted while '" + RpcUtils.getMethodName(invocation) + "' was throttled");
    }

    /** Settles how Dubbo hands over the result, which it does only when it reaches a provider. */
    private static InvokeMode modeOf(Invoker<?> invoker, Invocation invocation) {
        InvokeMode mode = RpcUtils.getInvokeMode(invoker.getUrl(), invocation);
        if (invocation instanceof RpcInvocation rpc) {
            rpc.setInvokeMode(mode);
        }
        return mode;
    }

    private Result proceedOnTimer(GuardedCall call, Invoker<?> invoker, Invocation invocation) {
        RpcContext.RestoreServiceContext context = RpcContext.storeServiceContext();
        // What is left of the time of the call that is being served, and settings of this one.
        Map<String, Object> attachments =
                new HashMap<>(RpcContext.getClientAttachment().getObjectAttachments());
        ClassLoader classLoader = Thread.currentThread().getContextClassLoader();
        var response = new CompletableFuture<AppResponse>();
        var result = new ThrottledResult(call, response, invocation);
        CompletableFuture.delayedExecutor(call.waitNanos(), TimeUnit.NANOSECONDS)
                .execute(
                        () -> {
                            if (!result.take()) { // given up
                                return;
                            }
                            RpcContext.restoreServiceContext(context);
                            RpcContext.getClientAttachment().setObjectAttachments(attachments);
                            proceed(call, invoker, invocation, classLoader, response);
                        });
        return result;
    }

    private void proceed(
            GuardedCall call,
            Invoker<?> invoker,
            Invocation invocation,
            ClassLoader classLoader,
            CompletableFuture<AppResponse> response) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try {
            thread.setContextClassLoader(classLoader);
            proceedIfAdmitted(call, invoker, invocation)
                    .whenCompleteWithContext((result, error) -> end(response, result, error));
        } catch (Throwable e) {
            response.completeExceptionally(e);
        } finally {
            RpcContext.removeContext();
            thread.setContextClassLoader(before);
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
}
