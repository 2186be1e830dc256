package io.opensergo.controlplane;

import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.opensergo.proto.internal.transport.v1.OpenSergoUniversalTransportServiceGrpc;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleKinds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A running control plane: takes rules from its sources and delivers them over the public OpenSergo
 * protocol, to clients of this library and to any other.
 *
 * <pre>{@code
 * try (ControlPlane controlPlane =
 *         ControlPlane.builder().port(0).source(DirectoryRuleSource.of(Path.of("rules"))).start()) {
 *     System.out.println("listening on port " + controlPlane.port());
 * }
 * }</pre>
 *
 * <p>It also answers gRPC's health and reflection services. For any number of threads.
 */
public final class ControlPlane implements AutoCloseable {

    /** The port that clients of OpenSergo expect. */
    public static final int DEFAULT_PORT = 10246;

    private static final Duration DRAIN = Duration.ofMillis(500);
    private static final Duration FORCE = Duration.ofSeconds(2);

    private final Builder settings;
    private final String identifier = UUID.randomUUID().toString();
    private final Instant runningSince;
    private final RuleStore store;
    private final Subscribers subscribers = new Subscribers();
    private final ProblemLog problemLog;
    private final HealthStatusManager health = new HealthStatusManager();
    private final Server server;

    private ControlPlane(Builder settings) {
        this.settings = settings;
        this.runningSince = settings.clock.instant();
        this.store = new RuleStore(settings.kinds, settings.clock);
        this.problemLog = new ProblemLog(store::problems);
        this.server = server();
    }

    /** Starts with every setting at its default and without a source. */
    public static Builder builder() {
        return new Builder();
    }

    private Server server() {
        var service =
                new TransportService(
                        store, subscribers, settings.kinds, identifier, settings.clock);
        return NettyServerBuilder.forAddress(settings.address())
                .addService(service)
                .addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance())
                .intercept(new TransportService.RemoteAddressInterceptor())
                .maxInboundMessageSize(settings.maxInboundMessageBytes)
                .permitKeepAliveTime(10, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(30, TimeUnit.SECONDS)
                .build();
    }

    private ControlPlane start() {
        List<RuleSource> started = new ArrayList<>();
        try {
            for (RuleSource source : settings.sources) {
                started.add(source);
                source.start(new SourceListener(store.add(source.name())));
            }
            server.start();
        } catch (IOException e) {
            started.forEach(RuleSource::close);
            throw new UncheckedIOException(
                    "cannot listen on "
                            + settings.address()
                            + ": "
                            + e.getMessage()
                            + "; free that port, or choose another one (0 takes any that is free)",
                    e);
        } catch (RuntimeException e) {
            started.forEach(RuleSource::close);
            throw e;
        }
        health.setStatus(
                OpenSergoUniversalTransportServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
        return this;
    }

    /** Returns the port that this control plane listens on. */
    public int port() {
        return server.getPort();
    }

    /** Returns what this control plane is doing now. */
    public ControlPlaneStatus status() {
        return new ControlPlaneStatus(identifier, runningSince, subscribers.status());
    }

    /** Returns everything that is wrong with the sources now; each problem is also logged once. */
    public List<Problem> problems() {
        return store.problems();
    }

    /**
     * Closes the sources, ends every stream in good order and stops listening. Returns within three
     * seconds, even if clients do not react. Closing again does nothing.
     */
    @Override
    public void close() {
        settings.sources.forEach(RuleSource::close);
        health.enterTerminalState();
        server.shutdown();
        subscribers.complete();
        if (!terminated(DRAIN)) {
            server.shutdownNow();
            terminated(FORCE);
        }
    }

    private boolean terminated(Duration patience) {
        try {
            return server.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Brings what one source reports into the store and to the subscribers. */
    private final class SourceListener implements RuleSource.Listener {

        private final Contribution contribution;

        SourceListener(Contribution contribution) {
            this.contribution = contribution;
        }

        @Override
        public RuleKinds kinds() {
            return settings.kinds;
        }

        @Override
        public void changed(Collection<? extends Rule> puts, Collection<RuleId> deletes) {
            Set<RuleKey> changed = store.apply(contribution, puts, deletes);
            subscribers.changed(changed);
            problemLog.update();
        }

        @Override
        public void problems(List<Problem> problems) {
            store.report(contribution, problems);
            problemLog.update();
        }
    }

    /** Settings of a control plane; for one thread. */
    public static final class Builder {

        private final List<RuleSource> sources = new ArrayList<>();
        private @Nullable String host;
        private int port = DEFAULT_PORT;
        private RuleKinds kinds = RuleKinds.standard();
        private int maxInboundMessageBytes = 4 * 1024 * 1024;
        private InstantSource clock = InstantSource.system();

        private Builder() {}

        /**
         * Sets the port to listen on, 0 for any that is free; {@value #DEFAULT_PORT} by default.
         */
        public Builder port(int port) {
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("port must be from 0 to 65535, was " + port);
            }
            this.port = port;
            return this;
        }

        /**
         * Sets the address to listen on; by default the loopback address, so that only this machine
         * can connect. {@code 0.0.0.0} listens on every address.
         */
        public Builder host(String host) {
            this.host = host;
            return this;
        }

        /** Adds a source; of rules with the same id that of the source added first counts. */
        public Builder source(RuleSource source) {
            sources.add(source);
            return this;
        }

        /** Sets the kinds that are served; those of the specification by default. */
        public Builder kinds(RuleKinds kinds) {
            this.kinds = kinds;
            return this;
        }

        /** Sets the greatest request that is read, in bytes; 4 MiB by default. */
        public Builder maxInboundMessageBytes(int bytes) {
            if (bytes < 1) {
                throw new IllegalArgumentException(
                        "maxInboundMessageBytes must be >= 1, was " + bytes);
            }
            this.maxInboundMessageBytes = bytes;
            return this;
        }

        /** Sets where versions and times come from. */
        Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        private InetSocketAddress address() {
            return host == null
                    ? new InetSocketAddress(InetAddress.getLoopbackAddress(), port)
                    : new InetSocketAddress(host, port);
        }

        /**
         * Starts the sources, then listens.
         *
         * @throws UncheckedIOException if the port cannot be listened on or a source has nothing to
         *     follow; the message names it and the fix
         */
        public ControlPlane start() {
            return new ControlPlane(this).start();
        }
    }
}
