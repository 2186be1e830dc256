package io.opensergo.client;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.opensergo.api.ConfigurationException;
import io.opensergo.proto.internal.control_plane.v1.ControlPlaneInfoServiceGrpc;
import io.opensergo.proto.internal.control_plane.v1.ControlPlaneInfoServiceGrpc.ControlPlaneInfoServiceStub;
import io.opensergo.proto.internal.decision_report.v1.DecisionReportServiceGrpc;
import io.opensergo.proto.internal.decision_report.v1.DecisionReportServiceGrpc.DecisionReportServiceStub;
import io.opensergo.proto.internal.service_contract.v1.MetadataServiceGrpc;
import io.opensergo.proto.internal.service_contract.v1.MetadataServiceGrpc.MetadataServiceStub;
import io.opensergo.proto.internal.transport.v1.OpenSergoUniversalTransportServiceGrpc;
import io.opensergo.proto.internal.transport.v1.OpenSergoUniversalTransportServiceGrpc.OpenSergoUniversalTransportServiceStub;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes gRPC channels and stubs as the settings say. Confined to the event loop, once it has
 * checked the endpoints.
 *
 * <p>The scheme of an endpoint says whether it is TLS. Without one it is if there is something to
 * protect it with or to protect, TLS settings or a token. Otherwise it is plaintext, as the
 * bootstrap of the specification is {@code host:port} and public control planes speak no TLS.
 */
final class ChannelFactory {

    private static final Logger LOG = LoggerFactory.getLogger(ChannelFactory.class);

    private final @Nullable ClientTls tls;
    private final @Nullable BearerToken token;
    private final Duration keepAliveTimeout;
    private final int maxInboundMessageBytes;

    ChannelFactory(
            @Nullable ClientTls tls,
            @Nullable Supplier<String> token,
            Duration keepAliveTimeout,
            int maxInboundMessageBytes) {
        this.tls = tls;
        this.token = token == null ? null : new BearerToken(token);
        this.keepAliveTimeout = keepAliveTimeout;
        this.maxInboundMessageBytes = maxInboundMessageBytes;
    }

    /**
     * Refuses endpoints that the other settings contradict, and warns of plaintext that nobody has
     * asked for.
     *
     * @throws ConfigurationException naming the setting and the fix
     */
    void check(List<Endpoint> endpoints) {
        for (Endpoint endpoint : endpoints) {
            if ("http".equals(endpoint.scheme()) && tls != null) {
                throw new ConfigurationException(
                        "endpoint",
                        "'"
                                + endpoint
                                + "' asks for plaintext but tls is set; use https:// or drop tls");
            }
        }
        List<Endpoint> unasked =
                endpoints.stream()
                        .filter(one -> one.scheme() == null && !usesTls(one) && !one.isLoopback())
                        .toList();
        if (!unasked.isEmpty()) {
            LOG.warn(
                    "Rules come in plaintext from {}, as neither tls nor a scheme is set; write"
                            + " https:// to secure the connection, or http:// if plaintext is wanted",
                    unasked);
        }
    }

    private boolean usesTls(Endpoint endpoint) {
        return endpoint.scheme() == null
                ? tls != null || token != null
                : endpoint.scheme().equals("https");
    }

    /** Makes a channel whose callbacks run on the transport's threads; they must only hand over. */
    ManagedChannel channel(Endpoint endpoint, Duration keepAliveTime) {
        var builder =
                NettyChannelBuilder.forTarget(endpoint.grpcTarget())
                        .directExecutor()
                        .disableRetry()
                        .keepAliveTime(keepAliveTime.toNanos(), TimeUnit.NANOSECONDS)
                        .keepAliveTimeout(keepAliveTimeout.toNanos(), TimeUnit.NANOSECONDS)
                        .maxInboundMessageSize(maxInboundMessageBytes);
        if (!usesTls(endpoint)) {
            return builder.usePlaintext().build();
        }
        if (tls == null) {
            return builder.build();
        }
        if (tls.serverName() != null) {
            builder.overrideAuthority(tls.serverName());
        }
        return builder.sslContext(tls.current()).build();
    }

    /** Makes the stub for one stream. */
    OpenSergoUniversalTransportServiceStub stub(ManagedChannel channel) {
        var stub = OpenSergoUniversalTransportServiceGrpc.newStub(channel);
        return token == null ? stub : stub.withCallCredentials(token);
    }

    /** Makes the stub by which a control plane is asked what can be relied on. */
    ControlPlaneInfoServiceStub infoStub(ManagedChannel channel) {
        var stub = ControlPlaneInfoServiceGrpc.newStub(channel);
        return token == null ? stub : stub.withCallCredentials(token);
    }

    /** Makes the stub for reports. */
    MetadataServiceStub metadataStub(ManagedChannel channel) {
        var stub = MetadataServiceGrpc.newStub(channel);
        return token == null ? stub : stub.withCallCredentials(token);
    }

    /** Makes the stub by which decisions are told. */
    DecisionReportServiceStub decisionStub(ManagedChannel channel) {
        var stub = DecisionReportServiceGrpc.newStub(channel);
        return token == null ? stub : stub.withCallCredentials(token);
    }
}
