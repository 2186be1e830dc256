package io.opensergo.spring.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;

/** A certificate of {@code localhost} that signs itself, made by the runtime's own tool. */
final class SelfSigned {

    private static final String PASSWORD = "changeit";

    private SelfSigned() {}

    /** Makes a store, and beside it the file of the certificate, which is returned. */
    static Path make(Path store) throws Exception {
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-keystore",
                                store.toString(),
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                PASSWORD,
                                "-alias",
                                "it",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=localhost",
                                "-ext",
                                "SAN=dns:localhost")
                        .redirectErrorStream(true)
                        .redirectOutput(store.resolveSibling("keytool.log").toFile())
                        .start();
        assertThat(keytool.waitFor()).isZero();
        byte[] certificate = load(store).getCertificate("it").getEncoded();
        return pem(store.resolveSibling("certificate.pem"), "CERTIFICATE", certificate);
    }

    /** Returns the file of the private key. */
    static Path keyOf(Path store) throws Exception {
        byte[] key = load(store).getKey("it", PASSWORD.toCharArray()).getEncoded();
        return pem(store.resolveSibling("key.pem"), "PRIVATE KEY", key);
    }

    private static KeyStore load(Path store) throws Exception {
        return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    }

    private static Path pem(Path file, String type, byte[] bytes) throws Exception {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return Files.writeString(
                file,
                "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n",
                StandardCharsets.US_ASCII);
    }
}
