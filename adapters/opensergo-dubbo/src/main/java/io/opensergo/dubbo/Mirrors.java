package io.opensergo.dubbo;

import io.opensergo.governance.routing.Mirror;
import io.opensergo.governance.routing.MirrorBudget;
import io.opensergo.governance.routing.RouteActions;
import io.opensergo.governance.routing.RouteDecision;
import java.util.HashMap;
import java.util.concurrent.CompletableFuture;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.InvokeMode;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.RpcInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Copies calls to the providers that a rule names. Nobody waits for a copy: it is made on a thread
 * of the common pool, its result is dropped, and so are its failures. A {@link MirrorBudget} says
 * how many there may be, and for how long. For any thread.
 */
final class Mirrors {

    /** An attachment by which a provider can tell a copy. */
    static final String SHADOW = "x-opensergo-shadow";

    /** Under which a copy keeps where it goes. */
    private static final Object OF_COPY = Mirror.class;

    private final MirrorBudget budget = new MirrorBudget();

    /** Returns which providers a copy may go to; {@code null} if the call is none. */
    static @Nullable RouteDecision destinationOf(Invocation invocation) {
        return (RouteDecision) invocation.get(OF_COPY);
    }

    /** Returns how many copies are under way. */
    int underWay() {
        return budget.underWay();
    }

    /** Copies a call, if the rule says so of this one. */
    void copy(RouteActions actions, Invoker<?> invoker, Invocation invocation) {
        MirrorBudget.Copy counted = budget.begin(actions);
        if (counted == null) {
            return;
        }
        CallTime time = CallTime.start(counted.limitNanos(), 0);
        try {
            RpcInvocation copy = copyOf(invocation, counted.mirror(), time);
            CompletableFuture<Void> unused =
                    CompletableFuture.runAsync(() -> send(copy, invoker, counted));
        } catch (Throwable e) { // a copy that cannot begin is no matter of its call
            counted.end(e);
        }
    }

    private static RpcInvocation copyOf(Invocation invocation, Mirror mirror, CallTime time) {
        var copy =
                new RpcInvocation(
                        invocation.getTargetServiceUniqueName(),
                        invocation.getServiceModel(),
                        invocation.getMethodName(),
                        invocation.getServiceName(),
                        invocation.getProtocolServiceKey(),
                        invocation.getParameterTypes(),
                        invocation.getArguments(),
                        new HashMap<>(invocation.copyObjectAttachments()),
                        invocation.getInvoker(),
                        new HashMap<>(), // what is kept with the call is not the copy's
                        InvokeMode.ASYNC);
        copy.getObjectAttachments().remove(CommonConstants.TIME_COUNTDOWN_KEY);
        copy.setAttachment(SHADOW, "true");
        copy.put(OF_COPY, mirror.decision());
        RoutedInvoker.keep(mirror.decision(), copy);
        time.keepWith(copy);
        return copy;
    }

    /** On a thread of the pool, which keeps nothing of it. */
    private static void send(RpcInvocation copy, Invoker<?> invoker, MirrorBudget.Copy counted) {
        try {
            RpcContext.removeContext();
            RpcContext.getClientAttachment().setObjectAttachment(CommonConstants.RETRIES_KEY, 0);
            invoker.invoke(copy)
                    .whenCompleteWithContext(
                            (result, error) ->
                                    counted.end(error == null ? result.getException() : error));
        } catch (Throwable e) { // nobody waits for it
            counted.end(e);
        } finally {
            RpcContext.removeContext();
        }
    }
}
