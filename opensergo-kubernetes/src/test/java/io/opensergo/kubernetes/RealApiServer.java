package io.opensergo.kubernetes;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A kube-apiserver and its etcd as processes, if the environment names them: {@code KUBE_APISERVER}
 * and {@code ETCD}. It has no watch cache, so that what etcd has forgotten is gone at once.
 */
final class RealApiServer implements AutoCloseable {

    /** An answer of the API server. */
    record Answer(int code, JsonNode body, List<String> warnings) {

        String message() {
            return body.path("message").asText();
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ADMIN = "admin-token";
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Path binary;
    private final Path directory;
    private final int port = freePort();
    private final int etcdPort = freePort();
    private final Process etcd;
    private @Nullable Process server;
    private @Nullable HttpClient https;
    private final HttpClient http = HttpClient.newHttpClient();

    private RealApiServer(Path binary, Path etcdBinary, Path directory) throws Exception {
        this.binary = binary;
        this.directory = directory;
        writeKeys();
        etcd =
                run(
                        "etcd.log",
                        List.of(
                                etcdBinary.toString(),
                                "--data-dir=" + directory.resolve("etcd"),
                                "--listen-client-urls=http://127.0.0.1:" + etcdPort,
                                "--advertise-client-urls=http://127.0.0.1:" + etcdPort,
                                "--listen-peer-urls=http://127.0.0.1:" + freePort()));
    }

    /** Returns the binaries' server, started; empty if the environment does not name them. */
    static Optional<RealApiServer> start(Path directory) throws Exception {
        Path binary = path("KUBE_APISERVER");
        Path etcd = path("ETCD");
        if (binary == null || etcd == null) {
            return Optional.empty();
        }
        var started = new RealApiServer(binary, etcd, directory);
        try {
            started.launch();
        } catch (Exception | Error e) {
            started.close();
            throw e;
        }
        return Optional.of(started);
    }

    private static @Nullable Path path(String variable) {
        String value = System.getenv(variable);
        if (value == null || value.isBlank()) {
            return null;
        }
        Path path = Path.of(value);
        if (!Files.isExecutable(path)) {
            throw new IllegalStateException(variable + " is " + value + ", which cannot be run");
        }
        return path;
    }

    private void writeKeys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
        Files.writeString(
                directory.resolve("accounts.key"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
                        + "\n-----END PRIVATE KEY-----\n");
        Files.writeString(
                directory.resolve("tokens.csv"),
                ADMIN + ",admin,1,system:masters\nrules-token,rules,2\nother-token,other,3\n");
    }

    /** Starts the API server, on the port it always has, and waits until it answers. */
    void launch() throws Exception {
        String key = directory.resolve("accounts.key").toString();
        server =
                run(
                        "apiserver.log",
                        List.of(
                                binary.toString(),
                                "--etcd-servers=http://127.0.0.1:" + etcdPort,
                                "--etcd-compaction-interval=0",
                                "--watch-cache=false",
                                "--secure-port=" + port,
                                "--bind-address=127.0.0.1",
                                "--advertise-address=192.0.2.1",
                                "--endpoint-reconciler-type=none",
                                "--cert-dir=" + directory.resolve("certificates"),
                                "--token-auth-file=" + directory.resolve("tokens.csv"),
                                "--authorization-mode=RBAC",
                                "--disable-admission-plugins=ServiceAccount,NamespaceLifecycle",
                                "--service-cluster-ip-range=10.0.0.0/24",
                                "--service-account-issuer=https://kubernetes.default.svc",
                                "--service-account-key-file=" + key,
                                "--service-account-signing-key-file=" + key));
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(200))
                .until(
                        () -> {
                            if (!server.isAlive()) {
                                throw new IllegalStateException(
                                        "the API server has ended: "
                                                + Files.readString(
                                                        directory.resolve("apiserver.log")));
                            }
                            return Files.exists(certificate()) && isReady();
                        });
    }

    private boolean isReady() {
        try {
            return ask("GET", "/readyz", null, null).code() == 200
                    && ask("GET", "/api/v1/namespaces/kube-system", null, null).code() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends the API server as a crash does. */
    void kill() throws Exception {
        if (server != null) {
            server.destroyForcibly().waitFor();
        }
    }

    private Process run(String log, List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File(directory.toFile(), log)))
                .start();
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    Path certificate() {
        return directory.resolve("certificates/apiserver.crt");
    }

    String url() {
        return "https://127.0.0.1:" + port;
    }

    /** Writes a kubeconfig for a user, by its token. */
    Path kubeconfig(String token) throws IOException {
        return Files.writeString(
                directory.resolve("kubeconfig-" + token),
                """
                apiVersion: v1
                kind: Config
                current-context: test
                contexts:
                - {name: test, context: {cluster: here, user: me}}
                clusters:
                - {name: here, cluster: {server: "%s", certificate-authority: "%s"}}
                users:
                - {name: me, user: {token: %s}}
                """
                        .formatted(url(), certificate(), token));
    }

    Path adminKubeconfig() throws IOException {
        return kubeconfig(ADMIN);
    }

    /** Asks as an administrator. */
    Answer ask(String method, String path, @Nullable String type, @Nullable JsonNode body)
            throws IOException {
        HttpRequest.BodyPublisher publisher =
                body == null
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(body.toString());
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url() + path))
                        .timeout(LIMIT)
                        .header("Authorization", "Bearer " + ADMIN)
                        .method(method, publisher);
        if (type != null) {
            request.header("Content-Type", type);
        }
        try {
            if (https == null) {
                https = HttpClient.newBuilder().sslContext(trust(certificate())).build();
            }
            HttpResponse<String> response =
                    https.send(request.build(), HttpResponse.BodyHandlers.ofString());
            String text = response.body();
            JsonNode json = text.startsWith("{") ? JSON.readTree(text) : JSON.createObjectNode();
            return new Answer(response.statusCode(), json, response.headers().allValues("warning"));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static SSLContext trust(Path certificates) throws IOException {
        try (InputStream in = Files.newInputStream(certificates)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (Certificate each :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca" + store.size(), each);
            }
            TrustManagerFactory managers =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (java.security.GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** Applies an object as {@code kubectl apply --server-side} does. */
    Answer apply(String path, JsonNode object) throws IOException {
        String separator = path.contains("?") ? "&" : "?";
        return ask(
                "PATCH",
                path + separator + "fieldManager=test&force=true",
                "application/apply-patch+yaml",
                object);
    }

    Answer get(String path) throws IOException {
        return ask("GET", path, null, null);
    }

    Answer delete(String path) throws IOException {
        return ask("DELETE", path, null, null);
    }

    /**
     * Has etcd forget what was before now. Writes something of its own first: an etcd 3.4 loses the
     * deletion at the very revision that it compacts, and tells a watch from there nothing of it.
     */
    void compact() throws Exception {
        ObjectNode write = JSON.createObjectNode().put("key", base64("test")).put("value", "");
        long now = Long.parseLong(etcd("put", write).at("/header/revision").asText());
        etcd("compaction", JSON.createObjectNode().put("revision", Long.toString(now)));
    }

    /** Deletes an object while there is no API server. */
    void deleteBehindItsBack(String plural, String group, String namespace, String name)
            throws Exception {
        String key = "/registry/" + group + "/" + plural + "/" + namespace + "/" + name;
        JsonNode answer = etcd("deleterange", JSON.createObjectNode().put("key", base64(key)));
        if (answer.path("deleted").asInt() != 1) {
            throw new IllegalStateException(key + " was not there: " + answer);
        }
    }

    private JsonNode etcd(String operation, JsonNode body) throws Exception {
        HttpResponse<String> response =
                http.send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "http://127.0.0.1:"
                                                        + etcdPort
                                                        + "/v3/kv/"
                                                        + operation))
                                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IllegalStateException(operation + ": " + response.body());
        }
        return JSON.readTree(response.body());
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws Exception {
        List<Process> running = new ArrayList<>();
        if (server != null) {
            running.add(server);
        }
        running.add(etcd);
        for (Process each : running) {
            each.destroyForcibly().waitFor();
        }
    }
}
