package io.opensergo.client;

import io.grpc.CallCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.opensergo.api.ConfigurationException;
import io.opensergo.proto.internal.transport.v1.OpenSergoUniversalTransportServiceGrpc;
import io.opensergo.proto.internal.transport.v1.OpenSergoUniversalTransportServiceGrpc.OpenSergoUniversalTransportServiceStub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Makes gRPC channels and stubs as the settings say. Immutable. */
final class ChannelFactory {

    private final @Nullable TlsSettings tls;
    private final @Nullable SslContext sslContext;
    private final @Nullable Supplier<String> token;
    private final Duration keepAliveTimeout;
    private final int maxInboundMessageBytes;

    ChannelFactory(
            @Nullable TlsSettings tls,
            @Nullable Supplier<String> token,
            Duration keepAliveTimeout,
            int maxInboundMessageBytes) {
        this.tls = tls;
        this.sslContext = tls == null ? null : sslContext(tls);
        this.token = token;
        this.keepAliveTimeout = keepAliveTimeout;
        this.maxInboundMessageBytes = maxInboundMessageBytes;
    }

    /**
     * Refuses an endpoint that the other settings contradict.
     *
     * @throws ConfigurationException naming the setting and the fix
     */
    void check(Endpoint endpoint) {
        boolean plaintextByScheme = "http".equals(endpoint.scheme());
        if (plaintextByScheme && tls != null) {
            throw new ConfigurationException(
                    "endpoint",
                    "'"
                            + endpoint
                            + "' asks for plaintext but tls is set; use https:// or drop tls");
        }
        if (token != null && !usesTls(endpoint) && !plaintextByScheme && !endpoint.isLoopback()) {
            throw new ConfigurationException(
                    "token",
                    "would be sent in plaintext to '"
                            + endpoint
                            + "'; use https:// or tls, or http:// if that is really wanted");
        }
    }

    private boolean usesTls(Endpoint endpoint) {
        return tls != null || "https".equals(endpoint.scheme());
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
        if (tls != null && tls.serverName() != null) {
            builder.overrideAuthority(tls.serverName());
        }
        return (sslContext == null ? builder : builder.sslContext(sslContext)).build();
    }

    /** Makes the stub for one stream. */
    OpenSergoUniversalTransportServiceStub stub(ManagedChannel channel) {
        var stub = OpenSergoUniversalTransportServiceGrpc.newStub(channel);
        return token == null ? stub : stub.withCallCredentials(new BearerToken(token));
    }

    private static SslContext sslContext(TlsSettings tls) {
        var builder = GrpcSslContexts.forClient();
        Path caFile = tls.caFile();
        Path certFile = tls.certFile();
        Path keyFile = tls.keyFile();
        if (caFile != null) {
            requireReadable("tls.caFile", caFile);
            configure("tls.caFile", caFile, () -> builder.trustManager(caFile.toFile()));
        }
        if (certFile != null && keyFile != null) {
            requireReadable("tls.certFile", certFile);
            requireReadable("tls.keyFile", keyFile);
            configure(
                    "tls.certFile and tls.keyFile",
                    keyFile,
                    () -> builder.keyManager(certFile.toFile(), keyFile.toFile()));
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new ConfigurationException("tls", "cannot be used: " + e.getMessage(), e);
        }
    }

    private static void requireReadable(String setting, Path file) {
        if (!Files.isReadable(file)) {
            throw new ConfigurationException(setting, "must name a readable file, was " + file);
        }
    }

    private static void configure(String setting, Path file, Runnable step) {
        try {
            step.run();
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    setting, "must name a PEM file, but " + file + " is none", e);
        }
    }

    /** Sends {@code authorization: Bearer ...} with each stream. */
    private static final class BearerToken extends CallCredentials {

        private static final Metadata.Key<String> AUTHORIZATION =
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

        private final Supplier<String> token;

        BearerToken(Supplier<String> token) {
            this.token = token;
        }

        @Override
        public void applyRequestMetadata(
                RequestInfo info, Executor executor, MetadataApplier applier) {
            try {
                var headers = new Metadata();
                headers.put(AUTHORIZATION, "Bearer " + token.get());
                applier.apply(headers);
            } catch (RuntimeException e) {
                applier.fail(
                        Status.UNAUTHENTICATED
                                .withDescription("the token supplier failed")
                                .withCause(e));
            }
        }
    }
}
