package io.opensergo.dubbo;

import io.opensergo.governance.routing.InstanceGroup;
import io.opensergo.governance.routing.RouteDecision;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.common.extension.Activate;
import org.apache.dubbo.rpc.AsyncRpcResult;
import org.apache.dubbo.rpc.Filter;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.RpcContextAttachment;
import org.apache.dubbo.rpc.RpcException;
import org.apache.dubbo.rpc.TimeoutCountDown;
import org.jspecify.annotations.Nullable;

/**
 * Gives each attempt of a call, to one provider, what is left of the time of its route. Made by
 * Dubbo, for any thread.
 */
@Activate(group = CommonConstants.CONSUMER, order = Integer.MAX_VALUE)
public final class AttemptFilter implements Filter {

    /** Made by Dubbo. */
    public AttemptFilter() {}

    /** Makes an attempt if there is time for it. */
    @Override
    public Result invoke(Invoker<?> invoker, Invocation invocation) {
        RouteDecision copied = Mirrors.destinationOf(invocation);
        if (copied != null && !isMember(copied, invoker.getUrl())) {
            return failed(
                    RpcException.NO_INVOKER_AVAILABLE_AFTER_FILTER,
                    "the provider is not of " + copied,
                    invocation);
        }
        CallTime time = CallTime.of(invocation);
        if (time == null) {
            return invoker.invoke(invocation);
        }
        int millis = time.attemptMillis();
        if (millis == 0) {
            return failed(
                    RpcException.TIMEOUT_TERMINATE,
                    "No time left: the timeout of the route is over",
                    invocation);
        }
        invocation.setAttachment(CommonConstants.TIMEOUT_KEY, Integer.toString(millis));
        RpcContextAttachment context = RpcContext.getClientAttachment();
        Object served = context.getObjectAttachment(CommonConstants.TIME_COUNTDOWN_KEY);
        if (!(served instanceof TimeoutCountDown left)
                || left.timeRemaining(TimeUnit.MILLISECONDS) <= millis) {
            return invoker.invoke(invocation);
        }
        return within(millis, served, invoker, invocation);
    }

    /** The call that is being served has a countdown of Dubbo's, which goes over attachments. */
    private static Result within(
            int millis, Object served, Invoker<?> invoker, Invocation invocation) {
        RpcContextAttachment context = RpcContext.getClientAttachment();
        context.setObjectAttachment(
                CommonConstants.TIME_COUNTDOWN_KEY,
                TimeoutCountDown.newCountDown(millis, TimeUnit.MILLISECONDS));
        try {
            return invoker.invoke(invocation);
        } finally {
            context.setObjectAttachment(CommonConstants.TIME_COUNTDOWN_KEY, served);
        }
    }

    private static boolean isMember(RouteDecision copied, URL provider) {
        Map<String, String> labels = ProviderLabels.of(provider, provider.getServiceKey());
        return isMember(copied.group(), labels) || isMember(copied.fallback(), labels);
    }

    private static boolean isMember(@Nullable InstanceGroup group, Map<String, String> labels) {
        return group != null && group.contains(labels);
    }

    private static Result failed(int code, String reason, Invocation invocation) {
        return AsyncRpcResult.newDefaultAsyncResult(new RpcException(code, reason), invocation);
    }
}
