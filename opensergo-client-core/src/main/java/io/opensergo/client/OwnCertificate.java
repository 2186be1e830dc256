package io.opensergo.client;

import io.opensergo.api.ConfigurationException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
        List<X509Certificate> all = PemFile.read("tls.certFile", certFile).certificates();
        byte[] encoded = PemFile.read("tls.keyFile", keyFile).privateKey();
        for (X509Certificate each : all) {
            PublicKey publicKey = each.getPublicKey();
            PrivateKey key = keyOf(publicKey, encoded);
            if (key != null && belongTogether(publicKey, key)) {
                return new OwnCertificate(key, inOrder(each, all));
            }
        }
        throw notTheKey(keyFile);
    }

    /** Returns the key, or {@code null} if it is damaged or of another algorithm. */
    private static @Nullable PrivateKey keyOf(PublicKey publicKey, byte[] encoded) {
        try {
            return KeyFactory.getInstance(publicKey.getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    /**
     * Returns the certificate of a key and those that vouch for it, each by the next. Files may
     * have them in another order, which servers refuse; those that vouch for none of them are left
     * out.
     */
    private static List<X509Certificate> inOrder(X509Certificate leaf, List<X509Certificate> all) {
        List<X509Certificate> chain = new ArrayList<>(List.of(leaf));
        X509Certificate last = leaf;
        while (last != null) {
            X509Certificate subject = last;
            last =
                    all.stream()
                            .filter(each -> !chain.contains(each))
                            .filter(
                                    each ->
                                            each.getSubjectX500Principal()
                                                    .equals(subject.getIssuerX500Principal()))
                            .findFirst()
                            .orElse(null);
            if (last != null) {
                chain.add(last);
            }
        }
        return chain;
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

    private static ConfigurationException notTheKey(Path keyFile) {
        return new ConfigurationException(
                "tls.keyFile",
                "must hold the key of the certificate in tls.certFile, but that in "
                        + keyFile
                        + " is another or damaged");
    }
}
