package io.opensergo.dubbo;

import io.opensergo.governance.Governor;
import io.opensergo.governance.routing.InstanceGroup;
import io.opensergo.governance.routing.Lanes;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.TrafficColour;
import java.util.Locale;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.common.utils.Holder;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.cluster.router.RouterSnapshotNode;
import org.apache.dubbo.rpc.cluster.router.state.AbstractStateRouter;
import org.apache.dubbo.rpc.cluster.router.state.BitList;
import org.jspecify.annotations.Nullable;

/**
 * Routes the calls of one consumer. The rules are the governor's, so that a new plan decides on the
 * next call; what it keeps is which providers are members of what, for as long as the providers
 * stay the same.
 */
final class TrafficStateRouter<T> extends AbstractStateRouter<T> {

    private final @Nullable Governor governor;

    /** The interface without capitals, as rules are looked up by it soonest. */
    private final String host;

    /*
     * Written by any thread that meets other providers, read by all; its fields are final, and its maps
     * concurrent. Threads that race make equal ones, of which one stays.
     */
    private volatile @Nullable Memberships<T> memberships;

    TrafficStateRouter(URL url, @Nullable Governor governor) {
        super(url);
        this.governor = governor;
        this.host = url.getServiceInterface().toLowerCase(Locale.ROOT);
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
        BitList<Invoker<T>> routed = providers;
        if (!governor.plan().routers().isEmpty()) {
            RouteDecision decision = governor.route(new InvocationView(host, consumer, invocation));
            if (needToPrintMessage && message != null) {
                message.set(decision.toString());
            }
            routed = select(decision, providers);
        }
        TrafficColour colour = Colours.of(invocation);
        return colour == null || routed.isEmpty()
                ? routed
                : prefer(colour, governor.lanes(), routed);
    }

    /** Without a destination Dubbo's own routing applies. */
    private BitList<Invoker<T>> select(RouteDecision decision, BitList<Invoker<T>> providers) {
        InstanceGroup group = decision.group();
        if (group == null) {
            return providers;
        }
        Memberships<T> memberships = membershipsOf(providers);
        BitList<Invoker<T>> selected = common(providers, memberships.of(group));
        InstanceGroup fallback = decision.fallback();
        return selected.isEmpty() && fallback != null
                ? common(providers, memberships.of(fallback))
                : selected;
    }

    private BitList<Invoker<T>> prefer(
            TrafficColour colour, Lanes lanes, BitList<Invoker<T>> providers) {
        Memberships<T> memberships = membershipsOf(providers);
        BitList<Invoker<T>> carriers = common(providers, memberships.carriers(lanes, colour));
        if (!carriers.isEmpty()) {
            return carriers;
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

    @SuppressWarnings("ReferenceEquality") // the very same list, of which the bits are positions
    private Memberships<T> membershipsOf(BitList<Invoker<T>> providers) {
        Memberships<T> known = memberships;
        if (known == null || known.providers() != providers.getOriginList()) {
            known = Memberships.among(providers.getOriginList(), getUrl());
            memberships = known;
        } else if (known.isFull()) {
            known = known.emptied();
            memberships = known;
        }
        return known;
    }
}
