package io.opensergo.dubbo;

import io.opensergo.governance.Rejection;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.common.extension.Activate;
import org.apache.dubbo.rpc.AsyncRpcResult;
import org.apache.dubbo.rpc.BaseFilter;
import org.apache.dubbo.rpc.Filter;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.RpcException;
import org.apache.dubbo.rpc.model.ModuleModel;

/**
 * Guards the services that an application provides, and takes over the colour of their callers.
 *
 * <p>A refused call is answered with an {@link RpcException} of the code {@link
 * RpcException#LIMIT_EXCEEDED_EXCEPTION}. A throttled one waits on the thread that serves it,
 * unless that is one of the network's: there it is refused. Made by Dubbo, for any thread.
 */
@Activate(group = CommonConstants.PROVIDER, order = -1000)
public final class ProviderGovernanceFilter extends GuardingFilter
        implements Filter, BaseFilter.Listener {

    /** Under which a call keeps why it was refused. */
    private static final Object REJECTION = Rejection.class;

    /** Made by Dubbo, once per module. */
    public ProviderGovernanceFilter(ModuleModel module) {
        super(module);
    }

    /** Serves a call if it is admitted. */
    @Override
    public Result invoke(Invoker<?> invoker, Invocation invocation) {
        DubboGovernance governance = governance();
        if (governance == null) {
            return invoker.invoke(invocation);
        }
        String service = serviceOf(invoker);
        Colours.receive(
                governance.governor().lanes(),
                new InvocationView(service, invoker.getUrl(), invocation));
        return guard(governance.inbound().of(service), governance.outcomes(), invoker, invocation);
    }

    @Override
    Result refuse(Rejection rejection, Invoker<?> invoker, Invocation invocation) {
        return refuse(rejection.toString(), invocation);
    }

    /**
     * Dubbo's filter for exceptions would log each refusal as an error, with its trace, so the
     * exception is set behind it.
     */
    private static Result refuse(String reason, Invocation invocation) {
        invocation.put(REJECTION, Rejections.toPeer(reason));
        return AsyncRpcResult.newDefaultAsyncResult(invocation);
    }

    @Override
    Result proceedLater(GuardedCall call, Invoker<?> invoker, Invocation invocation) {
        String reason;
        if (isNetworkThread()) {
            reason = "throttled, and the dispatcher of this provider leaves no thread to wait on";
        } else if (call.await()) {
            return proceedIfAdmitted(call, invoker, invocation);
        } else {
            reason = "interrupted while throttled";
        }
        call.withdraw();
        return refuse(reason, invocation);
    }

    /** Dubbo names the threads of its servers' event loops so. */
    private static boolean isNetworkThread() {
        return Thread.currentThread().getName().startsWith("NettyServerWorker");
    }

    /**
     * Turns the answer to a refused call into its rejection, and the refusal of a call that the
     * service made into one that can travel; for Dubbo.
     */
    @Override
    public void onResponse(Result response, Invoker<?> invoker, Invocation invocation) {
        if (governance() == null) {
            return;
        }
        if (invocation.get(REJECTION) instanceof RpcException rejection) {
            response.setException(rejection);
        } else if (Rejections.isForCaller(response.getException())) {
            response.setException(
                    Rejections.toPeer(String.valueOf(response.getException().getMessage())));
        }
    }

    /** Does nothing; for Dubbo. */
    @Override
    public void onError(Throwable error, Invoker<?> invoker, Invocation invocation) {}
}
