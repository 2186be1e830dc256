package io.opensergo.governance.routing;

import io.opensergo.api.time.Ticker;
import io.opensergo.governance.action.RouteAction;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.traffic.TrafficRouter;
import io.opensergo.rules.traffic.VirtualWorkload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A set of routers, compiled so that a decision does not become slower with their number.
 *
 * <p><b>Which routers.</b> A router is tried for the services its {@code hosts} select, in the way
 * of Envoy's domains: a name beats {@code *suffix}, which beats {@code prefix*}, which beats {@code
 * *}, and a longer pattern beats a shorter one. A name stands for its qualified form {@code
 * <host>.<namespace>.svc.cluster.local} as well, and the other way round, with the namespace of the
 * router; case does not matter. If none of the routers of the best pattern has a route for the
 * request, none is found: less specific patterns are not tried. A router without hosts is tried for
 * every service. A request that does not say its host is tried with every router.
 *
 * <p><b>Which route.</b> Routers that are tried are tried in the order they were given in, which is
 * that of their names if they come from a control plane of ours, and so are their {@code http}
 * routes in the order written; the first that matches wins. Entries of {@code match} are
 * alternatives; within one, every condition must hold. A request that lacks an attribute fulfils no
 * condition on it, but does not break {@code withoutHeaders}. A regular expression must match the
 * whole value. {@code ignoreUriCase} is about the letters A to Z. {@code gateways} of an entry
 * replace those of the router, and the name {@value WorkloadIdentity#MESH} stands for every process
 * that is no gateway. {@code exportTo} is the control plane's matter, and {@code tcp} and {@code
 * tls} are not about requests. Where a route has a {@code delegate}, the routes of that router
 * stand in its place: their conditions hold together with its own, and what they do not say holds
 * as it says it. A router without hosts that is a delegate is tried nowhere else.
 *
 * <p><b>Which destination.</b> Requests are shared in exact proportion to the weights over each
 * cycle, in an order that is random for each cycle and process. A cycle has 100 requests if the
 * weights, divided by what they have in common, add up to a divisor of 100; else the greatest
 * multiple of that sum below 100, or the sum itself if it is greater. So neither processes that
 * make a few requests each nor callers that make several at a time see a pattern. Weights that are
 * all 0 are equal; beside others, one of 0 or one that is not given gets nothing; a single
 * destination gets all.
 *
 * <p><b>Shadows.</b> A router that {@link io.opensergo.rules.Metadata#isShadow()} never decides; it
 * counts what it would have decided. Each costs every request a search of its own.
 *
 * <p><b>What is served.</b> {@link #route} decides on calls. If the servers of this process apply
 * routes, the routers whose hosts name the process decide by {@link #routeServed} on what it
 * serves. Then a call to itself gets of them only what is the caller's: instances, timeout,
 * retries, copies, another path and authority; so nothing is done twice. Conditions on the caller's
 * labels or namespace do not hold there, as a server knows neither.
 *
 * <p><b>Cost.</b> A decision looks up each attribute that entries are filed under once: a header
 * with exact values costs one hash look-up, whatever their number, prefixes one walk along the
 * path. It grows only with the number of different headers and query parameters that entries ask
 * for alone, and with that of entries that ask for nothing that can be looked up (a port, presence,
 * absence, a regular expression without a literal).
 *
 * <p>Immutable but for the weighted picks and the counts of shadows; safe for any number of
 * threads. {@link #route} takes no lock. It allocates nothing, unless a regular expression has to
 * run that is more than literals with {@code .*} between them.
 */
public final class RouteTable {

    private static final RouteTable EMPTY =
            compile(List.of(), List.of(), WorkloadIdentity.unknown());

    private final WorkloadIdentity self;
    private final List<CompiledRouter> routers;
    private final List<String> warnings;
    private final Map<RuleId, String> unreachable;
    private final List<RouteProblem> problems;
    private final Map<RuleId, Set<RouteAction>> asked;
    private final Map<String, LoadBalancing> balancing;
    private final RoutingState state;

    /** The entry of {@code match} of each rank. */
    private final CompiledRoute.Alternative[] byRank;

    /** Of each rank the decision, if there is only one: most routes need no more than it. */
    private final @Nullable RouteDecision[] onlyDecisions;

    private final RouterIndex active;
    private final ShadowRouter[] shadows;

    /** The routers of what this process serves, or {@code null} if no server applies routes. */
    private final @Nullable ServedRoutes served;

    private RouteTable(
            List<TrafficRouter> routers,
            List<VirtualWorkload> workloads,
            WorkloadIdentity self,
            RoutingState previous,
            @Nullable ServedRoutes served) {
        List<RouteProblem> found = new ArrayList<>();
        var subsets = new Subsets(workloads, found);
        var draft = new RoutingState.Draft(previous);
        var delegates = new Delegates(routers, found);
        var compiler =
                new RouterCompiler(
                        subsets,
                        self,
                        draft,
                        delegates,
                        found,
                        served == null ? Set.of() : served.routers());
        this.served = served;
        this.self = self;
        this.routers =
                routers.stream()
                        .filter(router -> !delegates.isOnlyDelegate(router))
                        .map(compiler::compile)
                        .toList();
        this.asked = new LinkedHashMap<>();
        routers.stream()
                .filter(router -> !router.metadata().isShadow())
                .forEach(router -> asked.put(router.id(), AskedActions.by(router)));
        workloads.stream()
                .filter(workload -> !workload.metadata().isShadow())
                .forEach(workload -> asked.put(workload.id(), AskedActions.by(workload)));
        this.balancing = Map.copyOf(subsets.balancing());
        this.problems = found.stream().distinct().toList();
        this.warnings = subsets.warnings();
        this.unreachable = UnreachableRouters.among(this.routers);
        this.byRank =
                this.routers.stream()
                        .flatMap(router -> router.routes().stream())
                        .flatMap(route -> route.alternatives().stream())
                        .toArray(CompiledRoute.Alternative[]::new);
        this.onlyDecisions =
                Arrays.stream(byRank)
                        .map(CompiledRoute.Alternative::only)
                        .toArray(RouteDecision[]::new);
        this.active =
                new RouterIndex(this.routers.stream().filter(each -> !each.isShadow()).toList());
        this.shadows =
                this.routers.stream()
                        .filter(CompiledRouter::isShadow)
                        .map(router -> shadow(byRank, router, draft))
                        .toArray(ShadowRouter[]::new);
        this.state = draft.finish();
    }

    private static ShadowRouter shadow(
            CompiledRoute.Alternative[] byRank, CompiledRouter router, RoutingState.Draft draft) {
        return new ShadowRouter(
                router,
                new RouterIndex(List.of(router)),
                draft.shadow(router.id()),
                rank -> byRank[rank].next());
    }

    /** Returns the table without routers. */
    public static RouteTable empty() {
        return EMPTY;
    }

    /**
     * Compiles routers; the order of weighted picks is random.
     *
     * @param routers the routers in the order in which they are tried
     * @param workloads the subsets that destinations name
     * @param self what this process is
     */
    public static RouteTable compile(
            List<TrafficRouter> routers, List<VirtualWorkload> workloads, WorkloadIdentity self) {
        return compile(routers, workloads, self, ThreadLocalRandom.current().nextLong());
    }

    /**
     * Compiles routers.
     *
     * @param routers the routers in the order in which they are tried
     * @param workloads the subsets that destinations name
     * @param self what this process is
     * @param seed with the same one, the same routers make the same weighted picks
     */
    public static RouteTable compile(
            List<TrafficRouter> routers,
            List<VirtualWorkload> workloads,
            WorkloadIdentity self,
            long seed) {
        return compile(routers, workloads, self, seed, Ticker.system());
    }

    /**
     * Compiles routers.
     *
     * @param routers the routers in the order in which they are tried
     * @param workloads the subsets that destinations name
     * @param self what this process is
     * @param seed with the same one, the same routers make the same picks
     * @param ticker the clock of the budgets of retries
     */
    public static RouteTable compile(
            List<TrafficRouter> routers,
            List<VirtualWorkload> workloads,
            WorkloadIdentity self,
            long seed,
            Ticker ticker) {
        return new RouteTable(routers, workloads, self, RoutingState.of(seed, ticker), null);
    }

    /**
     * Compiles other rules for the same process. Weighted picks of a route that is the same go on
     * where they are, and a shadow of the same id goes on counting; both tables share them from now
     * on.
     *
     * @param routers all routers, in the order in which they are tried
     * @param workloads all subsets that destinations name
     */
    public RouteTable update(List<TrafficRouter> routers, List<VirtualWorkload> workloads) {
        return update(routers, workloads, List.of());
    }

    /**
     * Compiles other rules, as {@link #update(List, List)} does, for a process whose servers apply
     * the routes of some hosts to the requests they serve.
     *
     * @param servedHosts the names under which rules speak of the process, its own first; empty if
     *     its servers apply no routes
     */
    public RouteTable update(
            List<TrafficRouter> routers,
            List<VirtualWorkload> workloads,
            List<String> servedHosts) {
        ServedRoutes servedNow =
                servedHosts.isEmpty()
                        ? null
                        : ServedRoutes.of(servedHosts, routers, this::servedTable, workloads);
        return new RouteTable(routers, workloads, self, state, servedNow);
    }

    /** Whoever calls is somebody else, of whom no labels are known. */
    private RouteTable servedTable(List<TrafficRouter> routers, List<VirtualWorkload> workloads) {
        var caller = new WorkloadIdentity(Map.of(), null, self.gateways());
        RoutingState before =
                served == null
                        ? RoutingState.of(state.seeds().nextLong(), state.ticker())
                        : served.table().state;
        return new RouteTable(routers, workloads, caller, before, null);
    }

    /**
     * Decides on a request that this process serves, by the routers whose {@code hosts} name it.
     * That is the host of the request if it is one of those served, else the process's own name.
     *
     * @return a decision made in advance, {@link RouteDecision#NOT_FOUND} if no route holds
     */
    public RouteDecision routeServed(RequestView request) {
        return served == null ? RouteDecision.NOT_FOUND : served.route(request);
    }

    /** Explains what {@link #routeServed} returns, as {@link #explain} does. */
    public RouteExplanation explainServed(RequestView request) {
        return served == null
                ? new RouteExplanation(0, RouteDecision.NOT_FOUND, List.of(), List.of())
                : served.explain(request);
    }

    /** Returns the routers that {@link #routeServed} decides by, shadows included. */
    public Set<RuleId> served() {
        return served == null ? Set.of() : served.routers();
    }

    /**
     * Decides where a request goes.
     *
     * @return a decision made in advance, {@link RouteDecision#NOT_FOUND} if no route holds
     */
    public RouteDecision route(RequestView request) {
        int rank = active.search(request);
        for (ShadowRouter shadow : shadows) {
            shadow.count(request, rank, active);
        }
        if (rank == MatchIndex.NONE) {
            return RouteDecision.NOT_FOUND;
        }
        RouteDecision only = onlyDecisions[rank];
        return only == null ? byRank[rank].next() : only;
    }

    /**
     * Explains what {@link #route} returns for a request next, unless another request takes the
     * weighted pick first; it changes nothing itself. Slow: it checks every condition of every
     * entry that is tried.
     */
    public RouteExplanation explain(RequestView request) {
        return new Explainer(routers, request).explain(false);
    }

    /** Explains a decision on a request that this process serves. */
    RouteExplanation explainAtServer(RequestView request) {
        return new Explainer(routers, request).explain(true);
    }

    /** Returns how many requests each shadow would have decided, in the order of the routers. */
    public Map<RuleId, Long> shadowMatches() {
        Map<RuleId, Long> matches = new LinkedHashMap<>();
        for (ShadowRouter shadow : shadows) {
            matches.put(shadow.router().id(), shadow.taken().sum());
        }
        if (served != null) {
            served.table()
                    .shadowMatches()
                    .forEach((id, count) -> matches.merge(id, count, Long::sum));
        }
        return Collections.unmodifiableMap(matches);
    }

    /**
     * Returns how often what routers ask for besides instances has been done; of those that ask for
     * faults, retries or copies.
     */
    public List<RouteStats> stats() {
        Set<RuleId> ofShadows = new HashSet<>();
        routers.stream()
                .filter(CompiledRouter::isShadow)
                .forEach(router -> ofShadows.add(router.id()));
        Map<RuleId, RouteStats> all = new TreeMap<>(Comparator.comparing(RuleId::toString));
        state.counts()
                .forEach((id, counts) -> all.put(id, counts.stats(id, ofShadows.contains(id))));
        if (served != null) {
            served.table()
                    .stats()
                    .forEach(each -> all.merge(each.router(), each, RouteStats::plus));
        }
        return List.copyOf(all.values());
    }

    /**
     * Returns what looks like a mistake in the rules though they are valid: subsets that a
     * VirtualWorkload should have and does not. For a log; empty if there is nothing to say.
     */
    public List<String> warnings() {
        return warnings;
    }

    /**
     * Returns the routers that never decide for some host, or for none at all, because a router
     * before them has a route for every request there; with what to say about each, for a log. The
     * routers of a control plane of ours are tried in the order of their names.
     */
    public Map<RuleId, String> unreachable() {
        return unreachable;
    }

    /** Returns what cannot be done as the routers say; the rest of them is in force. */
    public List<RouteProblem> problems() {
        return problems;
    }

    /**
     * Returns how requests to a service are spread that no route leads to, or {@code null} if no
     * VirtualWorkload says; {@link InstanceGroup#balancing} says it of those that a route does.
     *
     * @param host the service
     * @param namespace where it is, unless the name says so
     */
    public @Nullable LoadBalancing balancing(String host, String namespace) {
        return balancing.isEmpty() ? null : balancing.get(ServiceName.qualify(host, namespace));
    }

    /**
     * Returns what each router asks for, whether it can be done or not, and each VirtualWorkload;
     * shadows ask for nothing.
     */
    public Map<RuleId, Set<RouteAction>> asked() {
        return Collections.unmodifiableMap(asked);
    }

    /** Returns how many routers there are. */
    @Override
    public String toString() {
        return routers.size() + " routers with " + byRank.length + " alternatives";
    }
}
