package io.opensergo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The management server over sockets. */
class ManagementServerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();
    private volatile boolean isReady = true;
    private ManagementServer server;

    @BeforeEach
    void start() throws IOException {
        var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        server = new ManagementServer(anyPort, () -> isReady, this::metrics);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String metrics() {
        if (!isReady) {
            throw new IllegalStateException("on purpose");
        }
        return "one 1.0\n";
    }

    private HttpResponse<String> send(String method, String path) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .timeout(PATIENCE)
                        .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void answersProbesAndPrometheus() throws Exception {
        assertThat(send("GET", "/livez").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/readyz").body()).isEqualTo("ok\n");
        HttpResponse<String> metrics = send("GET", "/metrics");

        assertThat(metrics.body()).isEqualTo("one 1.0\n");
        assertThat(metrics.headers().firstValue("content-type").orElse(""))
                .isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        assertThat(metrics.headers().firstValue("cache-control")).contains("no-store");
    }

    @Test
    void livesWhileItIsNotReady() throws Exception {
        isReady = false;

        assertThat(send("GET", "/readyz").statusCode()).isEqualTo(503);
        assertThat(send("GET", "/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void answersHeadsWithoutABody() throws Exception {
        HttpResponse<String> head = send("HEAD", "/metrics");

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void refusesOtherPathsAndMethods() throws Exception {
        assertThat(send("GET", "/livez/x").statusCode()).isEqualTo(404);
        assertThat(send("GET", "/").body()).contains("/livez", "/readyz", "/metrics");
        assertThat(send("POST", "/metrics").statusCode()).isEqualTo(405);
        assertThat(send("POST", "/metrics").headers().firstValue("allow")).contains("GET, HEAD");
    }

    @Test
    void metricsThatFailDoNotHarmTheProbes() throws Exception {
        isReady = false;

        assertThatThrownBy(() -> send("GET", "/metrics")).isInstanceOf(IOException.class);
        assertThat(send("GET", "/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void aPortThatIsTakenIsAnError() {
        var taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());

        assertThatThrownBy(() -> new ManagementServer(taken, () -> true, () -> ""))
                .isInstanceOf(BindException.class);
    }
}
