package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;

/**
 * A certificate that signs itself, made by the runtime's own tool.
 *
 * @param certificate the certificate in PEM
 * @param key its private key in PEM
 */
record TestCertificate(Path certificate, Path key) {

    private static final String PASSWORD = "changeit";

    /**
     * Makes a certificate.
     *
     * @param directory where its files go
     * @param name the name of the files
     * @param host the host that it is for
     */
    static TestCertificate make(Path directory, String name, String host) throws Exception {
        Path store = directory.resolve(name + ".p12");
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
                                "CN=" + host,
                                "-ext",
                                "SAN=dns:" + host)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve(name + ".log").toFile())
                        .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore loaded = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        return new TestCertificate(
                pem(
                        directory.resolve(name + "-cert.pem"),
                        "CERTIFICATE",
                        loaded.getCertificate("it").getEncoded()),
                pem(
                        directory.resolve(name + "-key.pem"),
                        "PRIVATE KEY",
                        loaded.getKey("it", PASSWORD.toCharArray()).getEncoded()));
    }

    private static Path pem(Path file, String type, byte[] bytes) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return Files.writeString(
                file, "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
    }
}
