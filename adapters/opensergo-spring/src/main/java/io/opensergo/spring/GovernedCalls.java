package io.opensergo.spring;

import io.opensergo.governance.Governor;
import io.opensergo.spring.internal.CallGuards;
import io.opensergo.spring.internal.CallRoutes;
import java.util.function.Predicate;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.web.client.RestTemplate;

/**
 * Guards the calls of Spring's clients as the resource {@code METHOD:host/template}, for example
 * {@code GET:prices/items/{id}}; {@code METHOD:host} where no template is known. The template is
 * what the call gives to {@code uri(...)}, without scheme, authority and query.
 *
 * <p>A call carries the colour of the request that is being handled: of its thread ({@link
 * TrafficColours}), or of its Reactor context. It fails with {@link
 * io.opensergo.governance.RequestRejectedException} if a rule refuses it. Statuses from 500 and
 * exceptions, time-outs of the client among them, are failures; a place is given back when the body
 * of the response has been read, or is closed.
 *
 * <p>It names no type of WebFlux, which may be absent: for {@code WebClient} there is {@link
 * GovernedReactiveCalls}. {@code @HttpExchange} clients go through the client that they are made
 * with.
 */
public final class GovernedCalls {

    private final CallGuards guards;
    private final CallRoutes routes;

    /**
     * Makes the interceptors of a governor.
     *
     * @param isExcluded which hosts are left alone
     */
    public GovernedCalls(Governor governor, Predicate<String> isExcluded) {
        this.guards = new CallGuards(governor, isExcluded);
        this.routes = new CallRoutes(governor);
    }

    /**
     * Returns an interceptor for {@code RestClient} and {@code RestTemplate}. A throttled call
     * waits on its thread. As with every interceptor, Spring reads the body of a request into
     * memory.
     */
    public ClientHttpRequestInterceptor interceptor() {
        return new CallInterceptor(guards, routes);
    }

    /**
     * Adds {@link #interceptor()} to a {@code RestTemplate}, and lets that know its templates,
     * which nothing else tells an interceptor.
     */
    public void govern(RestTemplate template) {
        template.setUriTemplateHandler(new TemplateMemory(template.getUriTemplateHandler()));
        template.getInterceptors().add(interceptor());
    }

    CallGuards guards() {
        return guards;
    }

    CallRoutes routes() {
        return routes;
    }
}
