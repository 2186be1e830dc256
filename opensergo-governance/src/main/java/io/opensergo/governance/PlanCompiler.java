package io.opensergo.governance;

import io.opensergo.api.RejectedRule;
import io.opensergo.governance.action.RouteAction;
import io.opensergo.governance.internal.limiter.LeasedLimiter;
import io.opensergo.governance.plan.RuleBook;
import io.opensergo.governance.plan.RuleJoin;
import io.opensergo.governance.plan.RuleText;
import io.opensergo.governance.plan.StrategyBinding;
import io.opensergo.governance.routing.Lanes;
import io.opensergo.governance.routing.RouteProblem;
import io.opensergo.governance.routing.RouteTable;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.LimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.traffic.TrafficLane;
import io.opensergo.rules.traffic.TrafficRouter;
import io.opensergo.rules.traffic.VirtualWorkload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a plan of rules that are joined with the strategies and actions they name. A resource whose
 * strategies did not change keeps its protection; one that changed goes on with the state it has.
 * For one use.
 */
final class PlanCompiler {

    private final RuleBook book;
    private final Engine engine;
    private final CompiledPlan previous;
    private final Set<PlanProblem> problems = new LinkedHashSet<>(); // one for all parts of a rule
    private final RuleJoin join;
    private final List<String> servedHosts;

    private PlanCompiler(RuleBook book, CompiledPlan previous, Engine engine) {
        this.book = book;
        this.join = new RuleJoin(book);
        this.previous = previous;
        this.engine = engine;
        this.servedHosts = engine.servedHosts();
    }

    /** Returns the plan of no rules. */
    static CompiledPlan empty(Engine engine) {
        var summary = new Plan(0, Instant.now(), Map.of(), Set.of(), List.of(), List.of());
        return new CompiledPlan(
                summary,
                RuleBook.unknown(RuleBook.DECISIONS),
                engine.instances(),
                Map.of(),
                Map.of(),
                engine.protection(Checks.NONE, engine.stateOfOthers()),
                engine.protection(Checks.NONE, engine.stateOfOthers()),
                RouteTable.compile(
                        List.of(), List.of(), engine.workload(), engine.seed(), engine.ticker()),
                List.of(),
                Lanes.compile(List.of(), engine.workload(), engine.lanes()));
    }

    /** Returns the plan of the rules in a book, which follows another. */
    static CompiledPlan compile(RuleBook book, CompiledPlan previous, Engine engine) {
        return new PlanCompiler(book, previous, engine).compile();
    }

    private CompiledPlan compile() {
        book.forEachRejected(this::reportRejected);
        book.problems().stream().filter(Problem::isError).forEach(this::reportDocument);
        if (!book.rivals().isEmpty()) {
            reportRivals(book.rivals());
        }
        for (Strategy strategy : book.strategies()) {
            if (strategy instanceof LimitStrategy limit) {
                checkSupport(limit);
            }
        }
        reportDangling(PlanProblem.Type.DANGLING_STRATEGY, join.danglingStrategies());
        reportDangling(PlanProblem.Type.DANGLING_FALLBACK_ACTION, join.danglingActions());
        Map<String, Protection> inbound = protections(TrafficDirection.INBOUND);
        Map<String, Protection> outbound = protections(TrafficDirection.OUTBOUND);
        Protection otherInbound = others(TrafficDirection.INBOUND);
        Protection otherOutbound = others(TrafficDirection.OUTBOUND);
        RouteTable routes = routes();
        Lanes lanes = lanes();
        var plan =
                new CompiledPlan(
                        summary(),
                        book,
                        engine.instances(),
                        inbound,
                        outbound,
                        otherInbound,
                        otherOutbound,
                        routes,
                        servedHosts,
                        lanes);
        closeAllBut(plan.leases());
        return plan;
    }

    private Map<String, Protection> protections(TrafficDirection direction) {
        List<StrategyBinding> ofProcess = ofProcess(direction);
        Map<String, Protection> protections = new HashMap<>(join.resources().size() * 2);
        for (String name : join.resources()) {
            List<StrategyBinding> all = new ArrayList<>(ofProcess);
            all.addAll(join.of(name));
            Protection before = previous.protections(direction).get(name);
            var resource = new GuardedResource(name, direction);
            protections.put(name, protect(resource, withinLimit(name, all), before));
        }
        return protections;
    }

    private Protection others(TrafficDirection direction) {
        List<StrategyBinding> bindings =
                withinLimit(Governor.OTHER_RESOURCES, ofProcess(direction));
        return protect(new GuardedResource("", direction), bindings, previous.others(direction));
    }

    /** What protects the process as a whole protects it from what comes in. */
    private List<StrategyBinding> ofProcess(TrafficDirection direction) {
        return direction == TrafficDirection.INBOUND ? join.ofProcess() : List.of();
    }

    private RouteTable routes() {
        List<TrafficRouter> routers = book.of(TrafficRouter.KIND);
        List<VirtualWorkload> workloads = book.of(VirtualWorkload.KIND);
        boolean same =
                previous.servedHosts().equals(servedHosts)
                        && previous.book().of(TrafficRouter.KIND).equals(routers)
                        && previous.book().of(VirtualWorkload.KIND).equals(workloads);
        RouteTable table =
                same
                        ? previous.routes()
                        : previous.routes().update(routers, workloads, servedHosts);
        for (String warning : table.warnings()) {
            problems.add(new PlanProblem(PlanProblem.Type.MISSING_SUBSET, "", warning));
        }
        for (TrafficRouter router : routers) {
            String reason = table.unreachable().get(router.id());
            if (reason != null) {
                report(PlanProblem.Type.UNREACHABLE_ROUTER, router, reason);
            }
        }
        table.problems().forEach(this::reportRoute);
        engine.honoured().forEach((adapter, done) -> reportNotDone(table, adapter, done, false));
        engine.honouredAtServer()
                .forEach((adapter, done) -> reportNotDone(table, adapter, done, true));
        return table;
    }

    private void reportRoute(RouteProblem problem) {
        reportRouted(
                problem.type() == RouteProblem.Type.DELEGATE
                        ? PlanProblem.Type.DANGLING_DELEGATE
                        : PlanProblem.Type.UNUSABLE_ACTION,
                problem.router(),
                problem.message());
    }

    /** Reports what is asked for of calls and not done, or of requests that are served. */
    private void reportNotDone(
            RouteTable table, String adapter, Set<RouteAction> done, boolean atServer) {
        table.asked()
                .forEach(
                        (router, asked) -> {
                            if (table.served().contains(router) == atServer) {
                                reportNotDone(adapter, done, router, asked);
                            }
                        });
    }

    private void reportNotDone(
            String adapter, Set<RouteAction> done, RuleId router, Set<RouteAction> asked) {
        List<String> rest =
                asked.stream()
                        .filter(action -> !done.contains(action))
                        .map(RouteAction::field)
                        .toList();
        if (!rest.isEmpty()) {
            reportRouted(
                    PlanProblem.Type.NOT_SUPPORTED,
                    router,
                    "asks for %s, which the %s adapter does not do; the rest applies"
                            .formatted(String.join(", ", rest), adapter));
        }
    }

    /** Reports a router or a VirtualWorkload. */
    private void reportRouted(PlanProblem.Type type, RuleId rule, String problem) {
        String kind = rule.kind().substring(rule.kind().lastIndexOf('/') + 1);
        String message = kind + " '" + rule.name() + "' " + problem;
        problems.add(new PlanProblem(type, rule.name(), message));
    }

    private Lanes lanes() {
        return Lanes.compile(book.of(TrafficLane.KIND), engine.workload(), engine.lanes());
    }

    private Protection protect(
            GuardedResource resource, List<StrategyBinding> all, @Nullable Protection before) {
        if (before != null && before.checks.bindings().equals(all) && canStay(before)) {
            return before;
        }
        Checks checks = Checks.of(resource, all, before == null ? null : before.checks, engine);
        ResourceState state = before == null ? engine.newState(resource) : before.state;
        state.countPassedBy(checks.passCounter());
        if (before != null) {
            state.replace(before.checks, checks);
        }
        return engine.protection(checks, state);
    }

    /** A token has room for so many checks; those beyond would be refusals of another's name. */
    private List<StrategyBinding> withinLimit(String resource, List<StrategyBinding> all) {
        if (all.size() <= Token.MAX_CHECKS) {
            return all;
        }
        Map<Rule, List<String>> beyond = new LinkedHashMap<>();
        for (StrategyBinding binding : all.subList(Token.MAX_CHECKS, all.size())) {
            Strategy strategy = binding.strategy();
            FaultToleranceRule rule = binding.rule();
            beyond.computeIfAbsent(rule == null ? strategy : rule, key -> new ArrayList<>())
                    .add(strategy.name());
        }
        beyond.forEach((rule, names) -> reportBeyondLimit(resource, rule, names));
        return all.subList(0, Token.MAX_CHECKS);
    }

    private void reportBeyondLimit(String resource, Rule rule, List<String> names) {
        int shown = Math.min(names.size(), 3);
        String message =
                "brings '%s' beyond the %d strategies that a resource may have; these do not apply: %s%s"
                        .formatted(
                                resource,
                                Token.MAX_CHECKS,
                                String.join(", ", names.subList(0, shown)),
                                names.size() == shown
                                        ? ""
                                        : " and %d more".formatted(names.size() - shown));
        report(PlanProblem.Type.TOO_MANY_STRATEGIES, rule, message);
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

    private void reportDangling(PlanProblem.Type type, List<RuleJoin.Dangling> references) {
        references.forEach(each -> report(type, each.rule(), each.problem()));
    }

    private void reportRejected(RuleKind<?> kind, RejectedRule rejected) {
        String name = rejected.name() == null ? "" : rejected.name();
        problems.add(
                new PlanProblem(
                        PlanProblem.Type.REFUSED, name, RuleText.rejection(kind, rejected)));
    }

    private void reportDocument(Problem problem) {
        problems.add(new PlanProblem(PlanProblem.Type.REFUSED, "", problem.toString()));
    }

    private void reportRivals(List<String> apps) {
        problems.add(
                new PlanProblem(
                        PlanProblem.Type.SEVERAL_APPLICATIONS,
                        "",
                        "the rules are of %d applications (%s), and all of them apply: say which one this process is, by the governor's target"
                                .formatted(apps.size(), String.join(", ", apps))));
    }

    private void checkSupport(LimitStrategy strategy) {
        LimitMode mode = strategy.limitMode();
        if (mode == LimitMode.GLOBAL && !engine.quotas().handles(strategy)) {
            reportWholeLimit(
                    strategy,
                    strategy instanceof ConcurrencyLimitStrategy
                            ? "Global, but calls in flight cannot be counted across instances;"
                                    + " GlobalToLocal divides them"
                            : "Global, but the governor was built without a global quota");
        } else if (mode == LimitMode.GLOBAL_TO_LOCAL && !engine.knowsInstances()) {
            reportWholeLimit(
                    strategy, "GlobalToLocal, but nobody has told the number of instances");
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
                join.resources(),
                book.of(TrafficRouter.KIND).stream().map(Rule::name).toList(),
                List.copyOf(problems));
    }
}
