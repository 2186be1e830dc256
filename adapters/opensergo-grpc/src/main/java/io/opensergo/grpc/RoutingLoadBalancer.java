package io.opensergo.grpc;

import io.grpc.ConnectivityState;
import io.grpc.LoadBalancer;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import io.grpc.SynchronizationContext.ScheduledHandle;
import io.opensergo.governance.Governor;
import io.opensergo.governance.routing.LoadBalancing;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.Spreading;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;

/**
 * Routes each call of a channel to a {@link Subset} of its instances, of which those that calls go
 * to are made, and those that none has gone to for a while are shut down: as many connections are
 * there as are used.
 *
 * <p>A call says what it is by its {@link CallRoute}. The picker looks the choice up; what has no
 * balancer yet gets one in the synchronization context, to which all state is confined, and the
 * call is picked for again then. A new plan makes a new picker, which leaves the balancers as they
 * are until calls come by it.
 */
final class RoutingLoadBalancer extends LoadBalancer {

    private static final Logger LOG = LoggerFactory.getLogger(OpenSergoGrpc.class);

    private final Helper helper;
    private final SynchronizationContext context;
    private final long keptUnusedNanos;

    private final Map<SubsetKey, Subset> subsets = new HashMap<>();
    private final Spreading<List<SocketAddress>> spreading = new Spreading<>();

    private Routing routing;
    private ChildPolicy policy = ChildPolicy.of("pick_first");
    private @Nullable ResolvedAddresses resolved;
    private @Nullable OtherServices others;
    private @Nullable Disposable plans;
    private @Nullable ScheduledHandle sweep;
    private boolean hasReported;
    private boolean isShutDown;

    /** Of the calls; written in the context. */
    private volatile @Nullable Governor governor;

    RoutingLoadBalancer(Helper helper, Duration keptUnused) {
        this.helper = helper;
        this.context = helper.getSynchronizationContext();
        this.keptUnusedNanos = keptUnused.toNanos();
        this.routing = new Routing(service(), List.of(), null);
    }

    private String service() {
        return Authority.host(helper.getAuthority());
    }

    @Override
    public Status acceptResolvedAddresses(ResolvedAddresses addresses) {
        resolved = addresses;
        followOthers(addresses.getAttributes().get(InstanceNameResolver.INSTANCES));
        routing = new Routing(service(), addresses.getAddresses(), others);
        usePolicy(addresses.getLoadBalancingPolicyConfig());
        moveSubsets();
        if (sweep == null) {
            scheduleSweep();
        }
        publish();
        report();
        return addresses.getAddresses().isEmpty()
                ? Status.UNAVAILABLE.withDescription("no instance of " + routing.service())
                : Status.OK;
    }

    private void followOthers(@Nullable InstanceResolver resolver) {
        if (others != null && others.resolver() != resolver) {
            others.close();
            others = null;
        }
        if (others == null && resolver != null) {
            others = new OtherServices(resolver, context, this::othersChanged);
        }
    }

    private void othersChanged() {
        if (!isShutDown) {
            routing = routing.again();
            moveSubsets();
            publish();
        }
    }

    private void usePolicy(@Nullable Object config) {
        ChildPolicy chosen =
                config instanceof ChildPolicy set
                        ? set
                        : ChildPolicy.of(routing.isRoutable() ? "round_robin" : "pick_first");
        if (!chosen.equals(policy)) {
            policy = chosen;
            subsets.values().forEach(Subset::shutdown);
            subsets.clear();
        }
    }

    /** Gives each balancer the instances that it has now; one without any is no longer needed. */
    private void moveSubsets() {
        ResolvedAddresses addresses = resolved;
        if (addresses == null) {
            return;
        }
        for (Subset subset : List.copyOf(subsets.values())) {
            Choice choice = routing.choose(subset.question());
            if (choice == null) {
                continue; // until that is known, as before
            }
            if (choice.instances().isEmpty() || !choice.key().equals(subset.key())) {
                subsets.remove(subset.key());
                subset.shutdown();
            } else {
                subset.update(choice, addresses);
            }
        }
    }

    /** Sees to it that a choice has a balancer; for any thread. */
    private void open(Choice choice) {
        context.execute(
                () -> {
                    ResolvedAddresses addresses = resolved;
                    if (addresses == null || isShutDown || choice.subset() != null) {
                        return;
                    }
                    subsets.computeIfAbsent(
                                    choice.key(),
                                    added ->
                                            new Subset(
                                                    choice,
                                                    balancing(choice),
                                                    policy,
                                                    helper,
                                                    this::publish))
                            .update(choice, addresses);
                    publish();
                });
    }

    /** The policy of the application's, unless a rule has another. */
    private LoadBalancer.Factory balancing(Choice choice) {
        LoadBalancing how = choice.key().balancing();
        return how == null
                ? policy.provider()
                : new SpreadingLoadBalancer.Policy(
                        how, policy.provider(), spreading, choice.key().hashCode());
    }

    /** Follows the plans of the calls' governor; for any thread. */
    @SuppressWarnings("ReferenceEquality") // the very same governor
    private void follow(Governor ofCall) {
        if (governor != ofCall) {
            context.execute(() -> followPlans(ofCall));
        }
    }

    @SuppressWarnings("ReferenceEquality") // the very same governor
    private void followPlans(Governor ofCall) {
        if (isShutDown || governor == ofCall) {
            return;
        }
        if (plans != null) {
            plans.dispose();
        }
        governor = ofCall;
        plans = ofCall.plans().subscribe(plan -> context.execute(this::planChanged));
    }

    /** Calls that wait are to be decided on anew. */
    private void planChanged() {
        if (!isShutDown) {
            routing = routing.again();
            publish();
            report();
        }
    }

    private void report() {
        Governor known = governor;
        if (hasReported
                || known == null
                || routing.isRoutable()
                || routing.own().isEmpty()
                || known.plan().routers().isEmpty()) {
            return;
        }
        hasReported = true;
        LOG.warn(
                "The addresses of '{}' have no labels, its calls are guarded and coloured, but not routed; a name resolver gives them by OpenSergoGrpc.LABELS",
                helper.getAuthority());
    }

    private void publish() {
        if (!isShutDown && resolved != null) {
            helper.updateBalancingState(state(), new Picker(routing));
        }
    }

    private ConnectivityState state() {
        if (subsets.isEmpty()) {
            return routing.own().isEmpty() && others == null
                    ? ConnectivityState.TRANSIENT_FAILURE
                    : ConnectivityState.IDLE;
        }
        for (ConnectivityState each :
                List.of(
                        ConnectivityState.READY,
                        ConnectivityState.CONNECTING,
                        ConnectivityState.IDLE)) {
            if (subsets.values().stream().anyMatch(subset -> subset.state() == each)) {
                return each;
            }
        }
        return ConnectivityState.TRANSIENT_FAILURE;
    }

    private void scheduleSweep() {
        sweep =
                context.schedule(
                        this::sweep,
                        keptUnusedNanos,
                        TimeUnit.NANOSECONDS,
                        helper.getScheduledExecutorService());
    }

    private void sweep() {
        for (Subset subset : List.copyOf(subsets.values())) {
            if (!subset.takeUse()) {
                subsets.remove(subset.key());
                subset.shutdown();
                routing = routing.again();
            }
        }
        publish();
        scheduleSweep();
    }

    @Override
    public void handleNameResolutionError(Status error) {
        if (resolved == null) {
            helper.updateBalancingState(
                    ConnectivityState.TRANSIENT_FAILURE,
                    new SubchannelPicker() {
                        @Override
                        public PickResult pickSubchannel(PickSubchannelArgs args) {
                            return PickResult.withError(error);
                        }
                    });
        } else {
            subsets.values().forEach(subset -> subset.handleNameResolutionError(error));
        }
    }

    @Override
    public void requestConnection() {
        if (subsets.isEmpty()) {
            Choice all = routing.chooseAny(governor);
            if (all != null && !all.instances().isEmpty()) {
                open(all);
            }
        } else {
            subsets.values().forEach(Subset::requestConnection);
        }
    }

    @Override
    public void shutdown() {
        isShutDown = true;
        if (sweep != null) {
            sweep.cancel();
        }
        if (plans != null) {
            plans.dispose();
        }
        if (others != null) {
            others.close();
        }
        subsets.values().forEach(Subset::shutdown);
        subsets.clear();
    }

    /** Finds the balancer of each call. */
    private final class Picker extends SubchannelPicker {

        private final Routing choices;

        Picker(Routing choices) {
            this.choices = choices;
        }

        @Override
        public PickResult pickSubchannel(PickSubchannelArgs args) {
            CallRoute route = args.getCallOptions().getOption(CallRoute.KEY);
            if (route != null && route.isCopy() && !choices.isRoutable()) {
                return PickResult.withDrop(
                        Status.UNAVAILABLE.withDescription("no address has labels"));
            }
            Choice choice = route == null ? unrouted() : routed(route, args);
            if (choice == null) {
                return PickResult.withNoResult(); // a new picker comes with the answer
            }
            if (choice.instances().isEmpty()) {
                return PickResult.withError(
                        Status.UNAVAILABLE.withDescription("no instance of " + choice.wanted()));
            }
            Subset subset = choice.subset();
            if (subset == null) {
                open(choice);
                return PickResult.withNoResult();
            }
            return subset.pick(args);
        }

        /** A call that no interceptor of ours has seen. */
        private @Nullable Choice unrouted() {
            return choices.chooseAny(governor);
        }

        private @Nullable Choice routed(CallRoute route, PickSubchannelArgs args) {
            follow(route.governor());
            route.picked();
            RouteDecision decision = route.decide(args.getHeaders());
            return choices.choose(
                    Objects.requireNonNull(decision), route.colour(), route.governor());
        }
    }
}
