package io.opensergo.client;

import io.opensergo.api.ConfigurationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a PEM file, in their order. A file may hold a certificate and its key, begin with a
 * byte order mark and have lines of any system; text between blocks is skipped.
 *
 * <p>Whatever else a file is, an error says so and names the setting; never part of a key.
 */
final class PemFile {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----");
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String PKCS8 = "PRIVATE KEY";

    private final String setting;
    private final Path file;
    private final byte[] bytes;
    private final String text;

    private PemFile(String setting, Path file, byte[] bytes) {
        this.setting = setting;
        this.file = file;
        this.bytes = bytes;
        this.text = new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /**
     * Reads a file.
     *
     * @param setting what names it
     * @throws ConfigurationException if it cannot be read
     */
    static PemFile read(String setting, Path file) {
        try {
            return new PemFile(setting, file, Files.readAllBytes(file));
        } catch (IOException e) {
            throw new ConfigurationException(setting, "must name a readable file, was " + file);
        }
    }

    /** Returns the certificates, one at least. */
    List<X509Certificate> certificates() {
        List<X509Certificate> certificates = new ArrayList<>(2);
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            if (block.group(1).endsWith(CERTIFICATE)) {
                certificates.add(certificate(block.group(2), certificates.size() + 1));
            }
        }
        if (certificates.isEmpty()) {
            String other = keyTypes().isEmpty() ? "" : "a file with a private key alone";
            throw wrong("certificates", other, "");
        }
        return certificates;
    }

    private X509Certificate certificate(String body, int number) {
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(body);
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(encoded));
        } catch (CertificateException | IllegalArgumentException e) {
            throw new ConfigurationException(
                    setting, "certificate " + number + " in " + file + " is damaged");
        }
    }

    /** Returns the bytes of the private key, in PKCS#8. */
    byte[] privateKey() {
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            if (block.group(1).equals(PKCS8)) {
                return privateKey(block.group(2));
            }
        }
        String expected = "a private key in PKCS#8";
        String toPkcs8 = "openssl pkcs8 -topk8 -nocrypt -in " + file + " -out key.pem";
        for (String type : keyTypes()) {
            if (type.startsWith("ENCRYPTED") || text.contains("Proc-Type: 4,ENCRYPTED")) {
                throw wrong(expected, "an encrypted key, for which there is no password", toPkcs8);
            }
            if (!type.equals(PKCS8)) {
                throw wrong(expected, "a key in another form (" + type + ")", toPkcs8);
            }
        }
        throw wrong(
                expected, text.contains(CERTIFICATE) ? "a file with certificates alone" : "", "");
    }

    /** The cause would show a part of the key. */
    private byte[] privateKey(String body) {
        try {
            return Base64.getMimeDecoder().decode(body);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    setting, "the private key in " + file + " is damaged; copy it again");
        }
    }

    private List<String> keyTypes() {
        return BEGIN.matcher(text)
                .results()
                .map(begin -> begin.group(1))
                .filter(type -> type.endsWith(PKCS8))
                .toList();
    }

    private ConfigurationException wrong(String expected, String known, String command) {
        String found = known.isEmpty() ? kind() : known;
        String fix = command.isEmpty() ? fix() : command;
        return new ConfigurationException(
                setting,
                "must name a PEM file with "
                        + expected
                        + ", but "
                        + file
                        + " is "
                        + found
                        + (fix == null ? "" : "; convert it with: " + fix));
    }

    /** Says what a file is that has none of the blocks that are wanted. */
    private String kind() {
        if (bytes.length == 0) {
            return "empty";
        }
        if (isDer()) {
            return isDerCertificate() ? "a certificate in DER" : "binary (DER or PKCS#12)";
        }
        if (startsWith(0xFE, 0xFF) || startsWith(0xFF, 0xFE)) {
            return "in UTF-16";
        }
        if (startsWith(0xFE, 0xED, 0xFE, 0xED)) {
            return "a Java key store";
        }
        return BEGIN.matcher(text).find() ? "cut off or holds something else" : "none";
    }

    private @Nullable String fix() {
        return isDerCertificate()
                ? "openssl x509 -inform der -in " + file + " -out cert.pem"
                : null;
    }

    /** A sequence of more than 127 bytes. */
    private boolean isDer() {
        return startsWith(0x30, 0x82) || startsWith(0x30, 0x81) || startsWith(0x30, 0x83);
    }

    private boolean isDerCertificate() {
        try {
            return isDer()
                    && CertificateFactory.getInstance("X.509")
                                    .generateCertificate(new ByteArrayInputStream(bytes))
                            != null;
        } catch (CertificateException e) {
            return false;
        }
    }

    private boolean startsWith(int... magic) {
        for (int i = 0; i < magic.length; i++) {
            if (i >= bytes.length || (bytes[i] & 0xFF) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
