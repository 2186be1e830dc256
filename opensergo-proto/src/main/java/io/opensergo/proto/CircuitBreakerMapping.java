package io.opensergo.proto;

import io.opensergo.proto.internal.common.v1.TimeUnit;
import io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy.CircuitBreakerErrorCondition;
import io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy.CircuitBreakerSlowCondition;
import io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy.Strategy;
import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.ErrorConditions;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.SlowConditions;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.TriggerType;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@link CircuitBreakerStrategy} on the wire. */
final class CircuitBreakerMapping
        extends MessageMapping<
                CircuitBreakerStrategy,
                io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy> {

    private static final double RATIO_TOLERANCE = 1e-6;

    CircuitBreakerMapping() {
        super(
                CircuitBreakerStrategy.KIND,
                io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy
                        .getDescriptor(),
                io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy.parser());
    }

    @Override
    io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy toMessage(
            CircuitBreakerStrategy rule) {
        TimeUnit recoveryUnit = WireTimes.unitOf(rule.recoveryTimeout());
        var message =
                io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy.newBuilder()
                        .setName(rule.name())
                        .setStrategy(
                                switch (rule.strategy()) {
                                    case SLOW_REQUEST_RATIO -> Strategy.STRATEGY_SLOW_REQUEST_RATIO;
                                    case ERROR_REQUEST_RATIO ->
                                            Strategy.STRATEGY_ERROR_REQUEST_RATIO;
                                })
                        .setTriggerRatio(rule.triggerRatio())
                        .setStatDuration(rule.statDuration().toMillis())
                        .setStatDurationTimeUnit(TimeUnit.MILLISECOND)
                        .setRecoveryTimeout(
                                WireTimes.amountOf(rule.recoveryTimeout(), recoveryUnit))
                        .setRecoveryTimeoutTimeUnit(recoveryUnit)
                        .setMinRequestAmount(rule.minRequestAmount());
        if (rule.slowConditions() != null) {
            Duration slow = rule.slowConditions().maxAllowedRt();
            message.setSlowCondition(
                    CircuitBreakerSlowCondition.newBuilder()
                            .setMaxAllowedRtMillis(WireTimes.amountOf(slow, TimeUnit.MILLISECOND)));
        }
        if (rule.errorConditions() != null) {
            message.setErrorCondition(CircuitBreakerErrorCondition.getDefaultInstance());
        }
        return message.build();
    }

    @Override
    String nameIn(io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy message) {
        return message.getName();
    }

    /** The public control plane leaves the units at 0 and means milliseconds. */
    @Override
    CircuitBreakerStrategy toRule(
            io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy message,
            Metadata metadata,
            Consumer<String> warnings) {
        return CircuitBreakerStrategy.builder(metadata)
                .strategy(triggerType(message))
                .triggerRatio(snapToPercent(message.getTriggerRatio()))
                .statDuration(
                        WireTimes.decode(
                                "statDuration",
                                message.getStatDuration(),
                                message.getStatDurationTimeUnitValue(),
                                TimeUnit.MILLISECOND))
                .recoveryTimeout(
                        WireTimes.decode(
                                "recoveryTimeout",
                                message.getRecoveryTimeout(),
                                message.getRecoveryTimeoutTimeUnitValue(),
                                TimeUnit.MILLISECOND))
                .minRequestAmount(message.getMinRequestAmount())
                .slowConditions(slowConditions(message))
                .errorConditions(message.hasErrorCondition() ? ErrorConditions.of() : null)
                .build();
    }

    private static TriggerType triggerType(
            io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy message) {
        return switch (message.getStrategy()) {
            case STRATEGY_SLOW_REQUEST_RATIO -> TriggerType.SLOW_REQUEST_RATIO;
            case STRATEGY_ERROR_REQUEST_RATIO -> TriggerType.ERROR_REQUEST_RATIO;
            case STRATEGY_UNKNOWN, UNRECOGNIZED ->
                    throw MessageFaults.invalid(
                            "strategy",
                            "must be 1 (SlowRequestRatio) or 2 (ErrorRequestRatio)",
                            Integer.toString(message.getStrategyValue()));
        };
    }

    /** Undoes what arithmetic on binary fractions did to a percentage, such as 0.1 + 0.2. */
    private static double snapToPercent(double ratio) {
        double percent = Math.round(ratio * 100) / 100.0;
        return Math.abs(ratio - percent) <= RATIO_TOLERANCE ? percent : ratio;
    }

    /**
     * A limit of 0 or less is not set: the public control plane sends -1 without slow conditions.
     * Only a breaker for slow calls must have one.
     */
    private static @Nullable SlowConditions slowConditions(
            io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy message) {
        int maxAllowedRt = message.getSlowCondition().getMaxAllowedRtMillis();
        boolean needed = message.getStrategy() == Strategy.STRATEGY_SLOW_REQUEST_RATIO;
        if (!message.hasSlowCondition() || (maxAllowedRt <= 0 && !needed)) {
            return null;
        }
        try {
            return SlowConditions.of(Duration.ofMillis(maxAllowedRt));
        } catch (InvalidRuleException e) {
            throw MessageFaults.under("slowConditions", e);
        }
    }
}
