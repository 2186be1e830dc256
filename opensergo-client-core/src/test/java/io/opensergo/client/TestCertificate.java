package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

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
        keytool(directory, store, "it", host);
        return export(directory, store, name);
    }

    /** Makes a certificate that another one signs, whose file holds both. */
    static TestCertificate makeSigned(Path directory, String name, String host) throws Exception {
        Path store = directory.resolve(name + ".p12");
        keytool(directory, store, "root", "root", "-ext", "bc:c");
        keytool(directory, store, "it", host, "-signer", "root");
        return export(directory, store, name);
    }

    private static void keytool(
            Path directory, Path store, String alias, String host, String... more)
            throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
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
                                alias,
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=" + host,
                                "-ext",
                                "SAN=dns:" + host));
        command.addAll(List.of(more));
        Process keytool =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("keytool.log").toFile())
                        .start();
        assertThat(keytool.waitFor()).isZero();
    }

    private static TestCertificate export(Path directory, Path store, String name)
            throws Exception {
        KeyStore loaded = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        var chain = new StringBuilder();
        for (Certificate each : loaded.getCertificateChain("it")) {
            chain.append(pem("CERTIFICATE", each.getEncoded()));
        }
        return new TestCertificate(
                Files.writeString(directory.resolve(name + "-cert.pem"), chain),
                Files.writeString(
                        directory.resolve(name + "-key.pem"),
                        pem(
                                "PRIVATE KEY",
                                loaded.getKey("it", PASSWORD.toCharArray()).getEncoded())));
    }

    private static String pem(String type, byte[] bytes) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
    }
}
