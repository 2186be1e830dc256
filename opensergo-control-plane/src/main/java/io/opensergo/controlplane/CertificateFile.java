package io.opensergo.controlplane;

import io.grpc.util.CertificateUtils;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The certificates of a PEM file, which may hold a private key as well, begin with a byte order
 * mark and have them in any order.
 */
record CertificateFile(List<X509Certificate> certificates) {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ((X509 |TRUSTED )?CERTIFICATE)-----[^-]*-----END \\1-----");

    /**
     * Reads them; there may be none.
     *
     * @throws GeneralSecurityException if one is damaged
     */
    static CertificateFile of(String content) throws GeneralSecurityException {
        String blocks =
                BLOCK.matcher(content)
                        .results()
                        .map(MatchResult::group)
                        .collect(Collectors.joining("\n", "", "\n"));
        if (blocks.isBlank()) {
            return new CertificateFile(List.of());
        }
        return new CertificateFile(
                List.of(
                        CertificateUtils.getX509Certificates(
                                new ByteArrayInputStream(
                                        blocks.getBytes(StandardCharsets.ISO_8859_1)))));
    }

    boolean isEmpty() {
        return certificates.isEmpty();
    }

    X509Certificate[] all() {
        return certificates.toArray(new X509Certificate[0]);
    }

    /**
     * Returns the first certificate that is one's own and those that vouch for it, each by the
     * next; empty if none is.
     */
    X509Certificate[] chainOf(Predicate<X509Certificate> isOwn) {
        List<X509Certificate> chain = new ArrayList<>();
        Predicate<X509Certificate> isNext = isOwn;
        for (int i = 0; i < certificates.size(); i++) {
            certificates.stream()
                    .filter(each -> !chain.contains(each))
                    .filter(isNext)
                    .findFirst()
                    .ifPresent(chain::add);
            if (chain.size() == i) {
                break;
            }
            X509Certificate last = chain.get(i);
            isNext = each -> each.getSubjectX500Principal().equals(last.getIssuerX500Principal());
        }
        return chain.toArray(new X509Certificate[0]);
    }
}
