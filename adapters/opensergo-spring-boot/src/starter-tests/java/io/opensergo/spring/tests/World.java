package io.opensergo.spring.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.governance.Governor;
import io.opensergo.governance.ResourceStats;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The application {@code shop}, which follows a control plane, all of it real and over sockets. */
final class World implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();
    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private final int controlPlanePort;
    private final ConfigurableApplicationContext context;
    private ControlPlane controlPlane;

    World(String type, Class<?>... sources) {
        this(type, List.of(), sources);
    }

    /** Starts with more settings than all tests have. */
    World(String type, List<String> settings, Class<?>... sources) {
        controlPlane = ControlPlane.builder().port(0).source(rules).start();
        controlPlanePort = controlPlane.port();
        context = new SpringApplication(sources).run(arguments(type, controlPlanePort, settings));
    }

    private static String[] arguments(String type, int controlPlanePort, List<String> settings) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "--spring.main.web-application-type=" + type,
                                "--spring.main.banner-mode=off",
                                "--spring.application.name=shop",
                                "--server.port=0",
                                "--server.tomcat.threads.max=8",
                                "--server.tomcat.accept-count=1000",
                                "--server.jetty.threads.max=16",
                                "--management.endpoints.web.exposure.include=*",
                                "--management.endpoint.health.show-details=always",
                                "--opensergo.server.exclude=/excluded/**",
                                "--opensergo.server.hosts=shop.example.com",
                                "--opensergo.endpoints=localhost:" + controlPlanePort));
        all.addAll(CloudSettings.NO_GATEWAY);
        settings.forEach(
                setting -> all.removeIf(each -> each.startsWith(setting.replaceAll("=.*", "="))));
        all.addAll(settings);
        return all.toArray(String[]::new);
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    Governor governor() {
        return bean(Governor.class);
    }

    void stopControlPlane() {
        controlPlane.close();
    }

    void startControlPlane() {
        controlPlane = ControlPlane.builder().port(controlPlanePort).source(rules).start();
    }

    /** Replaces all rules, and waits until they guard a resource. */
    void guard(String resource, String... documents) {
        publish(documents);
        await().atMost(PATIENCE)
                .until(() -> governor().plan().resources().equals(java.util.Set.of(resource)));
    }

    /** Replaces all rules, and waits until a router of a name is in force. */
    void route(String router, String... documents) {
        publish(documents);
        await().atMost(PATIENCE)
                .until(() -> governor().plan().routers().toString().contains(router));
    }

    void publish(String... documents) {
        List<Rule> read = new ArrayList<>();
        for (String document : documents) {
            var result = RuleReader.strict().read(document, "test");
            assertThat(result.allProblems()).isEmpty();
            read.addAll(result.rules());
        }
        rules.replaceAll(read);
    }

    URI uri(String path) {
        return URI.create(
                "http://localhost:"
                        + context.getEnvironment().getProperty("local.server.port")
                        + path);
    }

    HttpResponse<String> get(String path, String... headers) {
        return getLater(path, headers).join();
    }

    CompletableFuture<HttpResponse<String>> getLater(String path, String... headers) {
        return askLater("GET", path, headers);
    }

    HttpResponse<String> ask(String method, String path, String... headers) {
        return askLater(method, path, headers).join();
    }

    private CompletableFuture<HttpResponse<String>> askLater(
            String method, String path, String... headers) {
        var request =
                HttpRequest.newBuilder(uri(path))
                        .timeout(PATIENCE)
                        .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> postJson(String path, String json) {
        var request =
                HttpRequest.newBuilder(uri(path))
                        .timeout(PATIENCE)
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(json));
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString()).join();
    }

    List<Integer> statuses(int requests, String path) {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            statuses.add(get(path).statusCode());
        }
        return statuses;
    }

    /** Makes a request on a connection that the caller may cut. */
    Socket connect(String path) throws IOException {
        return connect(path, "localhost");
    }

    /** Makes a request to a host that the application may have. */
    Socket connect(String path, String host) throws IOException {
        URI uri = uri(path);
        var socket = new Socket("localhost", uri.getPort());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.getOutputStream()
                .write(
                        ("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Of a resource with a host it is the calls, of one with a path the requests that come in. */
    ResourceStats stats(String resource) {
        boolean isCall = resource.matches("[A-Z]+:[^/].*");
        return governor()
                .stats(resource, isCall ? TrafficDirection.OUTBOUND : TrafficDirection.INBOUND);
    }

    void awaitInFlight(String resource, long count) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(stats(resource).inFlight()).as(resource).isEqualTo(count));
    }

    @Override
    public void close() {
        context.close();
        controlPlane.close();
    }
}
