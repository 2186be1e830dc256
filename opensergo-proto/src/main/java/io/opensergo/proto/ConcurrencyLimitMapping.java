package io.opensergo.proto;

import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import java.util.function.Consumer;

/** {@link ConcurrencyLimitStrategy} on the wire. */
final class ConcurrencyLimitMapping
        extends MessageMapping<
                ConcurrencyLimitStrategy,
                io.opensergo.proto.internal.fault_tolerance.v1.ConcurrencyLimitStrategy> {

    ConcurrencyLimitMapping() {
        super(
                ConcurrencyLimitStrategy.KIND,
                io.opensergo.proto.internal.fault_tolerance.v1.ConcurrencyLimitStrategy
                        .getDescriptor(),
                io.opensergo.proto.internal.fault_tolerance.v1.ConcurrencyLimitStrategy.parser());
    }

    @Override
    io.opensergo.proto.internal.fault_tolerance.v1.ConcurrencyLimitStrategy toMessage(
            ConcurrencyLimitStrategy rule) {
        return io.opensergo.proto.internal.fault_tolerance.v1.ConcurrencyLimitStrategy.newBuilder()
                .setName(rule.name())
                .setLimitModeValue(LimitModes.toNumber(rule.limitMode()))
                .setMaxConcurrency(rule.maxConcurrency())
                .build();
    }

    @Override
    String nameIn(io.opensergo.proto.internal.fault_tolerance.v1.ConcurrencyLimitStrategy message) {
        return message.getName();
    }

    @Override
    ConcurrencyLimitStrategy toRule(
            io.opensergo.proto.internal.fault_tolerance.v1.ConcurrencyLimitStrategy message,
            Metadata metadata,
            Consumer<String> warnings) {
        return ConcurrencyLimitStrategy.builder(metadata)
                .maxConcurrency(message.getMaxConcurrency())
                .limitMode(LimitModes.of(message.getLimitModeValue(), warnings))
                .build();
    }
}
