package io.opensergo.client;

import io.opensergo.api.ConfigurationException;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.api.time.Ticker;
import io.opensergo.rules.Metadata;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Settings of a client; for one thread. Each setting has a default but the endpoints. Durations
 * beyond 1,000 days count as 1,000 days.
 */
public final class OpenSergoClientBuilder {

    private static final int MAX_CACHE_FILE_BYTES = 1 << 30;
    private static final Duration CACHE_RETRY = Duration.ofSeconds(30);

    /** What is meant as "never" must not overflow the nanoseconds of a timer. */
    private static final Duration LONGEST = Duration.ofDays(1000);

    private List<Endpoint> endpoints = List.of();
    private String namespace = Metadata.DEFAULT_NAMESPACE;
    private @Nullable String app;
    private @Nullable Supplier<ClientTls> tls;
    private @Nullable Supplier<String> token;
    private Duration keepAliveTime = Duration.ofSeconds(15);
    private Duration keepAliveTimeout = Duration.ofSeconds(10);
    private int maxInboundMessageBytes = ClientLimits.DEFAULTS.maxInboundMessageBytes();
    private int maxKeys = ClientLimits.DEFAULTS.maxKeys();
    private int maxKinds = ClientLimits.DEFAULTS.maxKinds();
    private int maxRulesPerSnapshot = ClientLimits.DEFAULTS.maxRulesPerSnapshot();
    private Duration unsubscribeGrace = Duration.ofSeconds(1);
    private Duration answerTimeout = Duration.ofSeconds(3);
    private Duration settleTime = Duration.ofSeconds(1);
    private Duration revisionPatience = Duration.ofSeconds(2);
    private Duration refreshInterval = Duration.ofMinutes(5);
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration failBackInterval = Duration.ofMinutes(1);
    private Duration minBackoff = Duration.ofSeconds(1);
    private Duration maxBackoff = Duration.ofSeconds(30);
    private Scheduler scheduler = Schedulers.boundedElastic();
    private Ticker ticker = Ticker.system();
    private LongUnaryOperator chance = bound -> ThreadLocalRandom.current().nextLong(bound);
    private @Nullable Path cacheDirectory;
    private @Nullable Duration cacheMaxAge;
    private boolean reportDecisions = true;
    private final List<ClientListener> listeners = new ArrayList<>(0);

    OpenSergoClientBuilder() {}

    /**
     * Sets the control planes to connect to, the preferred one first; the next is tried when one
     * fails, and a better one is returned to when it {@linkplain #failBackInterval is back}.
     *
     * @param endpoints {@code host:port}, {@code http://host:port} or {@code https://host:port};
     *     the port may be left out for 10246. {@code https} is TLS and {@code http} plaintext.
     *     Without a scheme it is TLS if {@link #tls} or {@link #token} is set, and otherwise
     *     plaintext, with a warning if the control plane is not on this host.
     * @throws ConfigurationException if one is malformed or none is given
     */
    public OpenSergoClientBuilder endpoints(String... endpoints) {
        return endpoints(Stream.of(endpoints), "endpoint");
    }

    private OpenSergoClientBuilder endpoints(Stream<String> endpoints, String setting) {
        this.endpoints = endpoints.map(text -> Endpoint.parse(text, setting)).toList();
        return this;
    }

    /**
     * Sets the namespace of the client's own target; {@value Metadata#DEFAULT_NAMESPACE} by
     * default.
     */
    public OpenSergoClientBuilder namespace(String namespace) {
        this.namespace = Target.of(namespace, "any").namespace();
        return this;
    }

    /** Sets the app of the client's own target; none by default. */
    public OpenSergoClientBuilder app(String app) {
        this.app = Target.of(app).app();
        return this;
    }

    /**
     * Connects by TLS with these settings. Their files are read again for a new connection when
     * they have changed; if they cannot be used then, those read before stay in use.
     */
    public OpenSergoClientBuilder tls(TlsSettings tls) {
        this.tls = () -> new TlsContext(tls);
        return this;
    }

    /**
     * Connects by TLS with managers that the application makes, for keys and certificates that are
     * not in files of their own.
     *
     * @param managers asked for each new connection, on an event loop, so it must not block; others
     *     than before count from then on, and if they cannot be used, those before do
     */
    public OpenSergoClientBuilder tls(Supplier<TlsManagers> managers) {
        this.tls = () -> new ManagedTls(managers);
        return this;
    }

    /**
     * Sends a bearer token with each new stream, by TLS unless the endpoint's scheme is {@code
     * http}. If there is none that can be sent, the client is {@link
     * io.opensergo.api.ConnectionState.Phase#REFUSED} and tries again.
     *
     * @param token asked for the token on each new stream, on a bounded elastic thread of Reactor,
     *     so it may block. What it throws is not shown, as it may hold the token: log it where it
     *     is thrown
     */
    public OpenSergoClientBuilder token(Supplier<String> token) {
        this.token = token;
        return this;
    }

    /**
     * Sets how a dead connection is found: after {@code time} (15 s by default) without a sign of
     * the server the client pings it, and after {@code timeout} (10 s by default) without an answer
     * it connects anew. gRPC does not ping more often than every 10 s, and a server that complains
     * of too many pings is pinged half as often from then on.
     */
    public OpenSergoClientBuilder keepAlive(Duration time, Duration timeout) {
        this.keepAliveTime = positive("keepAlive time", time);
        this.keepAliveTimeout = positive("keepAlive timeout", timeout);
        return this;
    }

    /**
     * Sets how large a push may be, in bytes; 16 MiB by default. A larger one is refused with a
     * NACK and leaves the rules of its key as they are; one of more than four times as much is not
     * read at all and costs the connection.
     */
    public OpenSergoClientBuilder maxInboundMessageBytes(int bytes) {
        this.maxInboundMessageBytes = atLeastOne("maxInboundMessageBytes", bytes);
        return this;
    }

    /**
     * Sets how many keys, a target and a kind each, may be followed at once; 100,000 by default. A
     * Flux beyond that fails with {@link io.opensergo.api.LimitExceededException}.
     */
    public OpenSergoClientBuilder maxKeys(int keys) {
        this.maxKeys = atLeastOne("maxKeys", keys);
        return this;
    }

    /**
     * Sets how many kinds may be followed at once; 1,000 by default. A Flux beyond that fails with
     * {@link io.opensergo.api.LimitExceededException}.
     */
    public OpenSergoClientBuilder maxKinds(int kinds) {
        this.maxKinds = atLeastOne("maxKinds", kinds);
        return this;
    }

    /**
     * Sets how many rules a push may have; 100,000 by default. A larger one is refused with a NACK
     * and leaves the rules of its key as they are.
     */
    public OpenSergoClientBuilder maxRulesPerSnapshot(int rules) {
        this.maxRulesPerSnapshot = atLeastOne("maxRulesPerSnapshot", rules);
        return this;
    }

    /**
     * Sets how long a subscription outlives its last subscriber; 1 s by default, zero for not at
     * all.
     */
    public OpenSergoClientBuilder unsubscribeGrace(Duration grace) {
        this.unsubscribeGrace = notNegative("unsubscribeGrace", grace);
        return this;
    }

    /**
     * Sets how long a connected control plane may stay silent on a new subscription before it
     * counts as having no rules for it; 3 s by default. It is then asked again, after twice that
     * time, and so on. The silence of a control plane that answers each subscription, as that of
     * this library does, never counts: the client finds out which one it has.
     */
    public OpenSergoClientBuilder answerTimeout(Duration timeout) {
        this.answerTimeout = positive("answerTimeout", timeout);
        return this;
    }

    /**
     * Sets the delay before a connection is made again: random between zero and a bound that begins
     * at {@code min} (1 s by default), doubles each time all endpoints have failed and ends at
     * {@code max} (30 s by default). It begins anew after a connection that lasted for 5 s.
     */
    public OpenSergoClientBuilder backoff(Duration min, Duration max) {
        this.minBackoff = positive("backoff min", min);
        this.maxBackoff = positive("backoff max", max);
        if (min.compareTo(max) > 0) {
            throw new ConfigurationException(
                    "backoff", "min must not exceed max, was " + min + " > " + max);
        }
        return this;
    }

    /** Sets how long an endpoint has to take a connection; 10 s by default. */
    public OpenSergoClientBuilder connectTimeout(Duration timeout) {
        this.connectTimeout = positive("connectTimeout", timeout);
        return this;
    }

    /**
     * Sets how often, while an endpoint other than the first is in use, those before it are tried;
     * 1 min by default, give or take a quarter. The connection in use is left when another stands,
     * and less often if the one returned to does not last.
     */
    public OpenSergoClientBuilder failBackInterval(Duration interval) {
        this.failBackInterval = positive("failBackInterval", interval);
        return this;
    }

    /**
     * Sets how long a push that lacks rules in force must stand still before it replaces them, if
     * it comes right after a connection was made; 1 s by default, zero for not at all. Some control
     * planes begin with sets that grow. A control plane that says which pushes belong together, as
     * that of this library does, begins with whole sets, and its pushes never wait for this; they
     * wait for others of their revision, for 2 s at most.
     */
    public OpenSergoClientBuilder settleTime(Duration time) {
        this.settleTime = notNegative("settleTime", time);
        return this;
    }

    /** Sets how long a push may wait for others of its revision. */
    OpenSergoClientBuilder revisionPatience(Duration patience) {
        this.revisionPatience = positive("revisionPatience", patience);
        return this;
    }

    /**
     * Sets how often everything is asked for again, in case that the control plane failed to push
     * it; 5 min by default, give or take a quarter, zero for never.
     */
    public OpenSergoClientBuilder refreshInterval(Duration interval) {
        this.refreshInterval = notNegative("refreshInterval", interval);
        return this;
    }

    /** Sets the scheduler that signals run on; {@link Schedulers#boundedElastic()} by default. */
    public OpenSergoClientBuilder scheduler(Scheduler scheduler) {
        this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
        return this;
    }

    /**
     * Keeps the last good rules in a directory, so that a process which starts while the control
     * plane is down has them: a key that is followed gets the rules that were kept for it, with
     * {@link io.opensergo.api.Origin#DISK_CACHE}, until a control plane answers. Off by default.
     *
     * <p>The directory is made if need be, for its owner only, and may be shared by processes.
     * Rules in it are trusted as if the control plane had sent them: nobody else may write there.
     * What cannot be read or written is logged and otherwise ignored. A control plane that says
     * nothing when there are no rules leaves those in force that were kept: see {@link
     * #cacheMaxAge}.
     */
    public OpenSergoClientBuilder cacheDirectory(Path directory) {
        this.cacheDirectory = Objects.requireNonNull(directory, "directory");
        return this;
    }

    /**
     * Sets how old the rules in the {@linkplain #cacheDirectory cache} may be when the client reads
     * them, counted from when a control plane last sent them; older ones are ignored, and so are
     * those whose time is more than a minute ahead of the clock, as their age is not known. Any age
     * by default.
     */
    public OpenSergoClientBuilder cacheMaxAge(Duration age) {
        this.cacheMaxAge = positive("cacheMaxAge", age);
        return this;
    }

    /**
     * Sets whether the control plane may see what governors of this client decide: how many
     * requests passed, were refused and why, the states of circuit breakers, which version of the
     * rules is in force. Nothing of a request is told. {@code true} by default, and nothing is sent
     * while nobody looks. With {@code false} the control plane does not count this process among
     * the instances of its application either, by which limits whose mode is {@code GlobalToLocal}
     * are divided.
     */
    public OpenSergoClientBuilder reportDecisions(boolean reportDecisions) {
        this.reportDecisions = reportDecisions;
        return this;
    }

    /** Sets where the client takes elapsed time from; its timers go by the system all the same. */
    OpenSergoClientBuilder ticker(Ticker ticker) {
        this.ticker = ticker;
        return this;
    }

    /** Sets what draws delays between attempts, from 0 to below its argument. */
    OpenSergoClientBuilder chance(LongUnaryOperator chance) {
        this.chance = chance;
        return this;
    }

    /** Adds somebody who is told what happens inside the client; none by default. */
    public OpenSergoClientBuilder listener(ClientListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * Takes settings from the environment, over those set so far: {@code
     * OPENSERGO_BOOTSTRAP_CONFIG} holds JSON, or else {@code OPENSERGO_BOOTSTRAP} names a file that
     * does, with the keys {@code endpoint} or {@code endpoints}, {@code namespace}, {@code app},
     * {@code tls} ({@code caFile}, {@code certFile}, {@code keyFile}, {@code serverName}), {@code
     * token}, {@code cacheDir}, {@code cacheMaxAgeSeconds} and {@code reportDecisions}. Does
     * nothing if neither is set.
     *
     * @throws ConfigurationException if what is set cannot be used
     */
    public OpenSergoClientBuilder bootstrap() {
        Bootstrap.find(System.getenv()).ifPresent(this::bootstrap);
        return this;
    }

    OpenSergoClientBuilder bootstrap(Bootstrap bootstrap) {
        endpoints(bootstrap.endpoints().stream(), "endpoint");
        namespace = bootstrap.namespace() == null ? namespace : bootstrap.namespace();
        app = bootstrap.app() == null ? app : bootstrap.app();
        if (bootstrap.tls() != null) {
            tls(bootstrap.tls());
        }
        cacheDirectory = bootstrap.cacheDir() == null ? cacheDirectory : bootstrap.cacheDir();
        cacheMaxAge = bootstrap.cacheMaxAge() == null ? cacheMaxAge : bootstrap.cacheMaxAge();
        reportDecisions =
                bootstrap.reportDecisions() == null ? reportDecisions : bootstrap.reportDecisions();
        String fixedToken = bootstrap.token();
        if (fixedToken != null) {
            BearerToken.checked(fixedToken);
            token = () -> fixedToken;
        }
        return this;
    }

    /**
     * Makes the client, which connects at once and in the background.
     *
     * @throws ConfigurationException if a setting is missing, contradicts another or names a file
     *     that cannot be used, or if a library on the class path is too old
     */
    public OpenSergoClient build() {
        if (endpoints.isEmpty()) {
            throw new ConfigurationException(
                    "endpoint", "is required, for example localhost:10246");
        }
        Libraries.check();
        var limits =
                new ClientLimits(maxInboundMessageBytes, maxKeys, maxKinds, maxRulesPerSnapshot);
        var transport =
                new ChannelFactory(
                        tls == null ? null : tls.get(),
                        token,
                        keepAliveTimeout,
                        limits.transportMessageBytes());
        transport.check(endpoints);
        var client =
                new ReactiveClient(
                        ticker,
                        new ConnectionSettings(
                                endpoints, connectTimeout, failBackInterval, keepAliveTime),
                        transport,
                        new Backoff(minBackoff, maxBackoff, endpoints.size(), chance),
                        new SubscriptionSettings(
                                unsubscribeGrace,
                                answerTimeout,
                                settleTime,
                                revisionPatience,
                                refreshInterval,
                                limits),
                        scheduler,
                        app == null ? null : Target.of(namespace, app),
                        reportDecisions,
                        cacheSettings(),
                        new Listeners(listeners));
        client.start();
        return client;
    }

    /**
     * Makes the client, as {@link #build()} does, if an endpoint is set: for an adapter, which
     * leaves an application alone that names no control plane.
     *
     * @return empty if no endpoint is set
     * @throws ConfigurationException as {@link #build()} does
     */
    public Optional<OpenSergoClient> buildIfConfigured() {
        return endpoints.isEmpty() ? Optional.empty() : Optional.of(build());
    }

    /** What is kept may exceed one message by the last good rules that stand in for bad ones. */
    private @Nullable CacheSettings cacheSettings() {
        if (cacheDirectory == null) {
            return null;
        }
        long maxFileBytes = Math.min(MAX_CACHE_FILE_BYTES, 2L * maxInboundMessageBytes);
        return new CacheSettings(cacheDirectory, cacheMaxAge, (int) maxFileBytes, CACHE_RETRY);
    }

    private static Duration positive(String setting, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new ConfigurationException(
                    setting, "must be positive, was " + ShownDuration.of(value));
        }
        return atMostLongest(value);
    }

    private static Duration notNegative(String setting, Duration value) {
        if (value.isNegative()) {
            throw new ConfigurationException(
                    setting, "must not be negative, was " + ShownDuration.of(value));
        }
        return atMostLongest(value);
    }

    private static Duration atMostLongest(Duration value) {
        return value.compareTo(LONGEST) > 0 ? LONGEST : value;
    }

    private static int atLeastOne(String setting, int value) {
        if (value < 1) {
            throw new ConfigurationException(setting, "must be >= 1, was " + value);
        }
        return value;
    }
}
