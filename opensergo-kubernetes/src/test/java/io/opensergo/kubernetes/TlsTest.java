package io.opensergo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.TestCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An API server that is known by a certificate and asks for one, as those of real clusters do. */
class TlsTest {

    @TempDir private static Path keys;
    private static TestCertificate serverKeys;
    private static TestCertificate clientKeys;
    private static TestCertificate otherKeys;

    private final Recorder heard = new Recorder();

    @TempDir private Path directory;
    private ScriptedApiServer server;
    private KubernetesRuleSource source;

    @BeforeAll
    static void makeKeys() throws Exception {
        serverKeys = TestCertificate.selfSigned(keys, "server");
        clientKeys = TestCertificate.selfSigned(keys, "client");
        otherKeys = TestCertificate.selfSigned(keys, "other");
    }

    @BeforeEach
    void startServer() throws Exception {
        server =
                new ScriptedApiServer(
                        new NeedingClients(
                                serverKeys.contextTrusting(clientKeys).getServerSocketFactory()));
        server.install(RateLimitStrategy.KIND);
        server.apply(RateLimitStrategy.KIND, "shop", "a", ScriptedCluster.rate(1));
    }

    @AfterEach
    void end() throws Exception {
        if (source != null) {
            source.close();
        }
        server.close();
    }

    @Test
    void certificatesOfTheKubeconfigProveBothSides() throws Exception {
        start(kubeconfig(serverKeys, clientKeys));
        assertThat(heard.names()).hasSize(1);

        server.apply(RateLimitStrategy.KIND, "shop", "b", ScriptedCluster.rate(1));

        await().until(() -> heard.names().size() == 2);
    }

    @Test
    void serverThatTheKubeconfigDoesNotKnowIsSaidAtOnce() throws Exception {
        Path kubeconfig = kubeconfig(otherKeys, clientKeys);

        assertThatThrownBy(() -> start(kubeconfig))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContainingAll(
                        "https://localhost:", "certificate-authority of the kubeconfig", "PKIX");
    }

    @Test
    void keyThatCannotBeUsedIsSaid() throws Exception {
        Path kubeconfig = kubeconfig(serverKeys, clientKeys);
        String text = Files.readString(kubeconfig);
        Files.writeString(
                kubeconfig, text.replaceFirst("client-key-data: [^}]+", "client-key-data: bm8="));

        assertThatThrownBy(() -> start(kubeconfig))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("the key or the proxy of the kubeconfig cannot be used");
    }

    private void start(Path kubeconfig) {
        source =
                KubernetesRuleSource.builder()
                        .kubeconfig(kubeconfig)
                        .startTimeout(Duration.ofSeconds(60))
                        .timing(ScriptedCluster.QUICK)
                        .build();
        source.start(heard);
    }

    private Path kubeconfig(TestCertificate authority, TestCertificate me) throws IOException {
        return Files.writeString(
                directory.resolve("kubeconfig"),
                """
                current-context: test
                contexts: [{name: test, context: {cluster: here, user: me}}]
                clusters:
                - {name: here, cluster: {server: "%s", certificate-authority-data: %s}}
                users:
                - {name: me, user: {client-certificate-data: %s, client-key-data: %s}}
                """
                        .formatted(
                                server.url().replace("http:", "https:"),
                                data(authority.certificate()),
                                data(me.certificate()),
                                data(me.key())));
    }

    private static String data(Path file) throws IOException {
        return Base64.getEncoder().encodeToString(Files.readAllBytes(file));
    }

    /** The JDK has this as a property of each socket alone. */
    private static final class NeedingClients extends ServerSocketFactory {

        private final ServerSocketFactory factory;

        NeedingClients(ServerSocketFactory factory) {
            this.factory = factory;
        }

        @Override
        public ServerSocket createServerSocket() throws IOException {
            var socket = (SSLServerSocket) factory.createServerSocket();
            socket.setNeedClientAuth(true);
            return socket;
        }

        @Override
        public ServerSocket createServerSocket(int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog, InetAddress address) {
            throw new UnsupportedOperationException();
        }
    }
}
