package io.opensergo.spring.cloud;

import io.opensergo.governance.Governor;
import io.opensergo.governance.action.RouteAction;
import io.opensergo.spring.RejectionResponder;
import io.opensergo.spring.TrafficColours;
import io.opensergo.spring.internal.ServerGuards;
import java.util.EnumSet;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.cloud.gateway.server.mvc.filter.HttpHeadersFilter.RequestHttpHeadersFilter;
import org.springframework.cloud.gateway.server.mvc.handler.ProxyExchange;
import org.springframework.http.HttpHeaders;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.servlet.function.ServerRequest;

/**
 * Guards the routes of Spring Cloud Gateway on MVC, each as the resource of its id, and has
 * requests go on with their colour. Beans of {@link #routes} and {@link #colours} are all it takes,
 * beside a {@link io.opensergo.spring.MvcGovernance}, which guards the pattern of a route and tells
 * when a request has ended.
 *
 * <p>A route is known where the gateway calls what is behind it: its guard stands after the filters
 * before the call, and routes that handle their requests themselves are guarded by their patterns
 * alone. It fails by exceptions and by statuses from 500 of the call. A throttled request waits on
 * its thread.
 */
public final class GatewayMvcGovernance {

    private GatewayMvcGovernance() {}

    /**
     * Returns what wraps the gateway's {@code ProxyExchange}.
     *
     * @param governor the governor, asked for when a request comes
     * @param isExcluded which ids of routes are left alone
     * @param responder asked for when a request is refused
     */
    public static BeanPostProcessor routes(
            Supplier<Governor> governor,
            Supplier<Predicate<String>> isExcluded,
            Supplier<RejectionResponder> responder) {
        Supplier<ServerGuards> guards =
                SingletonSupplier.of(() -> new ServerGuards(governor.get(), isExcluded.get()));
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof ProxyExchange exchange
                        ? new GovernedProxyExchange(exchange, guards, responder)
                        : bean;
            }
        };
    }

    /** Returns what writes the colour of a request to the headers that it goes on with. */
    public static RequestHttpHeadersFilter colours(Governor governor) {
        governor.honours("Spring Cloud Gateway", EnumSet.of(RouteAction.DESTINATION_PORT));
        return new RequestHttpHeadersFilter() {
            @Override
            public HttpHeaders apply(HttpHeaders headers, ServerRequest request) {
                Map<String, String> changes =
                        new OutgoingColour(governor.lanes(), headers).of(TrafficColours.current());
                return changes.isEmpty() ? headers : changed(headers, changes);
            }
        };
    }

    private static HttpHeaders changed(HttpHeaders headers, Map<String, String> changes) {
        var changed = new HttpHeaders();
        headers.forEach(
                (name, values) -> {
                    if (changes.keySet().stream().noneMatch(name::equalsIgnoreCase)) {
                        values.forEach(value -> changed.add(name, value));
                    }
                });
        changes.forEach(
                (name, value) -> {
                    if (!value.isEmpty()) {
                        changed.set(name, value);
                    }
                });
        return changed;
    }
}
