package io.opensergo.console;

import io.opensergo.console.internal.access.AuditLog;
import io.opensergo.console.internal.access.Gate;
import io.opensergo.console.internal.api.Api;
import io.opensergo.console.internal.http.StaticFiles;
import io.opensergo.console.internal.http.WebServer;
import io.opensergo.controlplane.Authorizer;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.rulerepository.RuleRepository;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a console is started with. For one thread. */
public final class ConsoleBuilder {

    private static final Logger LOG = LoggerFactory.getLogger(Console.class);
    private static final int AUDITED_EVENTS = 1000;

    private final ControlPlane controlPlane;
    private @Nullable RuleRepository repository;
    private String host = "127.0.0.1";
    private int port = Console.DEFAULT_PORT;
    private Duration sessionLifetime = Duration.ofHours(12);
    private Duration requestTimeout = Duration.ofSeconds(10);
    private Duration exchangeTimeout = Duration.ofSeconds(30);
    private int maxConnections = 256;

    ConsoleBuilder(ControlPlane controlPlane) {
        this.controlPlane = Objects.requireNonNull(controlPlane, "controlPlane");
    }

    /**
     * Sets where changes go: what the control plane's source reads. It is not closed with the
     * console.
     *
     * @param repository none unless set: rules are shown and cannot be changed
     */
    public ConsoleBuilder repository(RuleRepository repository) {
        this.repository = Objects.requireNonNull(repository, "repository");
        return this;
    }

    /**
     * Sets the name or address to listen on; {@code 0.0.0.0} is every interface.
     *
     * @param host {@code 127.0.0.1} unless set
     */
    public ConsoleBuilder host(String host) {
        this.host = Objects.requireNonNull(host, "host");
        return this;
    }

    /**
     * Sets the port to listen on.
     *
     * @param port 0 for any free one; {@value Console#DEFAULT_PORT} unless set
     * @throws IllegalArgumentException if it is no port
     */
    public ConsoleBuilder port(int port) {
        if (port < 0 || port > 0xFFFF) {
            throw new IllegalArgumentException("port must be from 0 to 65535, was " + port);
        }
        this.port = port;
        return this;
    }

    /**
     * Sets how long a login lasts; without a request for a sixth of it, it ends sooner.
     *
     * @param lifetime from a minute to 30 days; 12 hours unless set
     * @throws IllegalArgumentException if it is not in that range
     */
    public ConsoleBuilder sessionLifetime(Duration lifetime) {
        if (lifetime.compareTo(Duration.ofMinutes(1)) < 0
                || lifetime.compareTo(Duration.ofDays(30)) > 0) {
            throw new IllegalArgumentException(
                    "sessionLifetime must be from 1 minute to 30 days, was " + lifetime);
        }
        this.sessionLifetime = lifetime;
        return this;
    }

    /**
     * Sets how many connections are open at a time, of which an address may have half; those beyond
     * wait, or are closed if they are of such an address.
     *
     * @param connections at least 2; 256 unless set
     * @throws IllegalArgumentException if it is less than 2
     */
    public ConsoleBuilder maxConnections(int connections) {
        if (connections < 2) {
            throw new IllegalArgumentException("maxConnections must be >= 2, was " + connections);
        }
        this.maxConnections = connections;
        return this;
    }

    /**
     * Sets how long the head of a request may take to come, and again its body; later it is
     * refused.
     *
     * @param timeout positive; 10 s unless set
     * @throws IllegalArgumentException if it is not positive
     */
    public ConsoleBuilder requestTimeout(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("requestTimeout must be positive, was " + timeout);
        }
        this.requestTimeout = timeout;
        this.exchangeTimeout = timeout.multipliedBy(3);
        return this;
    }

    /**
     * Starts the console.
     *
     * @throws IllegalStateException if other machines could reach it and nobody were asked who it
     *     is
     * @throws UncheckedIOException if it cannot listen there
     */
    public Console start() {
        var address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new UncheckedIOException(
                    "the console cannot listen on " + host + ":" + port,
                    new UnknownHostException("the host name does not resolve"));
        }
        Authorizer authorizer = controlPlane.authorizer().orElse(null);
        boolean isEncrypted = controlPlane.sslContext().isPresent();
        boolean isLocal = address.getAddress().isLoopbackAddress();
        if (authorizer == null && !isLocal) {
            throw new IllegalStateException(
                    "other machines would reach the console on "
                            + host
                            + ", and anybody could change rules: give the control plane an"
                            + " authorizer (tokens), or listen on 127.0.0.1");
        }
        if (!isEncrypted && !isLocal) {
            LOG.warn(
                    "Other machines reach the console on {} without TLS: tokens and sessions can be"
                            + " read on the way. Set TLS, or listen on 127.0.0.1",
                    host);
        }
        var audit = new AuditLog(AUDITED_EVENTS, InstantSource.system());
        var gate = new Gate(authorizer, host, audit, sessionLifetime, System::nanoTime);
        var settings =
                new WebServer.Settings(
                        address,
                        controlPlane.sslContext().orElse(null),
                        controlPlane.requiresClientCertificates(),
                        maxConnections,
                        requestTimeout,
                        exchangeTimeout);
        var server =
                new WebServer(
                        settings,
                        Api.endpoints(
                                controlPlane, repository, gate, audit, InstantSource.system()),
                        new StaticFiles(Console.class, "page/", "files.txt"),
                        gate);
        LOG.info("The console listens on {}:{}", address.getHostString(), server.port());
        return new Console(server, isEncrypted);
    }
}
