package io.opensergo.dubbo;

import org.apache.dubbo.common.URL;
import org.apache.dubbo.common.extension.Activate;
import org.apache.dubbo.rpc.cluster.router.state.StateRouter;
import org.apache.dubbo.rpc.cluster.router.state.StateRouterFactory;
import org.apache.dubbo.rpc.model.ModuleModel;
import org.jspecify.annotations.Nullable;

/**
 * Routes the calls of consumers by TrafficRouter and TrafficLane rules, among the providers that
 * Dubbo's own routers leave. Made by Dubbo, for any thread.
 */
@Activate(order = Integer.MAX_VALUE)
public final class TrafficRouterFactory implements StateRouterFactory {

    /** Makes the routers of consumers. */
    public TrafficRouterFactory() {}

    /** Returns the router of one consumer. */
    @Override
    public <T> StateRouter<T> getRouter(Class<T> interfaceClass, URL url) {
        ModuleModel module = url.getOrDefaultModuleModel();
        @Nullable DubboGovernance governance =
                module.isInternal() ? null : DubboGovernance.find(module.getApplicationModel());
        return new TrafficStateRouter<>(url, governance == null ? null : governance.governor());
    }
}
