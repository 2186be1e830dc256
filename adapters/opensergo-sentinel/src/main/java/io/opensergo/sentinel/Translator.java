package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.system.SystemRule;
import io.opensergo.api.RejectedRule;
import io.opensergo.api.Target;
import io.opensergo.governance.PlanProblem;
import io.opensergo.governance.plan.RuleBook;
import io.opensergo.governance.plan.RuleJoin;
import io.opensergo.governance.plan.RuleText;
import io.opensergo.governance.plan.StrategyBinding;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides for each strategy on a resource who enforces it, and makes the rules for Sentinel and for
 * the slot. For one use.
 */
final class Translator {

    private final Target target;
    private final Sharing sharing;

    private final List<FlowRule> flowRules = new ArrayList<>();
    private final List<DegradeRule> degradeRules = new ArrayList<>();
    private final List<SystemRule> systemRules = new ArrayList<>();
    private final SlotRules slotRules = new SlotRules();
    private final Map<RuleOrigin, ResourceBinding> bindings = new HashMap<>();
    private final List<Enforcement> enforcements = new ArrayList<>();
    private final Set<PlanProblem> problems = new LinkedHashSet<>(); // one for all resources

    private Translator(Target target, Sharing sharing) {
        this.target = target;
        this.sharing = sharing;
    }

    /** Translates the rules of an application. */
    static Contribution translate(RuleBook book, Target target, Sharing sharing) {
        var join = new RuleJoin(book);
        var translator = new Translator(target, sharing);
        book.forEachRejected(translator::reportRejected);
        translator.report(PlanProblem.Type.DANGLING_STRATEGY, join.danglingStrategies());
        translator.report(PlanProblem.Type.DANGLING_FALLBACK_ACTION, join.danglingActions());
        for (String resource : join.resources()) {
            translator.translateAll(resource, join.of(resource));
        }
        translator.translateAll(ResourceBinding.WHOLE_PROCESS, join.ofProcess());
        return translator.contribution();
    }

    private void translateAll(String resource, Collection<StrategyBinding> bindings) {
        translateAll(
                bindings.stream().map(binding -> new ResourceBinding(resource, binding)).toList());
    }

    private void translateAll(Collection<ResourceBinding> ofResource) {
        boolean waits = ofResource.stream().anyMatch(Translator::waits);
        boolean together = waits && ofResource.size() > 1;
        for (ResourceBinding binding : ofResource) {
            Translation translation = translate(binding);
            if (together && !(translation instanceof Translation.Idle)) {
                translation =
                        new Translation.BySlot(
                                "requests of its resource are throttled, and Sentinel checks flow rules in no order and counts waiting as response time");
            }
            add(binding, translation);
        }
    }

    private static boolean waits(ResourceBinding binding) {
        return !binding.binding().shadow()
                && binding.strategy() instanceof ThrottlingStrategy throttling
                && !throttling.minIntervalOfRequests().isZero();
    }

    private Translation translate(ResourceBinding binding) {
        if (binding.binding().shadow()) {
            return new Translation.BySlot("it is a shadow, which Sentinel does not know");
        }
        String resource = binding.resource();
        RuleOrigin origin = binding.origin(target);
        Strategy strategy = binding.strategy();
        return switch (strategy.strategyKind()) {
            case RATE_LIMIT ->
                    RateLimits.translate((RateLimitStrategy) strategy, resource, origin, sharing);
            case THROTTLING -> Pacing.translate((ThrottlingStrategy) strategy, resource, origin);
            case CONCURRENCY_LIMIT ->
                    ConcurrencyLimits.translate(
                            (ConcurrencyLimitStrategy) strategy, resource, origin);
            case CIRCUIT_BREAKER ->
                    Breakers.translate((CircuitBreakerStrategy) strategy, resource, origin);
            case ADAPTIVE_OVERLOAD_PROTECTION ->
                    Overloads.translate(
                            (AdaptiveOverloadProtectionStrategy) strategy, binding, origin);
        };
    }

    private void add(ResourceBinding binding, Translation translation) {
        if (translation instanceof Translation.BySlot slot) {
            slotRules.add(binding);
            tell(binding, Enforcement.Engine.SLOT, slot.reason());
        } else if (translation instanceof Translation.Idle idle) {
            tell(binding, Enforcement.Engine.NOBODY, idle.reason());
        } else {
            addToSentinel(binding, translation);
            bindings.put(binding.origin(target), binding);
            tell(binding, Enforcement.Engine.SENTINEL, "");
        }
    }

    private void addToSentinel(ResourceBinding binding, Translation translation) {
        if (translation instanceof Translation.Flow flow) {
            flowRules.add(flow.rule());
            if (flow.rule().isClusterMode() && !sharing.tokenServer()) {
                report(
                        PlanProblem.Type.NOT_SUPPORTED,
                        binding,
                        "has limitMode Global, but this process is neither client nor server of a Sentinel token server; until it is, the whole limit applies to each instance");
            }
        } else if (translation instanceof Translation.Degrade degrade) {
            degradeRules.add(degrade.rule());
        } else if (translation instanceof Translation.Whole whole) {
            systemRules.add(whole.rule());
        }
    }

    private void reportRejected(RuleKind<?> kind, RejectedRule rejected) {
        String name = rejected.name() == null ? "" : rejected.name();
        problems.add(
                new PlanProblem(
                        PlanProblem.Type.REFUSED, name, RuleText.rejection(kind, rejected)));
    }

    private void report(PlanProblem.Type type, List<RuleJoin.Dangling> references) {
        references.forEach(each -> report(type, each.rule(), each.problem()));
    }

    private void report(PlanProblem.Type type, Rule rule, String problem) {
        String message = rule.kind().name() + " '" + rule.name() + "' " + problem;
        problems.add(new PlanProblem(type, rule.name(), message));
    }

    private void report(PlanProblem.Type type, ResourceBinding binding, String problem) {
        problems.add(new PlanProblem(type, binding.strategy().name(), binding + " " + problem));
    }

    private void tell(ResourceBinding binding, Enforcement.Engine by, String reason) {
        enforcements.add(new Enforcement(binding.resource(), binding.origin(target), by, reason));
    }

    private Contribution contribution() {
        return new Contribution(
                flowRules,
                degradeRules,
                systemRules,
                slotRules.all(),
                bindings,
                enforcements,
                List.copyOf(problems));
    }
}
