package io.opensergo.controlplane;

import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleKinds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A control plane in this process: it serves the rules of its sources over gRPC, to every client
 * that speaks the OpenSergo protocol.
 *
 * <pre>{@code
 * var rules = new InMemoryRuleSource();
 * try (ControlPlane controlPlane = ControlPlane.builder().port(0).source(rules).start()) {
 *     rules.put(rule);                                    // on its way to whoever subscribed
 *     connect("localhost:" + controlPlane.port());
 * }
 * }</pre>
 *
 * <p>A client gets all rules of a key (namespace, app and kind) at once when it subscribes, an
 * empty set if there are none, and again whenever one of them changes. gRPC's health and reflection
 * services are served beside.
 *
 * <p>There is neither TLS nor authentication, which is why it listens on the loopback interface
 * unless {@linkplain Builder#host told otherwise}.
 *
 * <p>For any number of threads.
 */
public final class ControlPlane implements AutoCloseable {

    /** The port that clients of the protocol expect: {@value}. */
    public static final int DEFAULT_PORT = 10246;

    /** How large a request may be unless set otherwise: 4 MiB. */
    public static final int DEFAULT_MAX_INBOUND_MESSAGE_BYTES = 4 * 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);

    private final TransportService service;
    private final Sources sources;
    private final GrpcServer server;
    private final Instant runningSince;
    private final Object closing = new Object();

    private ControlPlane(TransportService service, Sources sources, GrpcServer server) {
        this.service = service;
        this.sources = sources;
        this.server = server;
        this.runningSince = service.now();
    }

    /** Returns a builder of a control plane without sources. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns the port it listens on. */
    public int port() {
        return server.port();
    }

    /** Returns what it is doing now. Streams are looked at one after the other. */
    public ControlPlaneStatus status() {
        return new ControlPlaneStatus(
                service.description().getIdentifier(),
                runningSince,
                service.store().revision(),
                service.subscribers().status());
    }

    /**
     * Returns everything that is wrong with the rules now, source by source in the order in which
     * they were added. Each problem is also logged once when it appears and once when it is gone.
     */
    public List<Problem> problems() {
        return service.store().problems();
    }

    /**
     * Closes the sources, completes every stream and stops listening. Streams that cannot be
     * completed within two seconds, such as those of a client that does not read, are cut. Does
     * nothing the second time.
     */
    @Override
    public void close() {
        synchronized (closing) {
            sources.close();
            server.close();
        }
    }

    /** What a control plane is started with. For one thread. */
    public static final class Builder {

        private final List<RuleSource> sources = new ArrayList<>();
        private String host = "127.0.0.1";
        private int port = DEFAULT_PORT;
        private RuleKinds kinds = RuleKinds.standard();
        private int maxInboundMessageBytes = DEFAULT_MAX_INBOUND_MESSAGE_BYTES;
        private InstantSource clock = InstantSource.system();

        private Builder() {}

        /**
         * Sets the name or address to listen on; {@code 0.0.0.0} is every interface.
         *
         * @param host {@code 127.0.0.1} unless set
         */
        public Builder host(String host) {
            this.host = Objects.requireNonNull(host, "host");
            return this;
        }

        /**
         * Sets the port to listen on.
         *
         * @param port 0 for any free one; {@value ControlPlane#DEFAULT_PORT} unless set
         * @throws IllegalArgumentException if it is no port
         */
        public Builder port(int port) {
            if (port < 0 || port > 0xFFFF) {
                throw new IllegalArgumentException("port must be from 0 to 65535, was " + port);
            }
            this.port = port;
            return this;
        }

        /**
         * Adds a source. Of rules of the same kind, namespace and name in several sources, that of
         * the source that was added first counts.
         */
        public Builder source(RuleSource source) {
            sources.add(Objects.requireNonNull(source, "source"));
            return this;
        }

        /**
         * Sets the kinds that are served; a request for any other is refused.
         *
         * @param kinds the kinds of the specification unless set
         */
        public Builder kinds(RuleKinds kinds) {
            this.kinds = Objects.requireNonNull(kinds, "kinds");
            return this;
        }

        /**
         * Sets how large a request may be; a stream with a larger one is cut.
         *
         * @param bytes at least 1; {@link ControlPlane#DEFAULT_MAX_INBOUND_MESSAGE_BYTES} unless
         *     set
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder maxInboundMessageBytes(int bytes) {
            if (bytes < 1) {
                throw new IllegalArgumentException(
                        "maxInboundMessageBytes must be >= 1, was " + bytes);
            }
            this.maxInboundMessageBytes = bytes;
            return this;
        }

        /** Sets the clock that versions follow. */
        Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        /**
         * Starts the sources, in the order in which they were added, and then listens: nobody gets
         * an empty set of rules that exist.
         *
         * @throws UncheckedIOException if a source cannot start, or if the host and port cannot be
         *     listened on; the message names the thing and the fix, and everything that was started
         *     is closed
         */
        public ControlPlane start() {
            var store = new RuleStore(kinds, clock);
            var subscribers = new Subscribers();
            var startedSources = new Sources(kinds, store, subscribers);
            var service = new TransportService(store, subscribers, kinds, clock);
            try {
                sources.forEach(startedSources::start);
                return new ControlPlane(service, startedSources, listen(service));
            } catch (RuntimeException e) {
                startedSources.close();
                throw e;
            }
        }

        private GrpcServer listen(TransportService service) {
            var address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                throw cannotListen(new UnknownHostException("the host name does not resolve"));
            }
            var server = new GrpcServer(address, service, maxInboundMessageBytes);
            try {
                server.start();
            } catch (IOException e) {
                throw cannotListen(e);
            }
            LOG.info("The control plane listens on {}:{}", host, server.port());
            return server;
        }

        private UncheckedIOException cannotListen(IOException e) {
            String reason = (e.getCause() == null ? e : e.getCause()).getMessage();
            return new UncheckedIOException(
                    "cannot listen on "
                            + host
                            + ":"
                            + port
                            + ": "
                            + reason
                            + ". Choose another host or port (port 0 is any free one), or stop what"
                            + " listens there",
                    e);
        }
    }
}
