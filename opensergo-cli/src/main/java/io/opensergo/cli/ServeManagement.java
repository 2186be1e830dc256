package io.opensergo.cli;

import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.metrics.ControlPlaneMetrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The options of {@code serve} that say where machines ask about the process. */
final class ServeManagement {

    @Option(
            names = "--management-port",
            paramLabel = "PORT",
            description = {
                "Where /livez, /readyz and /metrics (for Prometheus) answer by HTTP, without a token;",
                "0 for any free one; default: nowhere."
            })
    private @Nullable Integer port;

    @Option(
            names = "--management-host",
            paramLabel = "ADDRESS",
            description =
                    "The address they answer on; default: ${DEFAULT-VALUE}, this machine alone.")
    private String host = "localhost";

    String host() {
        return host;
    }

    /** Checks the options, before anything is started. */
    void check(CommandLine command) {
        if (port != null && (port < 0 || port > 65535)) {
            throw new CommandLine.ParameterException(
                    command, "--management-port must be from 0 to 65535, was " + port);
        }
    }

    /**
     * Starts the server, if it is asked for.
     *
     * @throws IllegalStateException if it cannot listen there
     */
    @Nullable ManagementServer start(ControlPlane controlPlane, BooleanSupplier isReady) {
        if (port == null) {
            return null;
        }
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new ControlPlaneMetrics(controlPlane).bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        try {
            return new ManagementServer(
                    new InetSocketAddress(host, port), isReady, registry::scrape);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Cannot listen on "
                            + host
                            + ":"
                            + port
                            + " (--management-host, --management-port): "
                            + e.getMessage(),
                    e);
        }
    }
}
