package io.opensergo.dubbo;

import io.opensergo.governance.Rejection;
import java.util.concurrent.CompletionException;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.common.extension.Activate;
import org.apache.dubbo.rpc.AsyncRpcResult;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.RpcException;
import org.apache.dubbo.rpc.cluster.filter.ClusterFilter;
import org.apache.dubbo.rpc.model.ModuleModel;
import org.apache.dubbo.rpc.support.RpcUtils;
import org.jspecify.annotations.Nullable;

/**
 * Guards the calls that an application makes, gives them their colour, and does what their routes
 * ask for. It sees a call once, however often the cluster tries it.
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
        var call = new InvocationView(service, invoker.getUrl(), invocation);
        Colours.send(governance.governor().lanes(), call);
        Result result =
                guard(
                        governance.outbound().of(service),
                        governance.outcomes(),
                        RoutedInvoker.of(
                                invoker, governance.governor(), governance.mirrors(), call),
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
        InvokeModes.isSynchronous(invoker, invocation);
        return AsyncRpcResult.newDefaultAsyncResult(Rejections.toCaller(rejection), invocation);
    }

    @Override
    Result proceedLater(GuardedCall call, Invoker<?> invoker, Invocation invocation) {
        if (!InvokeModes.isSynchronous(invoker, invocation)) {
            return DelayedResult.after(
                    call.waitNanos(),
                    invocation,
                    () -> proceedIfAdmitted(call, invoker, invocation),
                    call::withdraw);
        }
        if (call.await()) {
            return proceedIfAdmitted(call, invoker, invocation);
        }
        call.withdraw();
        throw new RpcException(
                "interrupted while '" + RpcUtils.getMethodName(invocation) + "' was throttled");
    }
}
