package io.opensergo.client;

import io.grpc.ManagedChannel;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is told to the control plane of a connection beside the stream of rules. Confined
 * to the event loop.
 */
final class Reports {

    private final ChannelFactory transport;
    private final MetadataReports metadata;
    private final @Nullable DecisionReports decisions;

    /**
     * @param decisions {@code null} if they are told to nobody
     */
    Reports(
            ChannelFactory transport,
            MetadataReports metadata,
            @Nullable DecisionReports decisions) {
        this.transport = transport;
        this.metadata = metadata;
        this.decisions = decisions;
    }

    void onConnected(ManagedChannel channel) {
        metadata.onConnected(transport.metadataStub(channel));
        if (decisions != null) {
            decisions.onConnected(transport.decisionStub(channel));
        }
    }

    void onDisconnected() {
        metadata.onDisconnected();
        if (decisions != null) {
            decisions.onDisconnected();
        }
    }
}
