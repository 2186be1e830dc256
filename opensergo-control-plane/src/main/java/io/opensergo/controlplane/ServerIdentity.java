package io.opensergo.controlplane;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.CertificateUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates and the key in force, and the files that they are taken from.
 *
 * <p>gRPC's own managers hold them; what they lack is done here: files are taken together or not at
 * all, only when two looks in a row found the same, so that a rotation under way is not judged, and
 * what is wrong with them is logged once. Files that were refused are tried again at each look,
 * since a certificate may be there before it is valid.
 *
 * <p>For one thread at a time, each after the other.
 */
final class ServerIdentity {

    private static final Logger LOG = LoggerFactory.getLogger(ServerIdentity.class);

    /**
     * A certificate is not judged again when its session is resumed, which a client whose
     * connection has its age does at once: as short as the JDK can be told.
     */
    private static final long SESSION_SECONDS = 1;

    /** What the files hold, which is never printed. */
    private record Contents(String cert, String key, String clientCa) {

        @Override
        public String toString() {
            return "Contents[hidden]";
        }
    }

    /** Files that cannot be used; the message names the file and the fix. */
    private static final class UnusableException extends Exception {

        private static final long serialVersionUID = 1;

        UnusableException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    private final ServerTls files;
    private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
    private final AdvancedTlsX509TrustManager trust;
    private Contents inForce;
    private Contents seen;
    private String lastFault = "";

    /**
     * @throws UncheckedIOException if a file cannot be used
     */
    ServerIdentity(ServerTls files) {
        this.files = files;
        try {
            trust =
                    AdvancedTlsX509TrustManager.newBuilder()
                            .setVerification(
                                    AdvancedTlsX509TrustManager.Verification
                                            .CERTIFICATE_ONLY_VERIFICATION)
                            .build();
            inForce = readAll();
            seen = inForce;
            use(inForce);
        } catch (UnusableException e) {
            throw new UncheckedIOException(e.getMessage(), new IOException(e));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("an empty trust manager cannot be made", e);
        }
    }

    /**
     * Returns a context that asks for the certificates of each handshake's time.
     *
     * <p>It is the JDK's and not OpenSSL's, which tells clients for ever the CAs that it was made
     * with; many clients then do not show a certificate of another one.
     */
    SslContext context() {
        SslContextBuilder builder =
                SslContextBuilder.forServer(keys).sessionTimeout(SESSION_SECONDS);
        if (files.clientCaFile() != null) {
            builder.trustManager(trust).clientAuth(ClientAuth.REQUIRE);
        }
        try {
            return GrpcSslContexts.configure(builder, SslProvider.JDK).build();
        } catch (SSLException e) {
            throw new IllegalStateException("the JDK's TLS cannot be used", e);
        }
    }

    /** Returns a context of the JDK's own with the same certificates, key and trust. */
    SSLContext jdkContext() {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(
                    new KeyManager[] {keys},
                    requiresClientCertificates() ? new TrustManager[] {trust} : null,
                    null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK's TLS cannot be used", e);
        }
    }

    boolean requiresClientCertificates() {
        return files.clientCaFile() != null;
    }

    /** Looks at the files, and takes what is new and settled. */
    void reload() {
        try {
            Contents now = readAll();
            boolean settled = now.equals(seen);
            seen = now;
            if (settled && now.equals(inForce)) {
                lastFault = "";
            } else if (settled) {
                use(now);
                inForce = now;
                lastFault = "";
                LOG.info("The TLS files have changed and are in force, {} first", files.certFile());
            }
        } catch (UnusableException e) {
            report(e);
        }
    }

    private void report(UnusableException e) {
        String fault = String.valueOf(e.getMessage());
        if (!fault.equals(lastFault)) {
            lastFault = fault;
            LOG.warn("The TLS files of before stay in force: {}", fault);
        }
    }

    private Contents readAll() throws UnusableException {
        Path clientCaFile = files.clientCaFile();
        return new Contents(
                read(files.certFile()),
                read(files.keyFile()),
                clientCaFile == null ? "" : read(clientCaFile));
    }

    private static String read(Path file) throws UnusableException {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UnusableException(
                    "the TLS file "
                            + file
                            + " cannot be read: name a file that this process may"
                            + " read",
                    e);
        }
    }

    private void use(Contents contents) throws UnusableException {
        CertificateFile certificates = certificates(files.certFile(), contents.cert());
        PrivateKey key = key(files.keyFile(), contents.key());
        X509Certificate[] chain = certificates.chainOf(each -> isPair(each, key));
        if (chain.length == 0) {
            throw new UnusableException(otherPair(), null);
        }
        requireValid(chain[0]);
        Path clientCaFile = files.clientCaFile();
        if (clientCaFile != null) {
            trust(clientCaFile, certificates(clientCaFile, contents.clientCa()));
        }
        keys.updateIdentityCredentials(chain, key);
    }

    private void trust(Path clientCaFile, CertificateFile clientCa) throws UnusableException {
        try {
            trust.updateTrustCredentials(clientCa.all());
        } catch (IOException | GeneralSecurityException e) {
            throw new UnusableException(
                    clientCaFile + " holds certificates that cannot be trusted", e);
        }
    }

    private static CertificateFile certificates(Path file, String content)
            throws UnusableException {
        try {
            CertificateFile found = CertificateFile.of(content);
            if (!found.isEmpty()) {
                return found;
            }
        } catch (GeneralSecurityException e) {
            throw new UnusableException("a certificate in " + file + " is damaged", e);
        }
        throw new UnusableException(notPem(file, "a certificate"), null);
    }

    /** The cause is left out, since its message may hold parts of the key. */
    private static PrivateKey key(Path file, String content) throws UnusableException {
        try {
            PrivateKey key = CertificateUtils.getPrivateKey(stream(content));
            if (key != null) {
                return key;
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            LOG.debug("Reading a private key failed with {}", e.getClass().getName());
        }
        throw new UnusableException(
                notPem(file, "an RSA or EC private key in PKCS#8 (BEGIN PRIVATE KEY)"), null);
    }

    private static InputStream stream(String content) {
        return new ByteArrayInputStream(content.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String notPem(Path file, String what) {
        return file + " must hold " + what + " in PEM, but does not";
    }

    private void requireValid(X509Certificate certificate) throws UnusableException {
        try {
            certificate.checkValidity();
        } catch (GeneralSecurityException e) {
            throw new UnusableException(
                    "the certificate in "
                            + files.certFile()
                            + " is valid only from "
                            + certificate.getNotBefore().toInstant()
                            + " to "
                            + certificate.getNotAfter().toInstant()
                            + ": renew it",
                    e);
        }
    }

    private static boolean isPair(X509Certificate certificate, PrivateKey key) {
        byte[] text = new byte[32];
        String algorithm = key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
        try {
            var signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private String otherPair() {
        return "the key in "
                + files.keyFile()
                + " is not that of a certificate in "
                + files.certFile()
                + ": put the two of one pair there";
    }
}
