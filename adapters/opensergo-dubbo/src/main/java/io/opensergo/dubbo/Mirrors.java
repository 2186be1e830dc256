package io.opensergo.dubbo;

import io.opensergo.governance.routing.Mirror;
import io.opensergo.governance.routing.RouteActions;
import io.opensergo.governance.routing.RouteDecision;
import java.time.Duration;
import java.util.HashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.InvokeMode;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.RpcInvocation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies calls to the providers that a rule names. Nobody waits for a copy: it is made on a thread
 * of the common pool, its result is dropped, and so are its failures. As many are under way as
 * {@value #MAX} at most, each for as long as its call may take, or {@link #USUAL_TIME}; beyond that
 * calls are not copied. For any thread.
 */
final class Mirrors {

    static final int MAX = 100;

    /** An attachment by which a provider can tell a copy. */
    static final String SHADOW = "x-opensergo-shadow";

    private static final Duration USUAL_TIME = Duration.ofSeconds(5);

    /** Under which a copy keeps where it goes. */
    private static final Object OF_COPY = Mirror.class;

    private static final Logger LOG = LoggerFactory.getLogger(DubboGovernance.class);

    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicBoolean warned = new AtomicBoolean();

    /** Returns which providers a copy may go to; {@code null} if the call is none. */
    static @Nullable RouteDecision destinationOf(Invocation invocation) {
        return (RouteDecision) invocation.get(OF_COPY);
    }

    /** Returns how many copies are under way. */
    int underWay() {
        return underWay.get();
    }

    /** Copies a call, if the rule says so of this one. */
    void copy(RouteActions actions, Invoker<?> invoker, Invocation invocation) {
        Mirror mirror = actions.mirror();
        if (mirror == null || !mirror.next()) {
            return;
        }
        if (underWay.incrementAndGet() > MAX) {
            underWay.decrementAndGet();
            warn("more than " + MAX + " copies are under way to " + mirror);
            return;
        }
        long limit = actions.timeoutNanos() > 0 ? actions.timeoutNanos() : USUAL_TIME.toNanos();
        CallTime time = CallTime.start(limit, 0);
        try {
            RpcInvocation copy = copyOf(invocation, mirror, time);
            CompletableFuture<Void> unused = CompletableFuture.runAsync(() -> send(copy, invoker));
        } catch (Throwable e) { // a copy that cannot begin is no matter of its call
            end(e);
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
    private void send(RpcInvocation copy, Invoker<?> invoker) {
        try {
            RpcContext.removeContext();
            RpcContext.getClientAttachment().setObjectAttachment(CommonConstants.RETRIES_KEY, 0);
            invoker.invoke(copy)
                    .whenCompleteWithContext(
                            (result, error) -> end(error == null ? result.getException() : error));
        } catch (Throwable e) { // nobody waits for it
            end(e);
        } finally {
            RpcContext.removeContext();
        }
    }

    private void end(@Nullable Throwable error) {
        underWay.decrementAndGet();
        if (error != null) {
            warn(error.toString());
        }
    }

    private void warn(String reason) {
        if (warned.compareAndSet(false, true)) {
            LOG.warn("Calls are not mirrored at times, which is said once: {}", reason);
        }
    }
}
