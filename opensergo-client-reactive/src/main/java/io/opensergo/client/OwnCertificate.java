package io.opensergo.client;

import io.opensergo.api.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A client's certificate and its private key, which belong together.
 *
 * <p>The transport would find out that they do not only when a server asks for them; between the
 * two steps of a rotation they do not.
 *
 * @param key the private key
 * @param chain the certificate, and those that vouch for it
 */
record OwnCertificate(PrivateKey key, List<X509Certificate> chain) {

    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

    /** Returns everything but the key. */
    @Override
    public String toString() {
        return "OwnCertificate[" + chain.get(0).getSubjectX500Principal() + "]";
    }

    /**
     * Reads both.
     *
     * @throws ConfigurationException naming the setting that cannot be used; never part of the key
     */
    static OwnCertificate read(Path certFile, Path keyFile) {
        List<X509Certificate> chain = readChain(certFile);
        PublicKey publicKey = chain.get(0).getPublicKey();
        PrivateKey key = readKey(keyFile, publicKey.getAlgorithm());
        if (!belongTogether(publicKey, key)) {
            throw notTheKey(keyFile);
        }
        return new OwnCertificate(key, chain);
    }

    private static List<X509Certificate> readChain(Path certFile) {
        try (InputStream pem = Files.newInputStream(certFile)) {
            List<X509Certificate> chain =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem).stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (chain.isEmpty()) {
                throw notPem("tls.certFile", "certificates", certFile);
            }
            return chain;
        } catch (IOException e) {
            throw unreadable("tls.certFile", certFile);
        } catch (GeneralSecurityException e) {
            throw notPem("tls.certFile", "certificates", certFile);
        }
    }

    private static PrivateKey readKey(Path keyFile, String algorithm) {
        try {
            Matcher pem = PKCS8.matcher(Files.readString(keyFile, StandardCharsets.ISO_8859_1));
            if (!pem.find()) {
                throw notPem("tls.keyFile", "a private key in PKCS#8", keyFile);
            }
            byte[] encoded = Base64.getMimeDecoder().decode(pem.group(1));
            return KeyFactory.getInstance(algorithm)
                    .generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (IOException e) {
            throw unreadable("tls.keyFile", keyFile);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw notTheKey(keyFile);
        }
    }

    private static boolean belongTogether(PublicKey publicKey, PrivateKey key) {
        String algorithm = SIGNATURES.get(publicKey.getAlgorithm());
        if (algorithm == null) {
            return true;
        }
        byte[] probe = {1, 2, 3};
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(probe);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static ConfigurationException unreadable(String setting, Path file) {
        return new ConfigurationException(setting, "must name a readable file, was " + file);
    }

    private static ConfigurationException notPem(String setting, String expected, Path file) {
        return new ConfigurationException(
                setting, "must name a PEM file with " + expected + ", but " + file + " is none");
    }

    private static ConfigurationException notTheKey(Path keyFile) {
        return new ConfigurationException(
                "tls.keyFile",
                "must hold the key of the certificate in tls.certFile, but that in "
                        + keyFile
                        + " is another or damaged");
    }
}
