package io.opensergo.cli;

import io.opensergo.client.OpenSergoClientBuilder;
import io.opensergo.client.TlsSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of {@code watch} that say who the two ends are. */
final class WatchSecurity {

    @Option(
            names = "--tls",
            description = "Connects by TLS, and trusts what Java trusts unless --tls-ca is given.")
    private boolean tls;

    @Option(
            names = "--tls-ca",
            paramLabel = "FILE",
            description = "The certificates to trust, in PEM; connects by TLS.")
    private @Nullable Path ca;

    @Mixin private CertificateFiles own = new CertificateFiles();

    @Option(
            names = "--tls-server-name",
            paramLabel = "NAME",
            description =
                    "The name that the control plane's certificate must bear; default: the endpoint's.")
    private @Nullable String serverName;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description =
                    "Holds the token to show to the control plane, read for each connection; by TLS,"
                            + " unless the endpoint begins with http://.")
    private @Nullable Path tokenFile;

    void apply(OpenSergoClientBuilder builder, CommandLine commandLine) {
        own.requireBothOrNone(commandLine);
        Path cert = own.cert();
        Path key = own.key();
        if (tls || ca != null || cert != null || serverName != null) {
            builder.tls(new TlsSettings(ca, cert, key, serverName));
        }
        if (tokenFile != null) {
            Path file = tokenFile;
            if (read(file).isEmpty()) {
                throw new ParameterException(
                        commandLine, "--token-file must hold a token, but " + file + " is empty");
            }
            builder.token(() -> read(file));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "--token-file must name a file that can be read, was " + file, e);
        }
    }
}
