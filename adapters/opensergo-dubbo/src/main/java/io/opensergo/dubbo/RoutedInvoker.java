package io.opensergo.dubbo;

import io.opensergo.governance.Governor;
import io.opensergo.governance.action.DrawnFaults;
import io.opensergo.governance.action.FaultAbort;
import io.opensergo.governance.action.HeaderChanges;
import io.opensergo.governance.action.RetryPolicy;
import io.opensergo.governance.routing.RouteActions;
import io.opensergo.governance.routing.RouteDecision;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.rpc.AsyncRpcResult;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.RpcContextAttachment;
import org.apache.dubbo.rpc.RpcException;
import org.apache.dubbo.rpc.support.RpcUtils;
import org.jspecify.annotations.Nullable;

/**
 * Makes a call as its route asks: a fault delays or ends it, its attachments are changed, a copy of
 * it is made, and it is made within the time of the route, again as the route says. For one call.
 *
 * @param <T> the interface
 */
final class RoutedInvoker<T> implements Invoker<T> {

    private static final int DEADLINE_EXCEEDED = 4;
    private static final int PERMISSION_DENIED = 7;
    private static final int RESOURCE_EXHAUSTED = 8;
    private static final int UNIMPLEMENTED = 12;
    private static final int UNAVAILABLE = 14;

    /** Under which a call on its way out keeps where it goes, for the router. */
    private static final Object OF_CALL = RouteDecision.class;

    private final Invoker<T> invoker;
    private final RouteActions actions;
    private final Mirrors mirrors;

    private RoutedInvoker(Invoker<T> invoker, RouteActions actions, Mirrors mirrors) {
        this.invoker = invoker;
        this.actions = actions;
        this.mirrors = mirrors;
    }

    /**
     * Decides where a call goes, once for all attempts, and returns what makes it: the invoker
     * itself if the route asks for nothing besides.
     */
    static Invoker<?> of(
            Invoker<?> invoker, Governor governor, Mirrors mirrors, InvocationView call) {
        if (governor.plan().routers().isEmpty()) {
            return invoker;
        }
        RouteDecision decision = governor.route(call);
        keep(decision, call.invocation());
        RouteActions actions = decision.actions();
        return actions.isEmpty() ? invoker : new RoutedInvoker<>(invoker, actions, mirrors);
    }

    static void keep(RouteDecision decision, Invocation invocation) {
        invocation.put(OF_CALL, decision);
    }

    /** Returns where a call goes, or {@code null} if that has not been decided. */
    static @Nullable RouteDecision decisionOf(Invocation invocation) {
        return (RouteDecision) invocation.get(OF_CALL);
    }

    @Override
    public Result invoke(Invocation invocation) {
        DrawnFaults faults = actions.drawFaults();
        long delay = faults.delayNanos();
        FaultAbort abort = faults.abort();
        if (delay == 0) {
            return end(abort, invocation);
        }
        if (!InvokeModes.isSynchronous(invoker, invocation)) {
            return DelayedResult.after(delay, invocation, () -> end(abort, invocation), () -> {});
        }
        try {
            TimeUnit.NANOSECONDS.sleep(delay);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RpcException(
                    "interrupted while '"
                            + RpcUtils.getMethodName(invocation)
                            + "' was held up by a fault of a rule",
                    e);
        }
        return end(abort, invocation);
    }

    private Result end(@Nullable FaultAbort abort, Invocation invocation) {
        if (abort == null) {
            return call(invocation);
        }
        InvokeModes.isSynchronous(invoker, invocation);
        return AsyncRpcResult.newDefaultAsyncResult(
                new RpcException(codeOf(abort), "a fault that a rule injects: " + abort),
                invocation);
    }

    /** As Triple translates the codes of gRPC. */
    private static int codeOf(FaultAbort abort) {
        return switch (abort.grpcStatus()) {
            case DEADLINE_EXCEEDED -> RpcException.TIMEOUT_EXCEPTION;
            case PERMISSION_DENIED -> RpcException.FORBIDDEN_EXCEPTION;
            case RESOURCE_EXHAUSTED -> RpcException.LIMIT_EXCEEDED_EXCEPTION;
            case UNIMPLEMENTED -> RpcException.METHOD_NOT_FOUND;
            case UNAVAILABLE -> RpcException.NETWORK_EXCEPTION;
            default -> RpcException.UNKNOWN_EXCEPTION;
        };
    }

    private Result call(Invocation invocation) {
        actions.requestHeaders().applyTo(new AttachmentChanges(invocation));
        mirrors.copy(actions, invoker, invocation);
        RetryPolicy retries = actions.retries();
        long perTry = retries == null ? 0 : retries.perTryTimeoutNanos();
        if (actions.timeoutNanos() > 0 || perTry > 0) {
            CallTime.start(actions.timeoutNanos(), perTry).keepWith(invocation);
        }
        return retries == null
                ? invoker.invoke(invocation)
                : new RetriedCall(invoker, invocation, retries).make();
    }

    @Override
    public Class<T> getInterface() {
        return invoker.getInterface();
    }

    @Override
    public URL getUrl() {
        return invoker.getUrl();
    }

    @Override
    public boolean isAvailable() {
        return invoker.isAvailable();
    }

    @Override
    public void destroy() {
        invoker.destroy();
    }

    /** The texts that go with a call; Dubbo adds those of the context once more. */
    private record AttachmentChanges(Invocation invocation) implements HeaderChanges.Target {

        @Override
        public void remove(String name) {
            invocation.getObjectAttachments().keySet().removeIf(name::equalsIgnoreCase);
            RpcContextAttachment context = RpcContext.getClientAttachment();
            for (String key : List.copyOf(context.getObjectAttachments().keySet())) {
                if (key.equalsIgnoreCase(name)) {
                    context.removeAttachment(key);
                }
            }
        }

        @Override
        public void set(String name, String value) {
            remove(name);
            invocation.setAttachment(name, value);
        }

        /** There is one attachment of a name: texts that are added stand behind a comma. */
        @Override
        public void add(String name, String value) {
            String before = invocation.getAttachment(name);
            invocation.setAttachment(name, before == null ? value : before + "," + value);
        }
    }
}
