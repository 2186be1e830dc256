package io.opensergo.etcd;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A real etcd on free ports of this machine, which can be killed and started again. */
public final class EtcdServer implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final int port = freePort();
    private final int peerPort = freePort();
    private final List<String> options;
    private @Nullable Process process;

    private EtcdServer(Path directory, String... options) {
        this.directory = directory;
        this.options = List.of(options);
    }

    /**
     * Starts a server, or skips the test where there is none.
     *
     * @param directory where its data and its log are
     */
    public static EtcdServer start(Path directory, String... options) {
        if (find("etcd") == null) {
            abort("needs etcd on the PATH (apt-get install etcd-server)");
        }
        var server = new EtcdServer(directory, options);
        server.start();
        return server;
    }

    private static @Nullable Path find(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(each -> Path.of(each, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void start() {
        String peer = "http://127.0.0.1:" + peerPort;
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "etcd",
                                "--name=test",
                                "--data-dir=" + directory.resolve("data"),
                                "--listen-client-urls=" + url(),
                                "--advertise-client-urls=" + url(),
                                "--listen-peer-urls=" + peer,
                                "--initial-advertise-peer-urls=" + peer,
                                "--initial-cluster=test=" + peer,
                                "--unsafe-no-fsync"));
        command.addAll(options);
        try {
            process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(
                                    ProcessBuilder.Redirect.appendTo(
                                            directory.resolve("etcd.log").toFile()))
                            .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Awaitility.await().atMost(PATIENCE).until(this::listens);
    }

    private boolean listens() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private String url() {
        return (isEncrypted() ? "https://127.0.0.1:" : "http://127.0.0.1:") + port;
    }

    private boolean isEncrypted() {
        return options.stream().anyMatch(each -> each.startsWith("--cert-file"));
    }

    /** Returns where it listens, as {@code host:port}. */
    public String endpoint() {
        return "127.0.0.1:" + port;
    }

    EtcdSettings settings() {
        return EtcdSettings.of(endpoint()).withRequestTimeout(PATIENCE);
    }

    /** Has it forget all states before one. */
    void compact(long revision) throws IOException, InterruptedException {
        post("kv/compaction", "{\"revision\": \"%d\"}".formatted(revision));
    }

    /** Lets nobody in but one user, who may do everything. */
    void enableUsers(String password) throws IOException, InterruptedException {
        post("auth/user/add", "{\"name\": \"root\", \"password\": \"%s\"}".formatted(password));
        post("auth/role/add", "{\"name\": \"root\"}");
        post("auth/user/grant", "{\"user\": \"root\", \"role\": \"root\"}");
        post("auth/enable", "{}");
    }

    private void post(String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> response =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(url() + "/v3/" + path))
                                        .POST(HttpRequest.BodyPublishers.ofString(body))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(response.body());
        }
    }

    /** Takes away what a server that has been killed has stored. */
    void forget() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("data"))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Ends it as a crash does. */
    void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
            try {
                running.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        kill();
    }
}
