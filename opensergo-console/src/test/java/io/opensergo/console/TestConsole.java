package io.opensergo.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.ControlPlaneBuilder;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.rulerepository.HistoryQuery;
import io.opensergo.rulerepository.InMemoryRuleRepository;
import io.opensergo.rulerepository.RuleChange;
import io.opensergo.rulerepository.RuleEdit;
import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.rulerepository.StoredRule;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A control plane with a repository behind it and a console in front, and a client of that. */
final class TestConsole implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** A repository whose content a control plane serves at once. */
    private static final class ServedRepository implements RuleRepository {

        private final RuleRepository stored = new InMemoryRuleRepository();
        private final InMemoryRuleSource source;
        private volatile @Nullable Throwable failure;
        private volatile @Nullable String readOnlyReason;

        ServedRepository(InMemoryRuleSource source) {
            this.source = source;
        }

        @Override
        public String name() {
            return "test memory";
        }

        @Override
        public @Nullable String readOnlyReason() {
            return readOnlyReason;
        }

        @Override
        public List<StoredRule> rules() {
            return stored.rules();
        }

        @Override
        public List<Problem> problems() {
            return stored.problems();
        }

        @Override
        public Optional<StoredRule> find(RuleId id) {
            return stored.find(id);
        }

        @Override
        public synchronized RuleChange commit(RuleEdit edit) {
            Throwable planned = failure;
            if (planned instanceof Error error) {
                throw error;
            }
            if (planned instanceof RuntimeException exception) {
                throw exception;
            }
            RuleChange change = stored.commit(edit);
            List<Rule> rules =
                    stored.rules().stream()
                            .map(each -> Objects.requireNonNull(each.rule()))
                            .toList();
            source.replaceAll(rules);
            return change;
        }

        @Override
        public List<RuleChange> history(HistoryQuery query) {
            return stored.history(query);
        }

        @Override
        public void close() {
            stored.close();
        }
    }

    /** An answer. */
    record Reply(HttpResponse<String> http) {

        int status() {
            return http.statusCode();
        }

        String body() {
            return http.body();
        }

        JsonNode json() {
            try {
                return OpenApiDocument.JSON.readTree(http.body());
            } catch (IOException e) {
                throw new AssertionError(http.body(), e);
            }
        }

        String header(String name) {
            return http.headers().firstValue(name).orElse("");
        }

        String problem() {
            return json().path("detail").asText();
        }

        /** Returns the cookie that it sets, as a client sends it back. */
        String cookie() {
            return header("set-cookie").split(";", 2)[0];
        }
    }

    private final InMemoryRuleSource source = new InMemoryRuleSource();
    private final ServedRepository repository = new ServedRepository(source);
    private final ControlPlane controlPlane;
    private final Console console;
    private final Map<String, String> defaults = new LinkedHashMap<>();

    /** Operations that were answered with what is described as their success. */
    static final Set<String> SERVED = new TreeSet<>();

    private TestConsole(
            Consumer<ControlPlaneBuilder> settings, Consumer<ConsoleBuilder> consoleSettings) {
        ControlPlaneBuilder builder = ControlPlane.builder().port(0).source(source);
        settings.accept(builder);
        controlPlane = builder.start();
        ConsoleBuilder consoleBuilder =
                Console.builder(controlPlane).port(0).repository(repository);
        consoleSettings.accept(consoleBuilder);
        console = consoleBuilder.start();
        defaults.put("X-OpenSergo-Console", "1");
    }

    /** Starts one that asks nobody who it is. */
    static TestConsole open() {
        return new TestConsole(settings -> {}, settings -> {});
    }

    static TestConsole with(Consumer<ControlPlaneBuilder> settings) {
        return new TestConsole(settings, each -> {});
    }

    static TestConsole with(
            Consumer<ControlPlaneBuilder> settings, Consumer<ConsoleBuilder> consoleSettings) {
        return new TestConsole(settings, consoleSettings);
    }

    ControlPlane controlPlane() {
        return controlPlane;
    }

    int port() {
        return console.port();
    }

    /** Has what is committed fail from now on; {@code null} ends that. */
    void failCommits(@Nullable Throwable failure) {
        repository.failure = failure;
    }

    void readOnly(@Nullable String reason) {
        repository.readOnlyReason = reason;
    }

    /** Stores rules without the console. */
    void store(String... texts) {
        RuleEdit.Builder edit = RuleEdit.by("test");
        for (String text : texts) {
            edit.create(text);
        }
        repository.commit(edit.build());
    }

    Reply get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    Reply post(String path, @Nullable Object body, String... headers) {
        return send("POST", path, body, headers);
    }

    /** Sends a request, and holds the answer against the description. */
    Reply send(String method, String path, @Nullable Object body, String... headers) {
        Reply reply = exchange(method, path, body, headers);
        String bare = path.split("\\?", 2)[0];
        if (!method.equals("HEAD")) {
            assertThat(OpenApiDocument.errors(method, bare, reply.status(), reply.body()))
                    .isEmpty();
        }
        if (reply.status() < 300) {
            SERVED.add(method + " " + bare);
        }
        return reply;
    }

    private Reply exchange(String method, String path, @Nullable Object body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://localhost:" + port() + path))
                        .timeout(PATIENCE)
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(text(body)));
        Map<String, String> all = new LinkedHashMap<>(defaults);
        if (body != null) {
            all.put("Content-Type", "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], headers[i + 1]);
        }
        all.forEach(
                (name, value) -> {
                    if (!value.isEmpty()) {
                        request.header(name, value);
                    }
                });
        try {
            return new Reply(HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new AssertionError(method + " " + path + " got no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String text(Object body) {
        try {
            return body instanceof String text
                    ? text
                    : OpenApiDocument.JSON.writeValueAsString(body);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static String query(String... namesAndValues) {
        var query = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            query.append(i == 0 ? '?' : '&')
                    .append(namesAndValues[i])
                    .append('=')
                    .append(URLEncoder.encode(namesAndValues[i + 1], StandardCharsets.UTF_8));
        }
        return query.toString();
    }

    /** Returns the path of a rate limit. */
    static String rule(String namespace, String name) {
        return "/api/v1/rule"
                + query("kind", "RateLimitStrategy", "namespace", namespace, "name", name);
    }

    @Override
    public void close() {
        console.close();
        controlPlane.close();
        repository.close();
    }
}
