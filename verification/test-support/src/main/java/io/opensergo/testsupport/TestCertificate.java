package io.opensergo.testsupport;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.time.Instant;
import javax.net.ssl.SSLContext;

/**
 * A certificate and its private key, in memory and in files.
 *
 * @param bundle both, as key stores and factories
 * @param certificate the certificate in PEM, followed by those of whoever signed it
 * @param key the private key in PEM
 */
public record TestCertificate(X509Bundle bundle, Path certificate, Path key) {

    /**
     * Makes a certificate of {@code CN=name} for {@code localhost} and 127.0.0.1 that vouches for
     * itself and may sign others.
     *
     * @param directory where its files go
     * @param name its name and that of its files
     */
    public static TestCertificate selfSigned(Path directory, String name) throws Exception {
        return selfSigned(directory, name, ofThisHost(name));
    }

    /**
     * Makes a certificate of {@code CN=name} for another host that vouches for itself.
     *
     * @param directory where its files go
     * @param name its name and that of its files
     * @param host the host that it is for
     */
    public static TestCertificate selfSignedFor(Path directory, String name, String host)
            throws Exception {
        return selfSigned(directory, name, named(name).addSanDnsName(host));
    }

    private static TestCertificate selfSigned(
            Path directory, String name, CertificateBuilder certificate) throws Exception {
        return of(
                certificate.setIsCertificateAuthority(true).buildSelfSigned(),
                directory.resolve(name + ".pem"));
    }

    /**
     * Makes a certificate of {@code CN=name} that this one signs, for {@code localhost}, 127.0.0.1
     * and {@code spiffe://test/name}.
     *
     * @param name its name and that of its files, which are beside those of this one
     */
    public TestCertificate sign(String name) throws Exception {
        return sign(name, ofThisHost(name));
    }

    /** Makes a certificate as {@link #sign(String)} does that is valid between two times alone. */
    public TestCertificate sign(String name, Instant from, Instant until) throws Exception {
        return sign(name, ofThisHost(name).notBefore(from).notAfter(until));
    }

    private TestCertificate sign(String name, CertificateBuilder other) throws Exception {
        return of(
                other.addSanUriName("spiffe://test/" + name).buildIssuedBy(bundle),
                certificate.resolveSibling(name + ".pem"));
    }

    private static CertificateBuilder ofThisHost(String name) {
        return named(name).addSanDnsName("localhost").addSanIpAddress("127.0.0.1");
    }

    private static CertificateBuilder named(String name) {
        return new CertificateBuilder().subject("CN=" + name);
    }

    private static TestCertificate of(X509Bundle bundle, Path file) throws IOException {
        String chain =
                bundle.isSelfSigned()
                        ? bundle.getCertificatePEM()
                        : bundle.getCertificatePathPEM() + bundle.getRootCertificatePEM();
        String name = file.getFileName().toString().replace(".pem", ".key");
        return new TestCertificate(
                bundle,
                Files.writeString(file, withUnixLines(chain)),
                Files.writeString(
                        file.resolveSibling(name), withUnixLines(bundle.getPrivateKeyPEM())));
    }

    private static String withUnixLines(String text) {
        return text.replace("\r", "");
    }

    /** Puts another certificate and its key into the place of these, one file after the other. */
    public void replaceBy(TestCertificate other) throws IOException {
        replace(certificate, other.certificate);
        replace(key, other.key);
    }

    /** Puts a copy of a file into the place of another one, at once. */
    public static void replace(Path file, Path by) throws IOException {
        Path draft = Files.copy(by, file.resolveSibling("draft"));
        Files.move(
                draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Returns a context that shows this certificate and trusts itself. */
    public SSLContext context() throws GeneralSecurityException {
        return contextTrusting(this);
    }

    /** Returns a context that shows this certificate and trusts another one. */
    public SSLContext contextTrusting(TestCertificate other) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                bundle.toKeyManagerFactory().getKeyManagers(),
                other.bundle.toTrustManagerFactory().getTrustManagers(),
                null);
        return context;
    }
}
