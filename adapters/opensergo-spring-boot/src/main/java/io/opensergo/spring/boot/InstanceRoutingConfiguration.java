package io.opensergo.spring.boot;

import io.opensergo.governance.Governor;
import io.opensergo.spring.cloud.InstanceRouting;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.util.function.SingletonSupplier;

/**
 * A part of the context that Spring Cloud LoadBalancer has of each service; not for use by
 * applications. Code that is generated ahead of time names it from another package.
 */
public class InstanceRoutingConfiguration {

    /** Made by Spring. */
    InstanceRoutingConfiguration() {}

    @Bean
    static InstanceRouting openSergoInstanceRouting(
            ObjectProvider<Governor> governor, ObjectProvider<LoadBalancerClientFactory> services) {
        return new InstanceRouting(
                SingletonSupplier.of(governor::getObject),
                service ->
                        services.getObject()
                                .getInstance(service, ServiceInstanceListSupplier.class));
    }
}
