package io.opensergo.classpath;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.controlplane.ServerTls;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.testsupport.TestCertificate;
import java.nio.file.Path;

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
        TestCertificate own = TestCertificate.selfSigned(directory, "localhost");
        var tls = ServerTls.of(own.certificate(), own.key());
        return new SecureControlPlane(
                start(tls),
                start(tls.withClientCa(own.certificate())),
                own.certificate(),
                own.key());
    }

    private static ControlPlane start(ServerTls tls) throws Exception {
        var source = new InMemoryRuleSource();
        source.put(RuleReader.strict().read(RULES, "rules.yaml").orThrow());
        return ControlPlane.builder().port(0).tls(tls).source(source).start();
    }

    @Override
    public void close() {
        tls.close();
        mutualTls.close();
    }
}
