package io.opensergo.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Certificates made for a test by the JDK's own tool, as PEM files in a directory. */
final class Certificates {

    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Path directory;

    Certificates(Path directory) {
        this.directory = directory;
    }

    Path cert(String name) {
        return directory.resolve(name + ".pem");
    }

    Path key(String name) {
        return directory.resolve(name + ".key");
    }

    /** Makes a CA. */
    void makeCa(String name) throws Exception {
        keytool("-genkeypair", "-alias", name, "-dname", "CN=" + name, "-ext", "bc:c");
        export(name);
    }

    /** Makes the certificate of a server or client, for this machine, signed by a CA. */
    void make(String name, String ca, String... more) throws Exception {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "-genkeypair",
                                "-alias",
                                name,
                                "-dname",
                                "CN=" + name,
                                "-signer",
                                ca,
                                "-ext",
                                "san=dns:localhost,ip:127.0.0.1,uri:spiffe://test/" + name));
        arguments.addAll(List.of(more));
        keytool(arguments.toArray(String[]::new));
        export(name);
    }

    /** Puts a certificate and its key in the place of another one's, each at once. */
    void rotate(String name, String toName) throws IOException {
        rotate(name, cert(toName), key(toName));
    }

    void rotate(String name, Path toCert, Path toKey) throws IOException {
        replace(cert(name), toCert);
        replace(key(name), toKey);
    }

    static void replace(Path file, Path by) throws IOException {
        Path draft = file.resolveSibling("draft");
        Files.copy(by, draft);
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private void keytool(String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString()));
        command.addAll(List.of(arguments));
        command.addAll(
                List.of(
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-keystore",
                        directory.resolve("store.p12").toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    private void export(String name) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(directory.resolve("store.p12"))) {
            store.load(in, PASSWORD);
        }
        var chain = new StringBuilder();
        for (Certificate certificate : store.getCertificateChain(name)) {
            chain.append(pem("CERTIFICATE", certificate.getEncoded()));
        }
        Files.writeString(cert(name), chain);
        Files.writeString(key(name), pem("PRIVATE KEY", store.getKey(name, PASSWORD).getEncoded()));
    }

    private static String pem(String type, byte[] content) {
        return "-----BEGIN "
                + type
                + "-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(content)
                + "\n-----END "
                + type
                + "-----\n";
    }
}
