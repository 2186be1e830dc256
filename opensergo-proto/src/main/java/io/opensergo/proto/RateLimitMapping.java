package io.opensergo.proto;

import io.opensergo.proto.internal.common.v1.TimeUnit;
import io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy.MetricType;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.util.function.Consumer;

/** {@link RateLimitStrategy} on the wire. */
final class RateLimitMapping
        extends MessageMapping<
                RateLimitStrategy,
                io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy> {

    RateLimitMapping() {
        super(
                RateLimitStrategy.KIND,
                io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy.getDescriptor(),
                io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy.parser());
    }

    @Override
    io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy toMessage(
            RateLimitStrategy rule) {
        return io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy.newBuilder()
                .setName(rule.name())
                .setMetricType(MetricType.TYPE_REQUEST_AMOUNT)
                .setLimitModeValue(LimitModes.toNumber(rule.limitMode()))
                .setThreshold(rule.threshold())
                .setStatDuration((int) rule.statDuration().toSeconds())
                .setStatDurationTimeUnit(TimeUnit.SECOND)
                .build();
    }

    @Override
    String nameIn(io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy message) {
        return message.getName();
    }

    /** The public control plane leaves metric, mode and unit at 0 and means seconds. */
    @Override
    RateLimitStrategy toRule(
            io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy message,
            Metadata metadata,
            Consumer<String> warnings) {
        if (message.getMetricTypeValue() > MetricType.TYPE_REQUEST_AMOUNT_VALUE) {
            warnings.accept(
                    "metricType "
                            + message.getMetricTypeValue()
                            + " is not known and taken for RequestAmount");
        }
        return RateLimitStrategy.builder(metadata)
                .threshold(message.getThreshold())
                .statDuration(
                        WireTimes.decode(
                                "statDuration",
                                message.getStatDuration(),
                                message.getStatDurationTimeUnitValue(),
                                TimeUnit.SECOND))
                .limitMode(LimitModes.of(message.getLimitModeValue(), warnings))
                .build();
    }
}
