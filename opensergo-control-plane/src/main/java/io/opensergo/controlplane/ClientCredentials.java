package io.opensergo.controlplane;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call proves about its client.
 *
 * @param token the bearer token of the call's {@code authorization} header; {@code null} if there
 *     is none
 * @param certificate the certificate that the client proved to own in the TLS handshake, and that
 *     the control plane's client CA vouches for; {@code null} without mutual TLS
 * @param remoteAddress where the connection comes from, as {@code host:port}
 */
public record ClientCredentials(
        @Nullable String token, @Nullable X509Certificate certificate, String remoteAddress) {

    /**
     * Returns the names in the certificate: its subject in RFC 2253 form, such as {@code CN=shop},
     * then its alternative names, such as {@code spiffe://cluster/ns/default/sa/shop}. Empty
     * without a certificate.
     */
    public List<String> certificateNames() {
        if (certificate == null) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        names.add(certificate.getSubjectX500Principal().getName());
        for (List<?> alternative : alternativeNames(certificate)) {
            if (alternative.get(1) instanceof String name) {
                names.add(name);
            }
        }
        return List.copyOf(names);
    }

    private static Collection<List<?>> alternativeNames(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null ? List.of() : names;
        } catch (CertificateParsingException e) {
            return List.of(); // names that cannot be read prove nothing
        }
    }

    /** Says whether there is a token and never which. */
    @Override
    public String toString() {
        return "ClientCredentials[token="
                + (token == null ? "none" : "hidden")
                + ", certificateNames="
                + certificateNames()
                + ", remoteAddress="
                + remoteAddress
                + "]";
    }
}
