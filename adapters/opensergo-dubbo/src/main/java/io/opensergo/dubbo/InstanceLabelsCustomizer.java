package io.opensergo.dubbo;

import org.apache.dubbo.registry.client.ServiceInstance;
import org.apache.dubbo.registry.client.ServiceInstanceCustomizer;
import org.apache.dubbo.rpc.model.ApplicationModel;

/**
 * Registers the parameters of an application with its instance, where routes find them as labels.
 * Dubbo registers them with interfaces only. Made by Dubbo.
 */
public final class InstanceLabelsCustomizer implements ServiceInstanceCustomizer {

    /** Customizes instances. */
    public InstanceLabelsCustomizer() {}

    /** Adds the parameters, except for the settings of this adapter. */
    @Override
    public void customize(ServiceInstance instance, ApplicationModel application) {
        if (DubboGovernance.find(application) != null) {
            DubboSettings.of(application)
                    .labels()
                    .forEach((key, value) -> instance.getMetadata().putIfAbsent(key, value));
        }
    }
}
