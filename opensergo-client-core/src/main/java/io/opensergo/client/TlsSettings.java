package io.opensergo.client;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a client and its control plane prove who they are. Files are in PEM.
 *
 * @param caFile the certificates to trust, or {@code null} for those of the Java runtime
 * @param certFile the client's own certificate chain for mutual TLS, or {@code null} for none
 * @param keyFile the private key of that certificate in PKCS#8, or {@code null} for none
 * @param serverName the name the server's certificate must bear, or {@code null} for the endpoint's
 *     host
 */
public record TlsSettings(
        @Nullable Path caFile,
        @Nullable Path certFile,
        @Nullable Path keyFile,
        @Nullable String serverName) {

    public TlsSettings {
        if ((certFile == null) != (keyFile == null)) {
            throw new IllegalArgumentException(
                    "certFile and keyFile must be given together, only "
                            + (certFile == null ? "keyFile" : "certFile")
                            + " was");
        }
    }

    /** Trusts what the Java runtime trusts. */
    public static TlsSettings systemTrust() {
        return new TlsSettings(null, null, null, null);
    }

    /** Trusts the certificates of a file. */
    public static TlsSettings trusting(Path caFile) {
        return new TlsSettings(caFile, null, null, null);
    }
}
