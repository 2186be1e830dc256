package io.opensergo.dubbo;

import io.opensergo.governance.Governor;
import io.opensergo.governance.routing.InstanceGroup;
import io.opensergo.governance.routing.Lanes;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.TrafficColour;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.common.utils.Holder;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.cluster.router.RouterSnapshotNode;
import org.apache.dubbo.rpc.cluster.router.state.AbstractStateRouter;
import org.apache.dubbo.rpc.cluster.router.state.BitList;
import org.jspecify.annotations.Nullable;

/**
 * Routes the calls of an application. The rules are the governor's, so that a new plan decides on
 * the next call; what it keeps is which providers are members of what.
 *
 * <p>Dubbo makes a router for each reference, but some of its own routers before this one are
 * shared, by an application or by a service, and lead to what was chained behind them last. So a
 * router is asked for any reference of the application, and only the consumer's URL that comes with
 * a call tells for which.
 */
final class TrafficStateRouter<T> extends AbstractStateRouter<T> {

    /** Services of references that the application has given up have to go at some time. */
    private static final int MAX_SERVICES = 1024;

    private final @Nullable Governor governor;

    /** What is known of each service, by its key. */
    private final ConcurrentMap<String, ReferredService<T>> services = new ConcurrentHashMap<>();

    TrafficStateRouter(URL url, @Nullable Governor governor) {
        super(url);
        this.governor = governor;
    }

    @Override
    protected BitList<Invoker<T>> doRoute(
            BitList<Invoker<T>> providers,
            URL consumer,
            Invocation invocation,
            boolean needToPrintMessage,
            @Nullable Holder<RouterSnapshotNode<T>> node,
            @Nullable Holder<String> message) {
        if (governor == null || providers.isEmpty()) {
            return providers;
        }
        ReferredService<T> service = serviceOf(consumer);
        BitList<Invoker<T>> routed = providers;
        if (!governor.plan().routers().isEmpty()) {
            RouteDecision decision = decide(governor, service, consumer, invocation);
            if (needToPrintMessage && message != null) {
                message.set(decision.toString());
            }
            routed = select(decision, providers, service);
        }
        TrafficColour colour = Colours.of(invocation);
        Lanes lanes = governor.lanes();
        return routed.isEmpty() || (colour == null && !lanes.settings().preferBaseline())
                ? routed
                : prefer(colour, lanes, routed, service);
    }

    /** A call of the application has been decided on before, once for all attempts. */
    private static RouteDecision decide(
            Governor governor, ReferredService<?> service, URL consumer, Invocation invocation) {
        RouteDecision known = RoutedInvoker.decisionOf(invocation);
        return known == null
                ? governor.route(new InvocationView(service.host(), consumer, invocation))
                : known;
    }

    /** Without a destination Dubbo's own routing applies. */
    private BitList<Invoker<T>> select(
            RouteDecision decision, BitList<Invoker<T>> providers, ReferredService<T> service) {
        InstanceGroup group = decision.group();
        if (group == null) {
            return providers;
        }
        Memberships<T> memberships = service.among(providers.getOriginList());
        BitList<Invoker<T>> selected = common(providers, memberships.of(group));
        InstanceGroup fallback = decision.fallback();
        return selected.isEmpty() && fallback != null
                ? common(providers, memberships.of(fallback))
                : selected;
    }

    private BitList<Invoker<T>> prefer(
            @Nullable TrafficColour colour,
            Lanes lanes,
            BitList<Invoker<T>> providers,
            ReferredService<T> service) {
        Memberships<T> memberships = service.among(providers.getOriginList());
        if (colour != null) {
            BitList<Invoker<T>> carriers = common(providers, memberships.carriers(lanes, colour));
            if (!carriers.isEmpty()) {
                return carriers;
            }
        }
        BitList<Invoker<T>> baseline = common(providers, memberships.baseline(lanes));
        return baseline.isEmpty() ? providers : baseline;
    }

    /** Dubbo's own {@code and} changes the list it is called on, which belongs to the caller. */
    private BitList<Invoker<T>> common(BitList<Invoker<T>> providers, BitList<Invoker<T>> members) {
        boolean areAll =
                members.size() == providers.getOriginList().size()
                        && !providers.hasMoreElementInTailList();
        return areAll ? providers : providers.clone().and(members);
    }

    private ReferredService<T> serviceOf(URL consumer) {
        String key = consumer.getServiceKey();
        ReferredService<T> known = services.get(key);
        if (known != null) {
            return known;
        }
        if (services.size() >= MAX_SERVICES) {
            services.clear();
        }
        return services.computeIfAbsent(key, any -> new ReferredService<>(consumer));
    }
}
