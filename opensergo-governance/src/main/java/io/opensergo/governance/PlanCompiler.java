package io.opensergo.governance;

import io.opensergo.governance.internal.limiter.LeasedLimiter;
import io.opensergo.governance.routing.Lanes;
import io.opensergo.governance.routing.RouteTable;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.traffic.TrafficLane;
import io.opensergo.rules.traffic.TrafficRouter;
import io.opensergo.rules.traffic.VirtualWorkload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Joins rules with the strategies and actions they name, and makes a plan of them. A resource whose
 * strategies did not change keeps its protection; one that changed goes on with the state it has.
 * For one use.
 */
final class PlanCompiler {

    private final RuleBook book;
    private final Engine engine;
    private final CompiledPlan previous;
    private final List<PlanProblem> problems = new ArrayList<>();
    private final Map<String, List<Strategy>> strategiesByName = new HashMap<>();
    private final Map<RuleId, HttpRequestFallbackAction> actions = new HashMap<>();
    private final Map<String, Map<RuleId, Binding>> bindings = new LinkedHashMap<>();
    private final Set<RuleId> referredTo = new HashSet<>();

    private PlanCompiler(RuleBook book, CompiledPlan previous, Engine engine) {
        this.book = book;
        this.previous = previous;
        this.engine = engine;
    }

    /** Returns the plan of no rules. */
    static CompiledPlan empty(Engine engine) {
        var summary = new Plan(0, Instant.now(), Map.of(), Set.of(), List.of(), List.of());
        return new CompiledPlan(
                summary,
                RuleBook.EMPTY,
                engine.instances(),
                Map.of(),
                engine.protection(Checks.NONE, engine.newState()),
                RouteTable.compile(List.of(), List.of(), engine.workload()),
                Lanes.none());
    }

    /** Returns the plan of the rules in a book, which follows another. */
    static CompiledPlan compile(RuleBook book, CompiledPlan previous, Engine engine) {
        return new PlanCompiler(book, previous, engine).compile();
    }

    private CompiledPlan compile() {
        for (Strategy strategy : book.strategies()) {
            strategiesByName
                    .computeIfAbsent(strategy.name(), name -> new ArrayList<>(1))
                    .add(strategy);
            checkMode(strategy);
            checkSupport(strategy);
        }
        for (HttpRequestFallbackAction action : book.of(HttpRequestFallbackAction.KIND)) {
            actions.put(action.id(), action);
        }
        for (FaultToleranceRule rule : book.of(FaultToleranceRule.KIND)) {
            checkMode(rule);
            bind(rule);
        }
        List<Binding> ofProcess = bindingsOfProcess();
        Map<String, Protection> protections = new HashMap<>(bindings.size() * 2);
        bindings.forEach(
                (resource, ofResource) -> {
                    List<Binding> all = new ArrayList<>(ofProcess);
                    all.addAll(ofResource.values());
                    Protection before = previous.protections().get(resource);
                    protections.put(resource, protect(resource, all, before));
                });
        Protection unprotected = protect("", ofProcess, previous.unprotected());
        RouteTable routes = routes();
        Lanes lanes = lanes();
        var plan =
                new CompiledPlan(
                        summary(),
                        book,
                        engine.instances(),
                        protections,
                        unprotected,
                        routes,
                        lanes);
        closeAllBut(plan.leases());
        return plan;
    }

    private RouteTable routes() {
        List<TrafficRouter> routers = book.of(TrafficRouter.KIND);
        routers.forEach(this::checkMode);
        List<VirtualWorkload> workloads = book.of(VirtualWorkload.KIND);
        boolean same =
                previous.book().of(TrafficRouter.KIND).equals(routers)
                        && previous.book().of(VirtualWorkload.KIND).equals(workloads);
        RouteTable table = same ? previous.routes() : previous.routes().update(routers, workloads);
        for (String warning : table.warnings()) {
            problems.add(new PlanProblem(PlanProblem.Type.MISSING_SUBSET, "", warning));
        }
        return table;
    }

    private Lanes lanes() {
        return Lanes.compile(book.of(TrafficLane.KIND), engine.workload());
    }

    /**
     * Puts the strategies of a rule on its resources; the first rule to bring an equal one wins.
     */
    private void bind(FaultToleranceRule rule) {
        Set<Strategy> candidates = new LinkedHashSet<>();
        for (StrategyRef ref : rule.strategies()) {
            candidates.addAll(strategiesByName.getOrDefault(ref.name(), List.of()));
        }
        FaultToleranceRule.Resolution resolution = rule.resolve(candidates);
        resolution.dangling().forEach(ref -> reportDangling(rule, ref));
        HttpRequestFallbackAction action = action(rule);
        for (Strategy strategy : resolution.strategies()) {
            referredTo.add(strategy.id());
            var binding = new Binding(rule, strategy, action);
            for (ResourceRef target : rule.targets()) {
                bindings.computeIfAbsent(target.targetResourceName(), name -> new LinkedHashMap<>())
                        .merge(strategy.id(), binding, PlanCompiler::preferEnforced);
            }
        }
    }

    private static Binding preferEnforced(Binding first, Binding second) {
        return first.shadow() && !second.shadow() ? second : first;
    }

    private @Nullable HttpRequestFallbackAction action(FaultToleranceRule rule) {
        if (rule.fallbackAction() == null) {
            return null;
        }
        var id =
                new RuleId(
                        HttpRequestFallbackAction.KIND.wireName(),
                        rule.metadata().namespace(),
                        rule.fallbackAction());
        HttpRequestFallbackAction action = actions.get(id);
        if (action == null) {
            report(
                    PlanProblem.Type.DANGLING_FALLBACK_ACTION,
                    rule,
                    "refers to HttpRequestFallbackAction '%s', which does not exist in namespace '%s'; refused requests get the default response"
                            .formatted(rule.fallbackAction(), rule.metadata().namespace()));
        }
        return action;
    }

    private List<Binding> bindingsOfProcess() {
        return book.of(AdaptiveOverloadProtectionStrategy.KIND).stream()
                .filter(strategy -> !referredTo.contains(strategy.id()))
                .map(strategy -> new Binding(null, strategy, null))
                .toList();
    }

    private Protection protect(String resource, List<Binding> all, @Nullable Protection before) {
        if (before != null && before.checks.bindings().equals(all) && canStay(before)) {
            return before;
        }
        Checks checks = Checks.of(resource, all, before == null ? null : before.checks, engine);
        ResourceState state = before == null ? engine.newState() : before.state;
        state.countPassedBy(checks.passCounter());
        return engine.protection(checks, state);
    }

    /** Ends the leases that no check holds any more; those who still decide by them do it alone. */
    private void closeAllBut(Set<LeasedLimiter> kept) {
        for (LeasedLimiter lease : previous.leases()) {
            if (!kept.contains(lease)) {
                lease.close();
            }
        }
    }

    private boolean canStay(Protection protection) {
        return previous.instances() == engine.instances() || !protection.checks.dependOnInstances();
    }

    private void reportDangling(FaultToleranceRule rule, StrategyRef ref) {
        String reference = ref.kind() == null ? "strategy" : ref.kind().documentName();
        boolean ambiguous = ref.kind() == null && strategiesByName.containsKey(ref.name());
        report(
                PlanProblem.Type.DANGLING_STRATEGY,
                rule,
                ambiguous
                        ? "refers to '%s' without a kind, which does not name exactly one strategy of namespace '%s'; add the kind"
                                .formatted(ref.name(), rule.metadata().namespace())
                        : "refers to %s '%s', which does not exist in namespace '%s'; the rest of the rule applies"
                                .formatted(reference, ref.name(), rule.metadata().namespace()));
    }

    private void checkMode(Rule rule) {
        String mode = rule.metadata().annotations().get(Metadata.MODE_ANNOTATION);
        if (mode != null && !rule.metadata().isShadow()) {
            report(
                    PlanProblem.Type.UNKNOWN_MODE,
                    rule,
                    "has the annotation %s '%s', which is not '%s'; it is enforced"
                            .formatted(Metadata.MODE_ANNOTATION, mode, Metadata.SHADOW_MODE));
        }
    }

    private void checkSupport(Strategy strategy) {
        LimitMode mode = LimitMode.LOCAL;
        String global = "";
        if (strategy instanceof RateLimitStrategy rate) {
            mode = rate.limitMode();
            global = "the governor was built without a global quota";
        } else if (strategy instanceof ConcurrencyLimitStrategy limit) {
            mode = limit.limitMode();
            global =
                    "calls in flight cannot be counted across instances; GlobalToLocal divides them";
        }
        if (mode == LimitMode.GLOBAL && !engine.quotas().handles(strategy)) {
            reportWholeLimit(strategy, "Global, but " + global);
        } else if (mode == LimitMode.GLOBAL_TO_LOCAL && !engine.knowsInstances()) {
            reportWholeLimit(
                    strategy,
                    "GlobalToLocal, but the governor was built without the number of instances");
        }
    }

    private void reportWholeLimit(Strategy strategy, String reason) {
        report(
                PlanProblem.Type.NOT_SUPPORTED,
                strategy,
                "has limitMode " + reason + "; the whole limit applies to each instance");
    }

    private void report(PlanProblem.Type type, Rule rule, String problem) {
        String message = rule.kind().name() + " '" + rule.name() + "' " + problem;
        problems.add(new PlanProblem(type, rule.name(), message));
    }

    private Plan summary() {
        return new Plan(
                previous.summary().number() + 1,
                Instant.now(),
                book.versions(),
                bindings.keySet(),
                book.of(TrafficRouter.KIND).stream().map(Rule::name).toList(),
                problems);
    }
}
