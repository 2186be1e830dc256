package io.opensergo.controlplane;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a control plane and its clients prove who they are. Files are in PEM, and are read again when
 * they change: a rotated certificate is used for the connections that come after, and no stream
 * ends because of it. New files that cannot be used, such as a certificate beside another one's
 * key, leave the old ones in force and are logged once.
 *
 * @param certFile the control plane's certificate and those between it and its CA, in any order;
 *     the key may be in the same file
 * @param keyFile the private key of that certificate in PKCS#8 ({@code BEGIN PRIVATE KEY}), RSA or
 *     EC, not encrypted
 * @param clientCaFile the certificates that vouch for clients: each client must then show a
 *     certificate (mutual TLS); {@code null} asks clients for none
 */
public record ServerTls(Path certFile, Path keyFile, @Nullable Path clientCaFile) {

    /** Checks that what is required is there; the files are read when the control plane starts. */
    public ServerTls {
        Objects.requireNonNull(certFile, "certFile");
        Objects.requireNonNull(keyFile, "keyFile");
    }

    /** Proves who the control plane is, to any client. */
    public static ServerTls of(Path certFile, Path keyFile) {
        return new ServerTls(certFile, keyFile, null);
    }

    /** Requires a certificate of each client as well. */
    public ServerTls withClientCa(Path clientCaFile) {
        return new ServerTls(certFile, keyFile, Objects.requireNonNull(clientCaFile));
    }
}
