package io.opensergo.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of this end's certificate, which go together. */
final class CertificateFiles {

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description =
                    "This end's certificate, in PEM; connections are by TLS. Read again when it"
                            + " changes.")
    private @Nullable Path cert;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "The private key of --tls-cert, PKCS#8 in PEM.")
    private @Nullable Path key;

    @Nullable Path cert() {
        return cert;
    }

    @Nullable Path key() {
        return key;
    }

    /**
     * @throws ParameterException if only one of the two is given
     */
    void requireBothOrNone(CommandLine commandLine) {
        if ((cert == null) != (key == null)) {
            throw new ParameterException(
                    commandLine,
                    (cert == null ? "--tls-key needs --tls-cert" : "--tls-cert needs --tls-key")
                            + ": give both, of one pair");
        }
    }
}
