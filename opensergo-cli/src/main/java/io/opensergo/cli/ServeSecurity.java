package io.opensergo.cli;

import io.opensergo.controlplane.ControlPlaneBuilder;
import io.opensergo.controlplane.ServerTls;
import io.opensergo.controlplane.TokenAuthorizer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of {@code serve} that say who may call and read. */
final class ServeSecurity {

    @Mixin private CertificateFiles own = new CertificateFiles();

    @Option(
            names = "--tls-client-ca",
            paramLabel = "FILE",
            description =
                    "The certificates that vouch for clients, in PEM: each client must show a certificate.")
    private @Nullable Path clientCa;

    @Option(
            names = "--tokens",
            paramLabel = "FILE",
            description = {
                "The tokens of the clients that may read, and what; YAML or JSON, read again when it changes:",
                "  tokens: [{name: shop, token: SECRET, namespaces: [default], apps: [shop]}]",
                "Without namespaces or apps a token opens all of them; with role: write it lets the console",
                "change rules."
            })
    private @Nullable Path tokens;

    void apply(ControlPlaneBuilder builder, CommandLine commandLine) {
        own.requireBothOrNone(commandLine);
        Path cert = own.cert();
        Path key = own.key();
        if (cert != null && key != null) {
            builder.tls(new ServerTls(cert, key, clientCa));
        } else if (clientCa != null) {
            throw new ParameterException(
                    commandLine,
                    "--tls-client-ca needs --tls-cert and --tls-key: clients can show certificates"
                            + " only over TLS");
        }
        if (tokens != null) {
            builder.authorizer(authorizer(tokens, commandLine));
        }
    }

    boolean isEncrypted() {
        return own.cert() != null && own.key() != null;
    }

    private static TokenAuthorizer authorizer(Path file, CommandLine commandLine) {
        try {
            return TokenAuthorizer.file(file);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(commandLine, "--tokens: " + e.getMessage());
        }
    }
}
