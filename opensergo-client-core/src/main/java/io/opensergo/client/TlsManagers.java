package io.opensergo.client;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * How a client and its control plane prove who they are, where keys and certificates are not in
 * files of their own; {@link TlsSettings} names files.
 *
 * @param keys what has the client's own certificate for mutual TLS, or {@code null} for none
 * @param trusted what the server's certificate has to satisfy, or {@code null} for what the Java
 *     runtime trusts
 * @param serverName the name the server's certificate must bear, or {@code null} for the endpoint's
 *     host
 */
public record TlsManagers(
        @Nullable KeyManagerFactory keys,
        @Nullable TrustManagerFactory trusted,
        @Nullable String serverName) {}
