package io.opensergo.dubbo;

import io.opensergo.governance.Guard;
import io.opensergo.governance.Rejection;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.model.ModuleModel;
import org.apache.dubbo.rpc.service.GenericService;
import org.jspecify.annotations.Nullable;

/** Makes a call if its guards admit it; what else happens depends on the side. */
abstract class GuardingFilter {

    private final @Nullable DubboGovernance governance;

    GuardingFilter(ModuleModel module) {
        governance =
                module.isInternal() ? null : DubboGovernance.find(module.getApplicationModel());
    }

    /** Returns that of the application, or {@code null} if it has none. */
    final @Nullable DubboGovernance governance() {
        return governance;
    }

    /** Returns the interface; the URL knows it always, but has to look through its parameters. */
    static String serviceOf(Invoker<?> invoker) {
        Class<?> type = invoker.getInterface();
        return GenericService.class.isAssignableFrom(type)
                ? invoker.getUrl().getServiceInterface()
                : type.getName();
    }

    final Result guard(
            Guards.OfService guards, Outcomes outcomes, Invoker<?> invoker, Invocation invocation) {
        Guard service = guards.guard();
        Guard method = guards.method(invocation);
        if (!service.isProtected() && !method.isProtected()) {
            return invoker.invoke(invocation);
        }
        long serviceToken = service.acquire();
        if (Guard.isRefused(serviceToken)) {
            return refuse(service.rejection(serviceToken), invoker, invocation);
        }
        long methodToken = method.acquire();
        if (Guard.isRefused(methodToken)) {
            service.withdraw(serviceToken);
            return refuse(method.rejection(methodToken), invoker, invocation);
        }
        var call = new GuardedCall(outcomes, service, serviceToken, method, methodToken);
        return call.waits()
                ? proceedLater(call, invoker, invocation)
                : call.proceed(invoker, invocation);
    }

    /** Makes a call whose turn has come, or answers it if it is refused by now. */
    final Result proceedIfAdmitted(GuardedCall call, Invoker<?> invoker, Invocation invocation) {
        Rejection rejection = call.resume();
        return rejection == null
                ? call.proceed(invoker, invocation)
                : refuse(rejection, invoker, invocation);
    }

    /** Answers a call that was refused. */
    abstract Result refuse(Rejection rejection, Invoker<?> invoker, Invocation invocation);

    /** Makes a call that is throttled, once it may be made. */
    abstract Result proceedLater(GuardedCall call, Invoker<?> invoker, Invocation invocation);
}
