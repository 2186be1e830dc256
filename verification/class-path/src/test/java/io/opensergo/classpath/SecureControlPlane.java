package io.opensergo.classpath;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.controlplane.ServerTls;
import io.opensergo.rules.document.RuleReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;

/**
 * Two control planes in this process that serve one rule, one by TLS, one by mutual TLS, and the
 * files of one certificate, which all ends show and trust.
 *
 * @param tls the first
 * @param mutualTls the second
 * @param certificate the certificate in PEM
 * @param key its private key in PEM
 */
record SecureControlPlane(ControlPlane tls, ControlPlane mutualTls, Path certificate, Path key)
        implements AutoCloseable {

    private static final String PASSWORD = "changeit";

    private static final String RULES =
            """
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: RateLimitStrategy
            metadata: {name: orders-per-hour, labels: {app: shop}}
            spec: {metricType: RequestAmount, limitMode: Local, threshold: 1, statDurationSeconds: 3600}
            ---
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: FaultToleranceRule
            metadata: {name: protect-orders, labels: {app: shop}}
            spec:
              targets: [{targetResourceName: "POST:/orders"}]
              strategies: [{name: orders-per-hour, kind: RateLimitStrategy}]
            """;

    static SecureControlPlane start(Path directory) throws Exception {
        Path store = directory.resolve("store.p12");
        makeCertificate(store);
        var entries = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        Certificate made = entries.getCertificate("it");
        Path certificate = directory.resolve("certificate.pem");
        Path key = directory.resolve("key.pem");
        Files.writeString(certificate, pem("CERTIFICATE", made.getEncoded()));
        Files.writeString(
                key, pem("PRIVATE KEY", entries.getKey("it", PASSWORD.toCharArray()).getEncoded()));

        var tls = ServerTls.of(certificate, key);
        return new SecureControlPlane(
                start(tls), start(tls.withClientCa(certificate)), certificate, key);
    }

    private static ControlPlane start(ServerTls tls) throws Exception {
        var source = new InMemoryRuleSource();
        source.put(RuleReader.strict().read(RULES, "rules.yaml").orThrow());
        return ControlPlane.builder().port(0).tls(tls).source(source).start();
    }

    private static void makeCertificate(Path store) throws Exception {
        Forked keytool =
                Forked.run(
                        Jdk.current().home().resolve("bin").resolve("keytool"),
                        List.of(
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
                                "SAN=dns:localhost",
                                "-ext",
                                "bc:c"),
                        store.getParent());
        if (keytool.exitCode() != 0) {
            throw new IllegalStateException(keytool.output());
        }
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

    @Override
    public void close() {
        tls.close();
        mutualTls.close();
    }
}
