package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.api.ConfigurationException;
import io.opensergo.testsupport.TestCertificate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people put into files that are to hold a certificate and a key. */
class PemFileTest {

    @TempDir static Path directory;

    private static TestCertificate own;
    private static TestCertificate other;
    private static TestCertificate signed;
    private static String cert;
    private static String key;

    @BeforeAll
    static void makeCertificates() throws Exception {
        own = TestCertificate.selfSigned(directory, "own");
        other = TestCertificate.selfSignedFor(directory, "other", "other");
        signed = TestCertificate.selfSigned(directory, "root").sign("signed");
        cert = Files.readString(own.certificate());
        key = Files.readString(own.key());
    }

    private static Path file(String text) throws Exception {
        return Files.writeString(Files.createTempFile(directory, "f", ".pem"), text);
    }

    private static Path bytes(byte[] content) throws Exception {
        return Files.write(Files.createTempFile(directory, "f", ".pem"), content);
    }

    private static X509Certificate ownCertificate() {
        return PemFile.read("tls.caFile", own.certificate()).certificates().get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"key first", "certificate first"})
    void oneFileMayHoldBoth(String order) throws Exception {
        Path both = file(order.equals("key first") ? key + cert : cert + key);

        OwnCertificate read = OwnCertificate.read(both, both);

        assertThat(read.chain()).containsExactly(ownCertificate());
        assertThat(PemFile.read("tls.caFile", both).certificates()).hasSize(1);
    }

    @Test
    void byteOrderMarkAndLinesOfWindowsAreRead() throws Exception {
        Path certFile = file("\uFEFF" + cert.replace("\n", "\r\n"));
        Path keyFile = file("\uFEFF" + key.replace("\n", "\r\n"));

        assertThat(OwnCertificate.read(certFile, keyFile).chain())
                .containsExactly(ownCertificate());
    }

    @Test
    void textBetweenBlocksIsSkipped() throws Exception {
        Path certFile = file("subject=CN = localhost\n" + cert + "\nBag Attributes\n");

        assertThat(OwnCertificate.read(certFile, own.key()).chain()).hasSize(1);
    }

    @Test
    void chainInTheWrongOrderIsPutRight() throws Exception {
        List<X509Certificate> inOrder =
                PemFile.read("tls.certFile", signed.certificate()).certificates();
        assertThat(inOrder).hasSize(2);
        String[] blocks =
                Files.readString(signed.certificate()).split("(?<=END CERTIFICATE-----\n)", -1);
        Path reversed = file(blocks[1] + cert + blocks[0]);

        assertThat(OwnCertificate.read(reversed, signed.key()).chain()).isEqualTo(inOrder);
    }

    @Test
    void keyOfNoneOfTheCertificatesIsNamed() throws Exception {
        assertThatThrownBy(() -> OwnCertificate.read(own.certificate(), other.key()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("tls.keyFile")
                .hasMessageContaining("must hold the key of the certificate in tls.certFile");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    -----BEGIN ENCRYPTED PRIVATE KEY-----AA-----END ENCRYPTED PRIVATE KEY----- \
                    | an encrypted key, for which there is no password; convert it with: openssl pkcs8 -topk8 -nocrypt
                    -----BEGIN RSA PRIVATE KEY-----AA-----END RSA PRIVATE KEY----- \
                    | a key in another form (RSA PRIVATE KEY); convert it with: openssl pkcs8 -topk8 -nocrypt
                    -----BEGIN EC PRIVATE KEY-----AA-----END EC PRIVATE KEY----- \
                    | a key in another form (EC PRIVATE KEY); convert it with: openssl pkcs8
                    -----BEGIN CERTIFICATE-----AA-----END CERTIFICATE----- \
                    | a file with certificates alone
                    -----BEGIN PRIVATE KEY-----AAAA | cut off or holds something else
                    hello | is none
                    """)
    void otherKeyFileIsNamedForWhatItIs(String content, String expected) throws Exception {
        Path keyFile = file(content);

        assertThatThrownBy(() -> OwnCertificate.read(own.certificate(), keyFile))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("tls.keyFile")
                .hasMessageContaining(keyFile.toString())
                .hasMessageContaining(expected);
    }

    @Test
    void traditionalEncryptedKeyIsNamedForWhatItIs() throws Exception {
        Path keyFile =
                file(
                        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES\n\nAA\n");

        assertThatThrownBy(() -> OwnCertificate.read(own.certificate(), keyFile))
                .hasMessageContaining("an encrypted key");
    }

    @Test
    void otherCertificateFileIsNamedForWhatItIs() throws Exception {
        assertWrong(
                bytes(ownCertificate().getEncoded()),
                "a certificate in DER; convert it with: openssl x509 -inform der");
        assertWrong(
                own.bundle().toTempKeyStoreFile("changeit".toCharArray()).toPath(),
                "binary (DER or PKCS#12)");
        assertWrong(bytes(cert.getBytes(StandardCharsets.UTF_16)), "in UTF-16");
        assertWrong(own.key(), "a file with a private key alone");
        assertWrong(file(""), "empty");
        assertWrong(file("hello"), "none");
        assertWrong(file(cert.substring(0, cert.length() / 2)), "cut off");
        assertWrong(
                bytes(new byte[] {(byte) 0xFE, (byte) 0xED, (byte) 0xFE, (byte) 0xED, 0}),
                "a Java key store");
        assertThatThrownBy(
                        () ->
                                PemFile.read(
                                                "tls.caFile",
                                                file(
                                                        cert
                                                                + "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"))
                                        .certificates())
                .hasMessageContaining("certificate 2 in")
                .hasMessageContaining("is damaged");
    }

    private static void assertWrong(Path file, String expected) {
        assertThatThrownBy(() -> PemFile.read("tls.caFile", file).certificates())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("tls.caFile")
                .hasMessageContaining(
                        "must name a PEM file with certificates, but " + file + " is ")
                .hasMessageContaining(expected);
    }
}
