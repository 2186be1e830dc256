package io.opensergo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;

/**
 * A certificate for {@code localhost} that signs itself, by the JDK's own tool, since no API of it
 * makes certificates.
 */
final class TestCertificate {

    private TestCertificate() {}

    /** Writes {@code server.pem} and {@code server.key} into a directory. */
    static void make(Path directory) throws Exception {
        String store = directory.resolve("store.p12").toString();
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "server",
                                "-dname",
                                "CN=server",
                                "-ext",
                                "san=dns:localhost",
                                "-ext",
                                "bc:c",
                                "-keyalg",
                                "EC",
                                "-groupname",
                                "secp256r1",
                                "-keystore",
                                store,
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                "changeit")
                        .redirectErrorStream(true)
                        .start();
        String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(output).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(Path.of(store))) {
            keys.load(in, "changeit".toCharArray());
        }
        Files.writeString(
                directory.resolve("server.pem"),
                pem("CERTIFICATE", keys.getCertificate("server").getEncoded()));
        Files.writeString(
                directory.resolve("server.key"),
                pem("PRIVATE KEY", keys.getKey("server", "changeit".toCharArray()).getEncoded()));
    }

    private static String pem(String type, byte[] content) {
        return "-----BEGIN "
                + type
                + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
                + "\n-----END "
                + type
                + "-----\n";
    }
}
