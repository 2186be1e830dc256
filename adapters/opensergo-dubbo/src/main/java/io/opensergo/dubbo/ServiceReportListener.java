package io.opensergo.dubbo;

import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.config.ServiceListener;
import org.apache.dubbo.rpc.model.ModuleModel;
import org.jspecify.annotations.Nullable;

/**
 * Has the control plane told what an application provides, soon after it has exported a service or
 * withdrawn one. Made by Dubbo, for any thread.
 */
@SuppressWarnings("rawtypes") // as Dubbo's interface has them
public final class ServiceReportListener implements ServiceListener {

    /** Listens to services. */
    public ServiceReportListener() {}

    /** Has the services of the application reported. */
    @Override
    public void exported(ServiceConfig service) {
        changed(service);
    }

    /** Has the services of the application reported that are left. */
    @Override
    public void unexported(ServiceConfig service) {
        changed(service);
    }

    private static void changed(ServiceConfig<?> service) {
        ModuleModel module = service.getScopeModel();
        if (module.isInternal() || module.getApplicationModel().isDestroyed()) {
            return;
        }
        @Nullable DubboGovernance governance = DubboGovernance.find(module.getApplicationModel());
        if (governance != null) {
            governance.reports().send();
        }
    }
}
