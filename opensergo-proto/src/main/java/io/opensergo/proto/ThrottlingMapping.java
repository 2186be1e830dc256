package io.opensergo.proto;

import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.time.Duration;
import java.util.function.Consumer;

/** {@link ThrottlingStrategy} on the wire. */
final class ThrottlingMapping
        extends MessageMapping<
                ThrottlingStrategy,
                io.opensergo.proto.internal.fault_tolerance.v1.ThrottlingStrategy> {

    ThrottlingMapping() {
        super(
                ThrottlingStrategy.KIND,
                io.opensergo.proto.internal.fault_tolerance.v1.ThrottlingStrategy.getDescriptor(),
                io.opensergo.proto.internal.fault_tolerance.v1.ThrottlingStrategy.parser());
    }

    @Override
    io.opensergo.proto.internal.fault_tolerance.v1.ThrottlingStrategy toMessage(
            ThrottlingStrategy rule) {
        return io.opensergo.proto.internal.fault_tolerance.v1.ThrottlingStrategy.newBuilder()
                .setName(rule.name())
                .setMinIntervalMillisOfRequests(rule.minIntervalOfRequests().toMillis())
                .setQueueTimeoutMillis(rule.queueTimeout().toMillis())
                .build();
    }

    @Override
    String nameIn(io.opensergo.proto.internal.fault_tolerance.v1.ThrottlingStrategy message) {
        return message.getName();
    }

    @Override
    ThrottlingStrategy toRule(
            io.opensergo.proto.internal.fault_tolerance.v1.ThrottlingStrategy message,
            Metadata metadata,
            Consumer<String> warnings) {
        return ThrottlingStrategy.builder(metadata)
                .minIntervalOfRequests(Duration.ofMillis(message.getMinIntervalMillisOfRequests()))
                .queueTimeout(Duration.ofMillis(message.getQueueTimeoutMillis()))
                .build();
    }
}
