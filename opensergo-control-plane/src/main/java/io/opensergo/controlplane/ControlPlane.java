package io.opensergo.controlplane;

import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleKinds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
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
 * <p><b>Who may call.</b> Unless set otherwise there is neither {@linkplain Builder#tls TLS} nor
 * {@linkplain Builder#authorizer authentication}, which is why it listens on the loopback interface
 * unless {@linkplain Builder#host told otherwise}. An authorizer is asked for every call, also of
 * the services beside, but for a plain health check, which probes make without a token.
 *
 * <p><b>Slow and dead clients</b> hold nobody back. Each gets the latest rules when it is ready for
 * them and nothing in between, one that does not read is {@linkplain Builder#stuckSubscriberTimeout
 * cut}, and {@linkplain Builder#keepAlive pings} find a connection without a peer. What a client
 * may ask of the control plane has limits, each of them with a default in the {@link Builder}.
 *
 * <p>For any number of threads.
 */
public final class ControlPlane implements AutoCloseable {

    /** The port that clients of the protocol expect: {@value}. */
    public static final int DEFAULT_PORT = 10246;

    /** How large a request may be unless set otherwise: 4 MiB. */
    public static final int DEFAULT_MAX_INBOUND_MESSAGE_BYTES = 4 * 1024 * 1024;

    /** How large the rules of a key may be on the wire unless set otherwise: 16 MiB. */
    public static final int DEFAULT_MAX_PUSH_BYTES = 16 * 1024 * 1024;

    /**
     * How many streams are served at a time unless set otherwise: {@value}, or one for each 16 KiB
     * of the memory that the process may use, if that is less.
     */
    public static final int DEFAULT_MAX_STREAMS = 20_000;

    /**
     * How many connections are open at a time unless set otherwise: {@value}, or one for each 128
     * KiB of the memory that the process may use, if that is less, since each may leave 64 KiB of
     * requests that are not read yet. Half of them may come from one address.
     */
    public static final int DEFAULT_MAX_CONNECTIONS = 20_000;

    /** How many keys a stream may follow unless set otherwise: {@value}. */
    public static final int DEFAULT_MAX_KEYS_PER_STREAM = 20_000;

    /** How many requests of a stream are read in a second unless set otherwise: {@value}. */
    public static final int DEFAULT_MAX_REQUESTS_PER_SECOND = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);

    private final TransportService service;
    private final MetadataService metadata;
    private final Sources sources;
    private final GrpcServer server;
    private final Instant runningSince;
    private final Object closing = new Object();

    private ControlPlane(
            TransportService service,
            MetadataService metadata,
            Sources sources,
            GrpcServer server) {
        this.service = service;
        this.metadata = metadata;
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
                service.subscribers().status(),
                server.openConnections(),
                server.openCalls(),
                service.counters().snapshot());
    }

    /**
     * Returns what applications have told of themselves: the last report of each instance, the
     * oldest first. Our clients repeat theirs every ten minutes. The control plane is not told when
     * an instance ends, so beyond 10,000 instances or 64 MiB of messages (a sixteenth of the
     * memory, if that is less) it forgets the oldest reports of the client that has most.
     */
    public List<ReportedApplication> applications() {
        return metadata.reports();
    }

    /**
     * Returns everything that is wrong with the rules now, source by source in the order in which
     * they were added. Each problem is also logged once when it appears and once when it is gone.
     */
    public List<Problem> problems() {
        return service.store().problems();
    }

    /**
     * Drains: closes the sources, stops listening, says that it no longer serves (health), tells
     * the connections to go away (GOAWAY), pushes what is due and completes each stream, so that
     * its client goes elsewhere. Streams that are not done within the {@linkplain
     * Builder#drainTimeout grace}, such as those of a client that does not read, are cut. Does
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
        private @Nullable ServerTls tls;
        private @Nullable Authorizer authorizer;
        private int maxInboundMessageBytes = DEFAULT_MAX_INBOUND_MESSAGE_BYTES;
        private int maxStreams = Limits.affordable(DEFAULT_MAX_STREAMS, 16 * 1024);
        private int maxStreamsPerClient = Integer.MAX_VALUE;
        private int maxKeysPerStream = DEFAULT_MAX_KEYS_PER_STREAM;
        private int maxRequestsPerSecond = DEFAULT_MAX_REQUESTS_PER_SECOND;
        private Duration stuckSubscriberTimeout = Duration.ofSeconds(30);
        private int maxConnections =
                Limits.affordable(DEFAULT_MAX_CONNECTIONS, 2 * GrpcServer.WINDOW_BYTES);
        private int maxConnectionsPerAddress = maxConnections / 2;
        private int maxPushBytes = DEFAULT_MAX_PUSH_BYTES;
        private Duration requestTimeout = Duration.ofSeconds(10);
        private Duration keepAliveTime = Duration.ofSeconds(30);
        private Duration keepAliveTimeout = Duration.ofSeconds(10);
        private @Nullable Duration maxConnectionAge;
        private Duration maxConnectionAgeGrace = Duration.ofSeconds(30);
        private Duration drainTimeout = Duration.ofSeconds(2);
        private @Nullable Path stateDirectory;
        private Duration tlsReloadInterval = Duration.ofSeconds(5);
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
         * Proves to clients who the control plane is, and has them prove who they are if the
         * settings say so.
         *
         * @param tls none unless set: plaintext
         */
        public Builder tls(ServerTls tls) {
            this.tls = Objects.requireNonNull(tls, "tls");
            return this;
        }

        /**
         * Sets who decides which client may read which rules.
         *
         * @param authorizer none unless set: every client may read all
         */
        public Builder authorizer(Authorizer authorizer) {
            this.authorizer = Objects.requireNonNull(authorizer, "authorizer");
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
            this.maxInboundMessageBytes = positive("maxInboundMessageBytes", bytes);
            return this;
        }

        /**
         * Sets how many streams are served at a time; one more is refused as {@code
         * RESOURCE_EXHAUSTED}. Of all services together, before anybody is asked who calls, two
         * thousand calls more than this are open at a time. A connection may have a hundred calls
         * more than this open, and at most 2,000: a client that wants more waits for a place or
         * opens another connection. Of the streaming calls of health and reflection a thousand are
         * open at a time.
         *
         * @param streams at least 1; {@link ControlPlane#DEFAULT_MAX_STREAMS} unless set
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder maxStreams(int streams) {
            this.maxStreams = positive("maxStreams", streams);
            return this;
        }

        /**
         * Sets how many of these streams one client may have: one whom the authorizer calls the
         * same, or without an authorizer, that comes from the same address. One more is refused as
         * {@code RESOURCE_EXHAUSTED}.
         *
         * @param streams at least 1; no limit of its own unless set, since many processes may share
         *     an address or a name
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder maxStreamsPerClient(int streams) {
            this.maxStreamsPerClient = positive("maxStreamsPerClient", streams);
            return this;
        }

        /**
         * Sets how many keys (namespace, app and kind) a stream may follow; a subscribe to one more
         * is refused with a NACK, and the others go on.
         *
         * @param keys at least 1; {@value ControlPlane#DEFAULT_MAX_KEYS_PER_STREAM} unless set
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder maxKeysPerStream(int keys) {
            this.maxKeysPerStream = positive("maxKeysPerStream", keys);
            return this;
        }

        /**
         * Sets how many requests of a stream, answers to pushes included, are read in a second,
         * after a first burst of twice as many. A stream that sends more is not cut: its requests
         * wait, in the end on the client's side, which gRPC's flow control holds back.
         *
         * @param requests from 1 to a million; {@value
         *     ControlPlane#DEFAULT_MAX_REQUESTS_PER_SECOND} unless set
         * @throws IllegalArgumentException if it is not in that range
         */
        public Builder maxRequestsPerSecond(int requests) {
            if (requests > 1_000_000) {
                throw new IllegalArgumentException(
                        "maxRequestsPerSecond must be <= 1000000, was " + requests);
            }
            this.maxRequestsPerSecond = positive("maxRequestsPerSecond", requests);
            return this;
        }

        /**
         * Sets how many connections are open at a time; one more is closed as soon as it is
         * accepted.
         *
         * @param inAll at least 1; {@link ControlPlane#DEFAULT_MAX_CONNECTIONS} unless set
         * @param perAddress at least 1: how many of them may come from one address, which is that
         *     of a proxy for all that are behind it; half of all unless set
         * @throws IllegalArgumentException if one is less than 1
         */
        public Builder maxConnections(int inAll, int perAddress) {
            this.maxConnections = positive("maxConnections", inAll);
            this.maxConnectionsPerAddress = positive("maxConnections per address", perAddress);
            return this;
        }

        /**
         * Sets how long a request may take from its first byte to its last, whoever sends it; for a
         * call with one request, from the beginning of the call. What is late is reset.
         *
         * @param timeout positive; 10 s unless set
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder requestTimeout(Duration timeout) {
            this.requestTimeout = positive("requestTimeout", timeout);
            return this;
        }

        /**
         * Sets how large the push of a key (namespace, app and kind) may be on the wire, of which 4
         * KiB, or half if that is less, are for what it says beside the rules. Of a version that is
         * larger only the reason is sent, which no client takes for rules, and an error is logged:
         * its subscribers keep what they have, and their other keys go on. Our client reads as much
         * as the default, most others no more than 4 MiB.
         *
         * @param bytes at least 1; {@link ControlPlane#DEFAULT_MAX_PUSH_BYTES} unless set
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder maxPushBytes(int bytes) {
            this.maxPushBytes = positive("maxPushBytes", bytes);
            return this;
        }

        /**
         * Sets for how long a client may not read what is due to it before its stream is reset. A
         * client that reads slowly is not meant: any push that goes out begins the time anew. One
         * that needs longer than this for a single push, while the next is due, is cut too: 4 MiB
         * of rules in 30 s take a link of about 140 KiB/s.
         *
         * @param timeout positive; 30 s unless set
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder stuckSubscriberTimeout(Duration timeout) {
            this.stuckSubscriberTimeout = positive("stuckSubscriberTimeout", timeout);
            return this;
        }

        /**
         * Sets how a connection without a living peer is found: after {@code time} without a sign
         * of the client it is pinged, and after {@code timeout} without an answer it is closed,
         * with all of its streams. Clients may themselves ping every 10 s, and no more often.
         *
         * @param time positive; 30 s unless set
         * @param timeout positive; 10 s unless set
         * @throws IllegalArgumentException if one is not positive
         */
        public Builder keepAlive(Duration time, Duration timeout) {
            this.keepAliveTime = positive("keepAlive time", time);
            this.keepAliveTimeout = positive("keepAlive timeout", timeout);
            return this;
        }

        /**
         * Sets how old a connection may become: then its client is told to go elsewhere (GOAWAY),
         * and what is still open after the grace is cut. So clients spread over new replicas, and
         * one whose certificate is no longer valid loses its streams. Ours has the next connection
         * before it leaves the old one, and misses nothing.
         *
         * @param age at least 1 s, and up to a tenth more or less, so that not all go at once; no
         *     limit unless set
         * @param grace positive
         * @throws IllegalArgumentException if one is not in its range
         */
        public Builder maxConnectionAge(Duration age, Duration grace) {
            if (age.compareTo(Duration.ofSeconds(1)) < 0) {
                throw new IllegalArgumentException(
                        "maxConnectionAge must be at least 1 s, was " + age);
            }
            this.maxConnectionAge = age;
            this.maxConnectionAgeGrace = positive("maxConnectionAge grace", grace);
            return this;
        }

        /**
         * Sets how long {@link ControlPlane#close} waits for clients to take what is due and to
         * leave.
         *
         * @param timeout positive; 2 s unless set
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder drainTimeout(Duration timeout) {
            this.drainTimeout = positive("drainTimeout", timeout);
            return this;
        }

        /**
         * Sets where the highest version that was served is kept, so that versions go on rising
         * after a restart even on rules that were restored with older times. Each replica needs a
         * directory of its own.
         *
         * @param directory created if it is not there; without one, a restart on restored rules may
         *     serve lower versions, which public clients refuse until a rule file is touched
         */
        public Builder stateDirectory(Path directory) {
            this.stateDirectory = Objects.requireNonNull(directory, "directory");
            return this;
        }

        private static int positive(String setting, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(setting + " must be >= 1, was " + value);
            }
            return value;
        }

        private static Duration positive(String setting, Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException(setting + " must be positive, was " + value);
            }
            return value;
        }

        /** Sets how often the TLS files are looked at. */
        Builder tlsReloadInterval(Duration interval) {
            this.tlsReloadInterval = interval;
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
         * @throws UncheckedIOException if a source cannot start, if the state directory or a TLS
         *     file cannot be used, or if the host and port cannot be listened on; the message names
         *     the thing and the fix, and everything that was started is closed
         */
        public ControlPlane start() {
            InetSocketAddress address = address();
            ServerIdentity identity = tls == null ? null : new ServerIdentity(tls);
            var limits =
                    new Limits(
                            maxStreams,
                            maxStreamsPerClient,
                            maxKeysPerStream,
                            maxRequestsPerSecond,
                            stuckSubscriberTimeout,
                            maxConnections,
                            maxConnectionsPerAddress,
                            requestTimeout,
                            maxPushBytes);
            RevisionFile served = stateDirectory == null ? null : RevisionFile.in(stateDirectory);
            RuleStore store =
                    served == null
                            ? new RuleStore(kinds, clock)
                            : new RuleStore(kinds, clock, served::save);
            var subscribers = new Subscribers(limits);
            var counters = new Counters();
            ScheduledExecutorService housekeeper = housekeeper();
            ExecutorService workers = GrpcServer.workers();
            var admission = new Admission(authorizer, counters);
            var service =
                    new TransportService(
                            store,
                            subscribers,
                            kinds,
                            clock,
                            limits,
                            counters,
                            admission,
                            housekeeper,
                            workers);
            var metadata = new MetadataService(admission, counters, clock);
            var startedSources = new Sources(kinds, store, subscribers);
            try {
                sources.forEach(startedSources::start);
                if (served != null) {
                    served.resume(store);
                }
                GrpcServer server =
                        listen(
                                settings(address, identity),
                                service,
                                metadata,
                                housekeeper,
                                workers);
                return new ControlPlane(service, metadata, startedSources, server);
            } catch (RuntimeException e) {
                startedSources.close();
                housekeeper.shutdownNow();
                workers.shutdown();
                throw e;
            }
        }

        private GrpcServer.Settings settings(
                InetSocketAddress address, @Nullable ServerIdentity identity) {
            return new GrpcServer.Settings(
                    address,
                    identity,
                    tlsReloadInterval,
                    maxInboundMessageBytes,
                    keepAliveTime,
                    keepAliveTimeout,
                    maxConnectionAge,
                    maxConnectionAgeGrace,
                    drainTimeout);
        }

        /** The one thread of all that is done now and then; it is made when it is first needed. */
        private static ScheduledExecutorService housekeeper() {
            return Executors.newSingleThreadScheduledExecutor(
                    task -> {
                        var thread = new Thread(task, "opensergo-control-plane-housekeeper");
                        thread.setDaemon(true);
                        return thread;
                    });
        }

        private InetSocketAddress address() {
            var address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                throw cannotListen(new UnknownHostException("the host name does not resolve"));
            }
            return address;
        }

        private GrpcServer listen(
                GrpcServer.Settings settings,
                TransportService service,
                MetadataService metadata,
                ScheduledExecutorService housekeeper,
                ExecutorService workers) {
            var server = new GrpcServer(settings, service, metadata, housekeeper, workers);
            try {
                server.start();
            } catch (IOException e) {
                throw cannotListen(e);
            }
            LOG.info("The control plane listens on {}:{}", host, server.port());
            if (tls == null && !settings.address().getAddress().isLoopbackAddress()) {
                LOG.warn(
                        "Other machines reach it on {} without TLS: rules and tokens can be read and"
                                + " changed on the way. Set TLS, or listen on 127.0.0.1",
                        host);
            }
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
