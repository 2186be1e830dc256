package io.opensergo.console.internal.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.http.CookieCompliance;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jetty as the console needs it: HTTP/1.1 alone, strict, and with a limit to everything that a peer
 * may take.
 */
public final class WebServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WebServer.class);
    private static final int MAX_HEADER_BYTES = 16 * 1024;
    private static final Duration SWEEP_INTERVAL = Duration.ofMillis(500);

    /**
     * What a server is started with.
     *
     * @param address where it listens
     * @param tls the certificates; {@code null} for plaintext
     * @param requiresClientCertificates whether clients must show one
     * @param maxConnections how many connections are open at a time; an address may have half
     * @param requestTimeout how long the head of a request may take, and again its body
     * @param exchangeTimeout how long it may take until a client has its answer
     */
    public record Settings(
            InetSocketAddress address,
            @Nullable SSLContext tls,
            boolean requiresClientCertificates,
            int maxConnections,
            Duration requestTimeout,
            Duration exchangeTimeout) {}

    private final Server server;
    private final ServerConnector connector;

    /**
     * Starts a server.
     *
     * @throws UncheckedIOException if it cannot listen there; the message says where
     */
    public WebServer(
            Settings settings, List<Endpoint> endpoints, StaticFiles files, Admission admission) {
        var threads = new QueuedThreadPool(32, 2);
        threads.setName("opensergo-console");
        threads.setDaemon(true);
        server =
                new Server(
                        threads,
                        new ScheduledExecutorScheduler("opensergo-console-timer", true),
                        null);
        HttpConfiguration http = configuration();
        var plain = new HttpConnectionFactory(http);
        SSLContext tls = settings.tls();
        if (tls == null) {
            connector = new ServerConnector(server, 1, 1, plain);
        } else {
            var contexts = new SslContextFactory.Server();
            contexts.setSslContext(tls);
            contexts.setNeedClientAuth(settings.requiresClientCertificates());
            http.addCustomizer(new SecureRequestCustomizer(false));
            connector =
                    new ServerConnector(
                            server,
                            1,
                            1,
                            new SslConnectionFactory(contexts, plain.getProtocol()),
                            plain);
        }
        connector.setHost(settings.address().getAddress().getHostAddress());
        connector.setPort(settings.address().getPort());
        connector.setIdleTimeout(settings.exchangeTimeout().toMillis());
        var peers =
                new Peers(
                        Math.max(1, settings.maxConnections() / 2),
                        settings.requestTimeout(),
                        System::nanoTime);
        connector.addBean(peers);
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(settings.maxConnections(), connector));
        server.setErrorHandler(new ProblemErrorHandler());
        server.setHandler(
                new Dispatcher(
                        endpoints,
                        files,
                        admission,
                        settings.requestTimeout(),
                        settings.exchangeTimeout()));
        server.setStopTimeout(0);
        start(settings.address());
        sweep(peers);
    }

    private static HttpConfiguration configuration() {
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setRequestHeaderSize(MAX_HEADER_BYTES);
        http.setResponseHeaderSize(MAX_HEADER_BYTES);
        http.setUriCompliance(new UriCompliance("none allowed", Set.of()));
        http.setHttpCompliance(HttpCompliance.STRICT);
        http.setRequestCookieCompliance(CookieCompliance.RFC6265_STRICT);
        return http;
    }

    private void start(InetSocketAddress address) {
        try {
            server.start();
        } catch (Exception e) {
            stop();
            throw new UncheckedIOException(
                    "the console cannot listen on "
                            + address.getHostString()
                            + ":"
                            + address.getPort()
                            + ": "
                            + reason(e)
                            + "; choose another port, or end the process that has it",
                    e instanceof IOException io ? io : new IOException(e));
        }
    }

    private static String reason(Throwable e) {
        return e.getCause() == null ? String.valueOf(e.getMessage()) : reason(e.getCause());
    }

    private void sweep(Peers peers) {
        server.getScheduler()
                .schedule(
                        () -> {
                            peers.sweep();
                            if (server.isRunning()) {
                                sweep(peers);
                            }
                        },
                        SWEEP_INTERVAL.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    /** Returns the port it listens on. */
    public int port() {
        return connector.getLocalPort();
    }

    private void stop() {
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("The console's server did not end well", e);
        }
    }

    /** Stops listening, and ends what is being served. */
    @Override
    public void close() {
        stop();
    }
}
