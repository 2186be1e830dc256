package io.opensergo.controlplane;

import io.grpc.BindableService;
import io.opensergo.proto.internal.transport.v1.ControlPlaneDesc;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleKinds;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import javax.net.ssl.SSLContext;
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
 * <p><b>Who may call.</b> Unless set otherwise there is neither {@linkplain ControlPlaneBuilder#tls
 * TLS} nor {@linkplain ControlPlaneBuilder#authorizer authentication}, which is why it listens on
 * the loopback interface unless {@linkplain ControlPlaneBuilder#host told otherwise}. An authorizer
 * is asked for every call, also of the services beside, but for a plain health check, which probes
 * make without a token.
 *
 * <p><b>Slow and dead clients</b> hold nobody back. Each gets the latest rules when it is ready for
 * them and nothing in between, one that does not read is {@linkplain
 * ControlPlaneBuilder#stuckSubscriberTimeout cut}, and {@linkplain ControlPlaneBuilder#keepAlive
 * pings} find a connection without a peer. What a client may ask of the control plane has limits,
 * each of them with a default in the {@link ControlPlaneBuilder}.
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

    private final String identifier;
    private final RuleStore store;
    private final SharedByStreams shared;
    private final MetadataService metadata;
    private final Decisions decisions;
    private final Sources sources;
    private final GrpcServer server;
    private final Instant runningSince;
    private final Settings settings;
    private final Object closing = new Object();

    /** What it was started with, for servers beside it. */
    private record Settings(
            RuleKinds kinds, @Nullable Authorizer authorizer, @Nullable ServerIdentity identity) {}

    private ControlPlane(
            Settings settings,
            String identifier,
            RuleStore store,
            SharedByStreams shared,
            MetadataService metadata,
            Decisions decisions,
            Sources sources,
            GrpcServer server) {
        this.settings = settings;
        this.identifier = identifier;
        this.store = store;
        this.shared = shared;
        this.metadata = metadata;
        this.decisions = decisions;
        this.sources = sources;
        this.server = server;
        this.runningSince = shared.clock().instant();
    }

    /** Returns a builder of a control plane without sources. */
    public static ControlPlaneBuilder builder() {
        return new ControlPlaneBuilder();
    }

    /**
     * Starts the sources, in their order, and then listens.
     *
     * @param authorizer {@code null} lets everybody in
     * @param stateDirectory {@code null} keeps no revision over restarts
     * @throws java.io.UncheckedIOException if something cannot start; the rest is closed again
     */
    static ControlPlane start(
            List<RuleSource> sources,
            RuleKinds kinds,
            @Nullable Authorizer authorizer,
            ServerLimits limits,
            GrpcServer.Settings settings,
            @Nullable Path stateDirectory,
            InstantSource clock) {
        RevisionFile served = stateDirectory == null ? null : RevisionFile.in(stateDirectory);
        RuleStore store =
                served == null
                        ? new RuleStore(kinds, clock)
                        : new RuleStore(kinds, clock, served::save);
        var subscribers = new Subscribers(limits);
        var counters = new Counters();
        ScheduledExecutorService housekeeper = housekeeper();
        ExecutorService workers = GrpcServer.workers();
        ExecutorService reports = GrpcServer.reports();
        var access = new AccessControl(authorizer, counters);
        var decisions =
                new Decisions(
                        reports,
                        limits.maxReporters(),
                        limits.maxStreamsPerClient(),
                        ServerLimits.maxReportedBytes(),
                        clock,
                        System::nanoTime);
        ControlPlaneDesc description =
                ControlPlaneDesc.newBuilder().setIdentifier(UUID.randomUUID().toString()).build();
        var shared =
                SharedByStreams.of(
                        limits,
                        counters,
                        clock,
                        new Tasks(housekeeper, workers),
                        subscribers,
                        access,
                        kinds,
                        new PushSource(store, limits.maxPushBytes(), counters, description),
                        description);
        var metadata = new MetadataService(access, counters, clock);
        var startedSources = new Sources(kinds, store, subscribers);
        try {
            sources.forEach(startedSources::start);
            if (served != null) {
                served.resume(store);
            }
            List<BindableService> services =
                    List.of(
                            new TransportService(shared),
                            metadata,
                            new InfoService(),
                            new DecisionService(
                                    decisions, access, shared.tasks(), limits.requestTimeout()));
            var server =
                    new GrpcServer(
                            settings,
                            shared,
                            access,
                            services,
                            housekeeper,
                            workers,
                            decisions,
                            reports);
            server.start();
            tellWhereItListens(settings, server.port());
            return new ControlPlane(
                    new Settings(kinds, authorizer, settings.identity()),
                    description.getIdentifier(),
                    store,
                    shared,
                    metadata,
                    decisions,
                    startedSources,
                    server);
        } catch (RuntimeException e) {
            startedSources.close();
            housekeeper.shutdownNow();
            workers.shutdown();
            reports.shutdown();
            throw e;
        }
    }

    private static void tellWhereItListens(GrpcServer.Settings settings, int port) {
        String host = settings.address().getHostString();
        LOG.info("The control plane listens on {}:{}", host, port);
        if (settings.identity() == null && !settings.address().getAddress().isLoopbackAddress()) {
            LOG.warn(
                    "Other machines reach it on {} without TLS: rules and tokens can be read and"
                            + " changed on the way. Set TLS, or listen on 127.0.0.1",
                    host);
        }
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

    /** Returns the port it listens on. */
    public int port() {
        return server.port();
    }

    /** Returns what it is doing now. Streams are looked at one after the other. */
    public ControlPlaneStatus status() {
        return new ControlPlaneStatus(
                identifier,
                runningSince,
                store.revision(),
                shared.subscribers().status(),
                server.openConnections(),
                server.openCalls(),
                store.size(),
                shared.counters().pushes.sum(),
                shared.counters().acceptedPushes.sum(),
                shared.counters().snapshot());
    }

    /** Returns the rules in force, ordered by namespace, application, kind and name. */
    public List<Rule> rules() {
        return store.rules();
    }

    /** Returns the kinds that are served. */
    public RuleKinds kinds() {
        return settings.kinds();
    }

    /** Returns who decides what clients may do; empty if everybody may read everything. */
    public Optional<Authorizer> authorizer() {
        return Optional.ofNullable(settings.authorizer());
    }

    /**
     * Returns a TLS context for another server of this process, which shows the certificate that
     * the control plane shows at the time of each handshake, and trusts the clients that it trusts
     * then; empty without TLS. It is of use until the control plane is closed.
     */
    public Optional<SSLContext> sslContext() {
        return Optional.ofNullable(settings.identity()).map(ServerIdentity::jdkContext);
    }

    /** Returns whether clients must show a certificate. */
    public boolean requiresClientCertificates() {
        ServerIdentity identity = settings.identity();
        return identity != null && identity.requiresClientCertificates();
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
     * Returns what the instances of an application that are connected to this control plane decide,
     * as they have reported it, and asks them to report for the next 30 s: who looks on asks again
     * and again, every few seconds, and the first answer may say no counts yet. While nobody asks,
     * nothing is reported.
     *
     * <p>It is of clients of this library alone, and of this control plane alone: of several
     * replicas each knows its own clients. What is kept takes at most a quarter of the memory; what
     * is beyond is left out, and it is said how much.
     *
     * @param namespace the namespace of the application
     * @param app the application; nothing has been reported of one that does not exist
     */
    public ReportedDecisions decisions(String namespace, String app) {
        return decisions.look(namespace, app);
    }

    /**
     * Returns what the instances of all applications decide, ordered by namespace and application,
     * as {@link #decisions(String, String)} does, and asks all of them to report.
     */
    public List<ReportedDecisions> decisions() {
        return decisions.lookAtAll();
    }

    /**
     * Returns what has been decided in the last five minutes in steps of five seconds, and asks for
     * reports as {@link #decisions(String, String)} does.
     *
     * @param resource the resource; {@code null} for all of the application together
     * @param outbound whether its requests go out; ignored without a resource
     */
    public DecisionHistory decisionHistory(
            String namespace, String app, @Nullable String resource, boolean outbound) {
        return decisions.history(namespace, app, resource, outbound);
    }

    /**
     * Returns everything that is wrong with the rules now, source by source in the order in which
     * they were added. Each problem is also logged once when it appears and once when it is gone.
     */
    public List<Problem> problems() {
        return store.problems();
    }

    /**
     * Drains: closes the sources, stops listening, says that it no longer serves (health), tells
     * the connections to go away (GOAWAY), pushes what is due and completes each stream, so that
     * its client goes elsewhere. Streams that are not done within the {@linkplain
     * ControlPlaneBuilder#drainTimeout grace}, such as those of a client that does not read, are
     * cut. Does nothing the second time.
     */
    @Override
    public void close() {
        synchronized (closing) {
            sources.close();
            server.close();
        }
    }
}
