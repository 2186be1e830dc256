package io.opensergo.client;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.opensergo.api.ConfigurationException;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS with the managers that the application gives now. Others that cannot be used leave those in
 * use that were good before.
 */
final class ManagedTls implements ClientTls {

    private static final Logger LOG = LoggerFactory.getLogger(ManagedTls.class);

    private final Supplier<TlsManagers> source;
    private TlsManagers asked;
    private TlsManagers used;
    private SslContext context;
    private String lastFault = "";

    /**
     * Asks for the managers.
     *
     * @throws ConfigurationException if they cannot be used
     */
    ManagedTls(Supplier<TlsManagers> source) {
        this.source = source;
        this.asked = source.get();
        this.used = asked;
        this.context = context(used);
    }

    @Override
    public @Nullable String serverName() {
        return used.serverName();
    }

    @Override
    public SslContext current() {
        try {
            TlsManagers now = source.get();
            if (!now.equals(asked)) {
                asked = now;
                context = context(now);
                used = now;
                lastFault = "";
                LOG.info("New connections use the TLS managers that have changed");
            }
        } catch (RuntimeException e) { // of the application, or these cannot be used
            report(String.valueOf(e.getMessage()));
        }
        return context;
    }

    private void report(String fault) {
        if (!fault.equals(lastFault)) {
            lastFault = fault;
            LOG.warn(
                    "The TLS managers have changed, but cannot be used: {}; new connections use"
                            + " those before",
                    fault);
        }
    }

    private static SslContext context(TlsManagers managers) {
        try {
            return GrpcSslContexts.forClient()
                    .keyManager(managers.keys())
                    .trustManager(managers.trusted())
                    .build();
        } catch (SSLException | RuntimeException e) {
            throw new ConfigurationException("tls", "cannot be used: " + e.getMessage(), e);
        }
    }
}
