package io.opensergo.spring.tests;

import java.util.List;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultResponse;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.loadbalancer.core.DelegatingServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.core.ReactorServiceInstanceLoadBalancer;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import reactor.core.publisher.Flux;

/** What an application may have for a service: a balancer, and suppliers that ask one another. */
class OwnBalancer {

    /** Chooses the last instance. */
    @Bean
    ReactorServiceInstanceLoadBalancer last(ServiceInstanceListSupplier instances) {
        return request ->
                instances
                        .get(request)
                        .next()
                        .map(list -> new DefaultResponse(list.get(list.size() - 1)));
    }

    @Bean
    ServiceInstanceListSupplier discovered(ConfigurableApplicationContext context) {
        return ServiceInstanceListSupplier.builder().withDiscoveryClient().build(context);
    }

    @Bean
    @Primary
    ServiceInstanceListSupplier outer(
            @Qualifier("discovered") ServiceInstanceListSupplier discovered) {
        return new DelegatingServiceInstanceListSupplier(discovered) {

            @Override
            public Flux<List<ServiceInstance>> get() {
                return delegate.get();
            }

            @Override
            @SuppressWarnings("rawtypes")
            public Flux<List<ServiceInstance>> get(Request request) {
                return delegate.get(request);
            }
        };
    }
}
