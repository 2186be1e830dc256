package io.opensergo.governance;

import io.opensergo.api.time.Ticker;
import io.opensergo.governance.action.RouteAction;
import io.opensergo.governance.internal.limiter.CircuitBreaker.Phase;
import io.opensergo.governance.internal.limiter.ProcessLoad;
import io.opensergo.governance.routing.LaneSettings;
import io.opensergo.governance.routing.WorkloadIdentity;
import io.opensergo.rules.faulttolerance.LimitMode;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * What the protections of one governor share: the clock, the load, and who is told of transitions.
 */
final class Engine {

    private final Ticker ticker;
    private final RequestWaits waits;
    private final BreakerEvents events;
    private final Quotas quotas;
    private final WorkloadIdentity workload;
    private final LaneSettings lanes;
    private final long seed;
    private final ProcessLoad load = new ProcessLoad();
    private final OverloadControls overloadControls;
    private final AtomicInteger serials = new AtomicInteger();

    /** By a hash of the resource: one that comes back gets the next number, or one close to it. */
    private final AtomicIntegerArray generations = new AtomicIntegerArray(1 << 10);

    /** The directions that guards have been asked for; immutable, and replaced under a lock. */
    private volatile Set<TrafficDirection> guarded = Set.of();

    /** What each adapter does of the actions of routes; immutable, and replaced under a lock. */
    private volatile Map<String, Set<RouteAction>> honoured = Map.of();

    /** Likewise, of requests that the process serves. */
    private volatile Map<String, Set<RouteAction>> honouredAtServer = Map.of();

    /** The names under which rules speak of the process, its own first; empty if it has none. */
    private final List<String> hosts;

    private volatile int instances = 1;
    private volatile boolean instancesKnown;

    Engine(
            Ticker ticker,
            RequestWaits waits,
            BreakerEvents events,
            Quotas quotas,
            WorkloadIdentity workload,
            LaneSettings lanes,
            List<String> hosts,
            long seed) {
        this.ticker = ticker;
        this.waits = waits;
        this.overloadControls = new OverloadControls(load, ticker);
        this.events = events;
        this.quotas = quotas;
        this.workload = workload;
        this.lanes = lanes;
        this.hosts = hosts;
        this.seed = seed;
    }

    Ticker ticker() {
        return ticker;
    }

    RequestWaits waits() {
        return waits;
    }

    Quotas quotas() {
        return quotas;
    }

    WorkloadIdentity workload() {
        return workload;
    }

    LaneSettings lanes() {
        return lanes;
    }

    /** Where the order of random choices begins. */
    long seed() {
        return seed;
    }

    ProcessLoad load() {
        return load;
    }

    OverloadControls overloadControls() {
        return overloadControls;
    }

    /** Takes the number of instances that share limits from now on. */
    void setInstances(int instances) {
        this.instances = Math.max(1, instances);
        instancesKnown = true;
    }

    /** Returns whether anything tells the number of instances, which is 1 otherwise. */
    boolean knowsInstances() {
        return instancesKnown;
    }

    int instances() {
        return instances;
    }

    /**
     * Returns this instance's share of a limit, rounded up, so that it is 0 only if the limit is.
     */
    long share(LimitMode mode, long limit) {
        int count = mode == LimitMode.GLOBAL_TO_LOCAL ? instances : 1;
        return limit / count + (limit % count == 0 ? 0 : 1);
    }

    /** Notes that a guard is asked for; returns whether that makes {@link #directions} others. */
    boolean noteGuard(TrafficDirection direction) {
        return !guarded.contains(direction) && addGuarded(direction);
    }

    private synchronized boolean addGuarded(TrafficDirection direction) {
        Set<TrafficDirection> before = directions();
        Set<TrafficDirection> more = EnumSet.of(direction);
        more.addAll(guarded);
        guarded = Set.copyOf(more);
        return !directions().equals(before);
    }

    /** Returns the directions that guards have been asked for; what comes in, if none was. */
    Set<TrafficDirection> directions() {
        Set<TrafficDirection> directions = guarded;
        return directions.isEmpty() ? Set.of(TrafficDirection.INBOUND) : directions;
    }

    /** Notes what an adapter does; returns whether that is new. */
    synchronized boolean noteHonoured(String adapter, Set<RouteAction> actions) {
        Map<String, Set<RouteAction>> more = new TreeMap<>(honoured);
        more.put(adapter, Set.copyOf(actions));
        boolean isNew = !more.equals(honoured);
        honoured = Collections.unmodifiableMap(more);
        return isNew;
    }

    /** Returns what each adapter does, by its name. */
    Map<String, Set<RouteAction>> honoured() {
        return honoured;
    }

    /** Notes what the servers of an adapter do; returns whether that is new. */
    synchronized boolean noteHonouredAtServer(String adapter, Set<RouteAction> actions) {
        Map<String, Set<RouteAction>> more = new TreeMap<>(honouredAtServer);
        more.put(adapter, Set.copyOf(actions));
        boolean isNew = !more.equals(honouredAtServer);
        honouredAtServer = Collections.unmodifiableMap(more);
        return isNew;
    }

    /** Returns what the servers of each adapter do, by its name. */
    Map<String, Set<RouteAction>> honouredAtServer() {
        return honouredAtServer;
    }

    /** Returns the hosts whose routes servers apply; none if no server does. */
    List<String> servedHosts() {
        return honouredAtServer.isEmpty() ? List.of() : hosts;
    }

    Protection protection(Checks checks, ResourceState state) {
        return new Protection(checks, state, serials.incrementAndGet(), load, ticker);
    }

    /** Returns the state of all resources that no rule names. */
    ResourceState stateOfOthers() {
        return new ResourceState(0);
    }

    /** Returns a state for a resource that had none, or has none any more. */
    ResourceState newState(GuardedResource resource) {
        int slot = Math.floorMod(resource.hashCode(), generations.length());
        int next = generations.incrementAndGet(slot);
        return new ResourceState(1 + Math.floorMod(next, Token.GENERATIONS - 1));
    }

    void onTransition(GuardedResource resource, String strategy, Phase from, Phase to) {
        events.publish(resource, strategy, from, to);
    }
}
