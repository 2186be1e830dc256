package io.opensergo.proto;

import io.opensergo.proto.internal.fault_tolerance.v1.FaultToleranceRule.FaultToleranceActionRef;
import io.opensergo.proto.internal.fault_tolerance.v1.FaultToleranceRule.FaultToleranceRuleTargetRef;
import io.opensergo.proto.internal.fault_tolerance.v1.FaultToleranceRule.FaultToleranceStrategyRef;
import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Violations;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.StrategyKind;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@link FaultToleranceRule} on the wire, where it has no name. */
final class FaultToleranceRuleMapping
        extends MessageMapping<
                FaultToleranceRule,
                io.opensergo.proto.internal.fault_tolerance.v1.FaultToleranceRule> {

    private static final Map<String, StrategyKind> KINDS =
            new TreeMap<>(
                    Map.of(
                            RateLimitStrategy.KIND.name(),
                            StrategyKind.RATE_LIMIT,
                            ThrottlingStrategy.KIND.name(),
                            StrategyKind.THROTTLING,
                            ConcurrencyLimitStrategy.KIND.name(),
                            StrategyKind.CONCURRENCY_LIMIT,
                            CircuitBreakerStrategy.KIND.name(),
                            StrategyKind.CIRCUIT_BREAKER,
                            AdaptiveOverloadProtectionStrategy.KIND.name(),
                            StrategyKind.ADAPTIVE_OVERLOAD_PROTECTION));

    FaultToleranceRuleMapping() {
        super(
                FaultToleranceRule.KIND,
                io.opensergo.proto.internal.fault_tolerance.v1.FaultToleranceRule.getDescriptor(),
                io.opensergo.proto.internal.fault_tolerance.v1.FaultToleranceRule.parser());
    }

    @Override
    io.opensergo.proto.internal.fault_tolerance.v1.FaultToleranceRule toMessage(
            FaultToleranceRule rule) {
        var message =
                io.opensergo.proto.internal.fault_tolerance.v1.FaultToleranceRule.newBuilder();
        for (ResourceRef target : rule.targets()) {
            message.addTargets(
                    FaultToleranceRuleTargetRef.newBuilder()
                            .setTargetResourceName(target.targetResourceName()));
        }
        for (StrategyRef strategy : rule.strategies()) {
            message.addStrategies(
                    FaultToleranceStrategyRef.newBuilder()
                            .setName(strategy.name())
                            .setKind(kindName(strategy.kind())));
        }
        if (rule.fallbackAction() != null) {
            message.setAction(
                    FaultToleranceActionRef.newBuilder()
                            .setName(rule.fallbackAction())
                            .setKind(HttpRequestFallbackAction.KIND.name()));
        }
        return message.build();
    }

    private static String kindName(@Nullable StrategyKind kind) {
        for (Map.Entry<String, StrategyKind> entry : KINDS.entrySet()) {
            if (entry.getValue() == kind) {
                return entry.getKey();
            }
        }
        return "";
    }

    @Override
    @Nullable String nameIn(
            io.opensergo.proto.internal.fault_tolerance.v1.FaultToleranceRule message) {
        return null;
    }

    @Override
    FaultToleranceRule toRule(
            io.opensergo.proto.internal.fault_tolerance.v1.FaultToleranceRule message,
            Metadata metadata,
            Consumer<String> warnings) {
        var faults = new Violations();
        List<ResourceRef> targets = new ArrayList<>(message.getTargetsCount());
        for (int i = 0; i < message.getTargetsCount(); i++) {
            try {
                targets.add(ResourceRef.of(message.getTargets(i).getTargetResourceName()));
            } catch (InvalidRuleException e) {
                MessageFaults.addUnder("targets[" + i + "]", e, faults);
            }
        }
        List<StrategyRef> strategies = new ArrayList<>(message.getStrategiesCount());
        for (int i = 0; i < message.getStrategiesCount(); i++) {
            try {
                strategies.add(strategy(message.getStrategies(i)));
            } catch (InvalidRuleException e) {
                MessageFaults.addUnder("strategies[" + i + "]", e, faults);
            }
        }
        faults.throwIfAny();
        String action = message.getAction().getName();
        return FaultToleranceRule.builder(metadata)
                .targets(targets)
                .strategies(strategies)
                .fallbackAction(action.isEmpty() ? null : action)
                .build();
    }

    private static StrategyRef strategy(FaultToleranceStrategyRef ref) {
        StrategyKind kind = KINDS.get(ref.getKind());
        if (kind == null && !ref.getKind().isEmpty()) {
            throw MessageFaults.invalid(
                    "kind",
                    "must be one of " + KINDS.keySet(),
                    '"' + Texts.abbreviate(ref.getKind(), 100) + '"');
        }
        return StrategyRef.builder().name(ref.getName()).kind(kind).build();
    }
}
