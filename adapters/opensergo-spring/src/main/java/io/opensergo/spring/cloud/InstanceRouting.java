package io.opensergo.spring.cloud;

import io.opensergo.governance.Governor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;

/**
 * Has Spring Cloud LoadBalancer choose among the instances that TrafficRouters and TrafficLanes
 * leave: a bean of this type, in the context of each service, wraps its suppliers of instances.
 * Balancers and suppliers stay those of the application.
 *
 * <p>A route decides by the name of the service, and by the method, path, query and headers of the
 * request; instances are told apart by their metadata. If a subset has none, those of its fallback
 * serve, else none: the client says so as it does of a service without instances. Without a route
 * all are left. Among them those of the request's lane are preferred, else those of no lane.
 *
 * <p>A destination of another service is followed. Whoever asks for instances without a request, as
 * health checks do, gets all.
 */
public final class InstanceRouting implements BeanPostProcessor {

    private final Supplier<Governor> governor;
    private final Function<String, @Nullable ServiceInstanceListSupplier> suppliers;

    /**
     * Makes the routing by a governor.
     *
     * @param governor the governor, asked for when a request comes
     * @param suppliers knows the suppliers of other services; {@code null} if it has none
     */
    public InstanceRouting(
            Supplier<Governor> governor,
            Function<String, @Nullable ServiceInstanceListSupplier> suppliers) {
        this.governor = governor;
        this.suppliers = suppliers;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof ServiceInstanceListSupplier supplier
                        && !(bean instanceof RoutedInstances)
                ? new RoutedInstances(supplier, governor, suppliers)
                : bean;
    }
}
