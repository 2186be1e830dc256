package io.opensergo.cli;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.kubernetes.AdmissionWebhook;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The option of {@code serve} that has the API server of a cluster ask before it stores a rule. */
final class ServeWebhook {

    @Option(
            names = "--kube-webhook",
            paramLabel = "PORT",
            description = {
                "Where a validating admission webhook answers, on every address, by the certificate of",
                "--tls-cert: kubectl apply then says what no schema can; default: nowhere."
            })
    private @Nullable Integer port;

    /** Checks the option, before anything is started. */
    void check(CommandLine command, boolean isOfCluster, boolean hasTls) {
        if (port == null) {
            return;
        }
        if (port < 0 || port > 65535) {
            throw new ParameterException(
                    command, "--kube-webhook must be a port from 0 to 65535, was " + port);
        }
        if (!isOfCluster) {
            throw new ParameterException(command, "--kube-webhook needs --kubernetes");
        }
        if (!hasTls) {
            throw new ParameterException(
                    command,
                    "--kube-webhook needs --tls-cert and --tls-key: API servers call webhooks over"
                            + " TLS only");
        }
    }

    /** Starts the webhook, if it is asked for. */
    @Nullable AdmissionWebhook start(ControlPlane controlPlane) {
        if (port == null) {
            return null;
        }
        SSLContext tls =
                controlPlane
                        .sslContext()
                        .orElseThrow(() -> new IllegalStateException("no certificate"));
        return AdmissionWebhook.start(
                new InetSocketAddress(port), tls, controlPlane.kinds(), controlPlane::rules);
    }
}
