package io.opensergo.controlplane;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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

    /** By the numbers of RFC 5280. */
    private static final Map<Object, String> TYPES =
            Map.of(1, "email:", 2, "DNS:", 6, "URI:", 7, "IP:");

    /**
     * Returns the names in the certificate: its subject in RFC 2253 form, such as {@code CN=shop},
     * then its alternative names with their types, such as {@code
     * URI:spiffe://cluster/ns/default/sa/shop}, {@code DNS:shop.example}, {@code IP:10.0.0.1} or
     * {@code email:shop@example.com}. So no alternative name can look like a subject. Empty without
     * a certificate; types other than the four are left out.
     */
    public List<String> certificateNames() {
        if (certificate == null) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        names.add(certificate.getSubjectX500Principal().getName());
        for (List<?> alternative : alternativeNames(certificate)) {
            String type = TYPES.get(alternative.get(0));
            if (type != null && alternative.get(1) instanceof String name) {
                names.add(type + name);
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
