package io.opensergo.controlplane;

import io.opensergo.rules.document.RuleKinds;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a control plane is started with. For one thread. */
public final class ControlPlaneBuilder {

    private final List<RuleSource> sources = new ArrayList<>();
    private String host = "127.0.0.1";
    private int port = ControlPlane.DEFAULT_PORT;
    private RuleKinds kinds = RuleKinds.standard();
    private @Nullable ServerTls tls;
    private @Nullable Authorizer authorizer;
    private int maxInboundMessageBytes = ControlPlane.DEFAULT_MAX_INBOUND_MESSAGE_BYTES;
    private int maxStreams = ServerLimits.affordable(ControlPlane.DEFAULT_MAX_STREAMS, 16 * 1024);
    private int maxStreamsPerClient = Integer.MAX_VALUE;
    private int maxKeysPerStream = ControlPlane.DEFAULT_MAX_KEYS_PER_STREAM;
    private int maxRequestsPerSecond = ControlPlane.DEFAULT_MAX_REQUESTS_PER_SECOND;
    private Duration stuckSubscriberTimeout = Duration.ofSeconds(30);
    private int maxConnections =
            ServerLimits.affordable(
                    ControlPlane.DEFAULT_MAX_CONNECTIONS, 2 * GrpcServer.WINDOW_BYTES);
    private int maxConnectionsPerAddress = maxConnections / 2;
    private int maxPushBytes = ControlPlane.DEFAULT_MAX_PUSH_BYTES;
    private Duration requestTimeout = Duration.ofSeconds(10);
    private Duration keepAliveTime = Duration.ofSeconds(30);
    private Duration keepAliveTimeout = Duration.ofSeconds(10);
    private @Nullable Duration maxConnectionAge;
    private Duration maxConnectionAgeGrace = Duration.ofSeconds(30);
    private Duration drainTimeout = Duration.ofSeconds(2);
    private @Nullable Path stateDirectory;
    private Duration tlsReloadInterval = Duration.ofSeconds(5);
    private InstantSource clock = InstantSource.system();

    ControlPlaneBuilder() {}

    /**
     * Sets the name or address to listen on; {@code 0.0.0.0} is every interface.
     *
     * @param host {@code 127.0.0.1} unless set
     */
    public ControlPlaneBuilder host(String host) {
        this.host = Objects.requireNonNull(host, "host");
        return this;
    }

    /**
     * Sets the port to listen on.
     *
     * @param port 0 for any free one; {@value ControlPlane#DEFAULT_PORT} unless set
     * @throws IllegalArgumentException if it is no port
     */
    public ControlPlaneBuilder port(int port) {
        if (port < 0 || port > 0xFFFF) {
            throw new IllegalArgumentException("port must be from 0 to 65535, was " + port);
        }
        this.port = port;
        return this;
    }

    /**
     * Adds a source. Of rules of the same kind, namespace and name in several sources, that of the
     * source that was added first counts.
     */
    public ControlPlaneBuilder source(RuleSource source) {
        sources.add(Objects.requireNonNull(source, "source"));
        return this;
    }

    /**
     * Sets the kinds that are served; a request for any other is refused.
     *
     * @param kinds the kinds of the specification unless set
     */
    public ControlPlaneBuilder kinds(RuleKinds kinds) {
        this.kinds = Objects.requireNonNull(kinds, "kinds");
        return this;
    }

    /**
     * Proves to clients who the control plane is, and has them prove who they are if the settings
     * say so.
     *
     * @param tls none unless set: plaintext
     */
    public ControlPlaneBuilder tls(ServerTls tls) {
        this.tls = Objects.requireNonNull(tls, "tls");
        return this;
    }

    /**
     * Sets who decides which client may read which rules.
     *
     * @param authorizer none unless set: every client may read all
     */
    public ControlPlaneBuilder authorizer(Authorizer authorizer) {
        this.authorizer = Objects.requireNonNull(authorizer, "authorizer");
        return this;
    }

    /**
     * Sets how large a request may be; a stream with a larger one is cut.
     *
     * @param bytes at least 1; {@link ControlPlane#DEFAULT_MAX_INBOUND_MESSAGE_BYTES} unless set
     * @throws IllegalArgumentException if it is less than 1
     */
    public ControlPlaneBuilder maxInboundMessageBytes(int bytes) {
        this.maxInboundMessageBytes = positive("maxInboundMessageBytes", bytes);
        return this;
    }

    /**
     * Sets how many streams are served at a time; one more is refused as {@code
     * RESOURCE_EXHAUSTED}. Of all services together, before anybody is asked who calls, two
     * thousand calls more than this are open at a time. A connection may have a hundred calls more
     * than this open, and at most 2,000: a client that wants more waits for a place or opens
     * another connection. Of the streaming calls of health and reflection a thousand are open at a
     * time.
     *
     * @param streams at least 1; {@link ControlPlane#DEFAULT_MAX_STREAMS} unless set
     * @throws IllegalArgumentException if it is less than 1
     */
    public ControlPlaneBuilder maxStreams(int streams) {
        this.maxStreams = positive("maxStreams", streams);
        return this;
    }

    /**
     * Sets how many of these streams one client may have: one whom the authorizer calls the same,
     * or without an authorizer, that comes from the same address. One more is refused as {@code
     * RESOURCE_EXHAUSTED}.
     *
     * @param streams at least 1; no limit of its own unless set, since many processes may share an
     *     address or a name
     * @throws IllegalArgumentException if it is less than 1
     */
    public ControlPlaneBuilder maxStreamsPerClient(int streams) {
        this.maxStreamsPerClient = positive("maxStreamsPerClient", streams);
        return this;
    }

    /**
     * Sets how many keys (namespace, app and kind) a stream may follow; a subscribe to one more is
     * refused with a NACK, and the others go on.
     *
     * @param keys at least 1; {@value ControlPlane#DEFAULT_MAX_KEYS_PER_STREAM} unless set
     * @throws IllegalArgumentException if it is less than 1
     */
    public ControlPlaneBuilder maxKeysPerStream(int keys) {
        this.maxKeysPerStream = positive("maxKeysPerStream", keys);
        return this;
    }

    /**
     * Sets how many requests of a stream, answers to pushes included, are read in a second, after a
     * first burst of twice as many. A stream that sends more is not cut: its requests wait, in the
     * end on the client's side, which gRPC's flow control holds back.
     *
     * @param requests from 1 to a million; {@value ControlPlane#DEFAULT_MAX_REQUESTS_PER_SECOND}
     *     unless set
     * @throws IllegalArgumentException if it is not in that range
     */
    public ControlPlaneBuilder maxRequestsPerSecond(int requests) {
        if (requests > 1_000_000) {
            throw new IllegalArgumentException(
                    "maxRequestsPerSecond must be <= 1000000, was " + requests);
        }
        this.maxRequestsPerSecond = positive("maxRequestsPerSecond", requests);
        return this;
    }

    /**
     * Sets how many connections are open at a time; one more is closed as soon as it is accepted.
     *
     * @param inAll at least 1; {@link ControlPlane#DEFAULT_MAX_CONNECTIONS} unless set
     * @param perAddress at least 1: how many of them may come from one address, which is that of a
     *     proxy for all that are behind it; half of all unless set
     * @throws IllegalArgumentException if one is less than 1
     */
    public ControlPlaneBuilder maxConnections(int inAll, int perAddress) {
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
    public ControlPlaneBuilder requestTimeout(Duration timeout) {
        this.requestTimeout = positive("requestTimeout", timeout);
        return this;
    }

    /**
     * Sets how large the push of a key (namespace, app and kind) may be on the wire, of which 4
     * KiB, or half if that is less, are for what it says beside the rules. Of a version that is
     * larger only the reason is sent, which no client takes for rules, and an error is logged: its
     * subscribers keep what they have, and their other keys go on. Our client reads as much as the
     * default, most others no more than 4 MiB.
     *
     * @param bytes at least 1; {@link ControlPlane#DEFAULT_MAX_PUSH_BYTES} unless set
     * @throws IllegalArgumentException if it is less than 1
     */
    public ControlPlaneBuilder maxPushBytes(int bytes) {
        this.maxPushBytes = positive("maxPushBytes", bytes);
        return this;
    }

    /**
     * Sets for how long a client may not read what is due to it before its stream is reset. A
     * client that reads slowly is not meant: any push that goes out begins the time anew. One that
     * needs longer than this for a single push, while the next is due, is cut too: 4 MiB of rules
     * in 30 s take a link of about 140 KiB/s.
     *
     * @param timeout positive; 30 s unless set
     * @throws IllegalArgumentException if it is not positive
     */
    public ControlPlaneBuilder stuckSubscriberTimeout(Duration timeout) {
        this.stuckSubscriberTimeout = positive("stuckSubscriberTimeout", timeout);
        return this;
    }

    /**
     * Sets how a connection without a living peer is found: after {@code time} without a sign of
     * the client it is pinged, and after {@code timeout} without an answer it is closed, with all
     * of its streams. Clients may themselves ping every 10 s, and no more often.
     *
     * @param time positive; 30 s unless set
     * @param timeout positive; 10 s unless set
     * @throws IllegalArgumentException if one is not positive
     */
    public ControlPlaneBuilder keepAlive(Duration time, Duration timeout) {
        this.keepAliveTime = positive("keepAlive time", time);
        this.keepAliveTimeout = positive("keepAlive timeout", timeout);
        return this;
    }

    /**
     * Sets how old a connection may become: then its client is told to go elsewhere (GOAWAY), and
     * what is still open after the grace is cut. So clients spread over new replicas, and one whose
     * certificate is no longer valid loses its streams. Ours has the next connection before it
     * leaves the old one, and misses nothing.
     *
     * @param age at least 1 s, and up to a tenth more or less, so that not all go at once; no limit
     *     unless set
     * @param grace positive
     * @throws IllegalArgumentException if one is not in its range
     */
    public ControlPlaneBuilder maxConnectionAge(Duration age, Duration grace) {
        if (age.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("maxConnectionAge must be at least 1 s, was " + age);
        }
        this.maxConnectionAge = age;
        this.maxConnectionAgeGrace = positive("maxConnectionAge grace", grace);
        return this;
    }

    /**
     * Sets how long {@link ControlPlane#close} waits for clients to take what is due and to leave.
     *
     * @param timeout positive; 2 s unless set
     * @throws IllegalArgumentException if it is not positive
     */
    public ControlPlaneBuilder drainTimeout(Duration timeout) {
        this.drainTimeout = positive("drainTimeout", timeout);
        return this;
    }

    /**
     * Sets where the highest version that was served is kept, so that versions go on rising after a
     * restart even on rules that were restored with older times. Each replica needs a directory of
     * its own.
     *
     * @param directory created if it is not there; without one, a restart on restored rules may
     *     serve lower versions, which public clients refuse until a rule file is touched
     */
    public ControlPlaneBuilder stateDirectory(Path directory) {
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
    ControlPlaneBuilder tlsReloadInterval(Duration interval) {
        this.tlsReloadInterval = interval;
        return this;
    }

    /** Sets the clock that versions follow. */
    ControlPlaneBuilder clock(InstantSource clock) {
        this.clock = clock;
        return this;
    }

    /**
     * Starts the sources, in the order in which they were added, and then listens: nobody gets an
     * empty set of rules that exist.
     *
     * @throws UncheckedIOException if a source cannot start, if the state directory or a TLS file
     *     cannot be used, or if the host and port cannot be listened on; the message names the
     *     thing and the fix, and everything that was started is closed
     */
    public ControlPlane start() {
        var address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw GrpcServer.cannotListen(
                    address, new UnknownHostException("the host name does not resolve"));
        }
        return ControlPlane.start(
                List.copyOf(sources),
                kinds,
                authorizer,
                limits(),
                server(address),
                stateDirectory,
                clock);
    }

    private ServerLimits limits() {
        return new ServerLimits(
                maxStreams,
                maxStreamsPerClient,
                maxKeysPerStream,
                maxRequestsPerSecond,
                stuckSubscriberTimeout,
                maxConnections,
                maxConnectionsPerAddress,
                requestTimeout,
                maxPushBytes);
    }

    private GrpcServer.Settings server(InetSocketAddress address) {
        return new GrpcServer.Settings(
                address,
                tls == null ? null : new ServerIdentity(tls),
                tlsReloadInterval,
                maxInboundMessageBytes,
                keepAliveTime,
                keepAliveTimeout,
                maxConnectionAge,
                maxConnectionAgeGrace,
                drainTimeout);
    }
}
