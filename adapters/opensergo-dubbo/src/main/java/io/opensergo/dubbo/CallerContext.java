package io.opensergo.dubbo;

import java.util.HashMap;
import java.util.Map;
import org.apache.dubbo.rpc.RpcContext;

/**
 * What Dubbo and the application find on the thread of a caller, for a call that is made on another
 * thread. Immutable.
 */
final class CallerContext {

    private final RpcContext.RestoreServiceContext service = RpcContext.storeServiceContext();

    /** What is left of the time of the call that is being served, and settings of this one. */
    private final Map<String, Object> attachments =
            new HashMap<>(RpcContext.getClientAttachment().getObjectAttachments());

    private final ClassLoader classLoader = Thread.currentThread().getContextClassLoader();

    private CallerContext() {}

    /** Returns that of this thread. */
    static CallerContext capture() {
        return new CallerContext();
    }

    /** Runs a call on this thread as on the caller's, and leaves nothing on it. */
    void run(Runnable call) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try {
            RpcContext.removeContext();
            RpcContext.restoreServiceContext(service);
            RpcContext.getClientAttachment().setObjectAttachments(new HashMap<>(attachments));
            thread.setContextClassLoader(classLoader);
            call.run();
        } finally {
            RpcContext.removeContext();
            thread.setContextClassLoader(before);
        }
    }
}
