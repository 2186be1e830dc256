package io.opensergo.spring.cloud;

import feign.Capability;
import feign.Client;
import io.opensergo.governance.Governor;
import io.opensergo.spring.internal.CallGuards;
import io.opensergo.spring.internal.CallRoutes;
import java.util.function.Predicate;

/**
 * Guards the calls of OpenFeign as the resource {@code METHOD:host/template}, as {@link
 * io.opensergo.spring.GovernedCalls} does those of Spring's clients; the template is that of the
 * method, without the path of the client.
 *
 * <p>A capability is what every builder of Feign applies, whatever client the application has. It
 * stands before the load balancer, so that the host is the service. A call that a rule refuses
 * fails with {@link io.opensergo.governance.RequestRejectedException}; each attempt of a retryer
 * asks again. A throttled call waits on its thread. Asynchronous clients of Feign are left alone.
 */
public final class FeignGovernance implements Capability {

    private final CallGuards guards;
    private final CallRoutes routes;

    /**
     * Makes the capability of a governor.
     *
     * @param isExcluded which hosts are left alone
     */
    public FeignGovernance(Governor governor, Predicate<String> isExcluded) {
        this.guards = new CallGuards(governor, isExcluded);
        this.routes = new CallRoutes(governor);
    }

    @Override
    public Client enrich(Client client) {
        return new GovernedFeignClient(client, guards, routes);
    }
}
