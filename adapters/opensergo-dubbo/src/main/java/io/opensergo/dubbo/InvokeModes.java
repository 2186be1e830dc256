package io.opensergo.dubbo;

import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.InvokeMode;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.RpcInvocation;
import org.apache.dubbo.rpc.support.RpcUtils;

/** How Dubbo hands over a result, which it settles only when a call reaches a provider. */
final class InvokeModes {

    private InvokeModes() {}

    /** Settles it before, and returns whether the caller waits for the result. */
    static boolean isSynchronous(Invoker<?> invoker, Invocation invocation) {
        InvokeMode mode = RpcUtils.getInvokeMode(invoker.getUrl(), invocation);
        if (invocation instanceof RpcInvocation rpc) {
            rpc.setInvokeMode(mode);
        }
        return mode == InvokeMode.SYNC;
    }
}
