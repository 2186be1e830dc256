package io.opensergo.vertx;

import static io.opensergo.vertx.World.PATIENCE;
import static io.opensergo.vertx.World.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.ConfigurationException;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.DirectoryRuleSource;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.testsupport.Documents;
import io.opensergo.testsupport.JavaCommand;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an application gets when it starts, and when the control plane comes, goes or errs. */
@Tag("one-version")
class StartTest {

    private static final String[] NONE_ALLOWED = {
        Documents.rateLimit("none", 0, 1), Documents.rule("GET:/", "RateLimitStrategy", "none")
    };

    @Test
    void withoutASettingNothingIsGoverned() {
        Vertx vertx = Vertx.vertx();
        OpenSergoVertx openSergo = OpenSergoVertx.fromEnvironment(vertx, "shop");

        assertThat(openSergo.governor().ready().blockOptional(PATIENCE)).isEmpty();
        assertThat(openSergo.governor().plan().resources()).isEmpty();

        get(openSergo.close());
        get(openSergo.close());
        get(vertx.close());
    }

    @Test
    void aMalformedSettingIsAnErrorThatNamesIt() {
        Vertx vertx = Vertx.vertx();

        assertThatThrownBy(
                        () ->
                                OpenSergoVertx.builder(vertx, "shop")
                                        .client(client -> client.endpoints("no port:x"))
                                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("endpoint");

        get(vertx.close());
    }

    @Test
    void aStartThatFailsLeavesNoConnectionBehind() {
        Vertx vertx = Vertx.vertx();
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).start()) {
            Set<Thread> before = threadsOfClients();

            assertThatThrownBy(
                            () ->
                                    OpenSergoVertx.builder(vertx, "shop")
                                            .client(World.to(controlPlane.port()))
                                            .governor(
                                                    governor -> {
                                                        throw new IllegalStateException("no");
                                                    })
                                            .build())
                    .hasMessage("no");

            await().atMost(PATIENCE).until(() -> before.containsAll(threadsOfClients()));
        }
        get(vertx.close());
    }

    private static Set<Thread> threadsOfClients() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("opensergo-client"))
                .collect(Collectors.toSet());
    }

    @Test
    void aControlPlaneMayComeLater() throws Exception {
        int port = freePort();
        Vertx vertx = Vertx.vertx();
        OpenSergoVertx openSergo =
                OpenSergoVertx.builder(vertx, "shop").client(World.to(port)).build();
        Router router = Router.router(vertx);
        router.get("/").handler(openSergo.serverHandler()).handler(context -> context.end());
        int server = serve(vertx, router);
        HttpClientAgent client = vertx.createHttpClient();
        assertThat(get(World.get(client, server, "/")).status()).isEqualTo(200);

        InMemoryRuleSource rules = new InMemoryRuleSource();
        rules.put(World.read(NONE_ALLOWED));
        try (ControlPlane controlPlane = ControlPlane.builder().port(port).source(rules).start()) {
            await().atMost(PATIENCE)
                    .until(() -> get(World.get(client, server, "/")).status() == 429);
        }

        get(client.close());
        get(openSergo.close());
        get(vertx.close());
    }

    @Test
    void rulesStayWhenTheControlPlaneGoesAndGoWhenTheyAreDeleted() {
        try (World world = new World()) {
            Router router = world.router();
            router.get("/").handler(world.openSergo.serverHandler()).handler(c -> c.end());
            int port = world.serve(router);
            HttpClientAgent client = world.client(HttpVersion.HTTP_1_1);
            world.guard("GET:/", NONE_ALLOWED);
            assertThat(get(World.get(client, port, "/")).status()).isEqualTo(429);

            world.follow(plan -> plan.resources().isEmpty());
            await().atMost(PATIENCE).until(() -> get(World.get(client, port, "/")).status() == 200);
            world.guard("GET:/", NONE_ALLOWED);
            world.controlPlane.close();

            for (int i = 0; i < 20; i++) {
                assertThat(get(World.get(client, port, "/")).status()).isEqualTo(429);
            }
        }
    }

    @Test
    void rulesThatCannotBeUsedLeaveTheOthersInForce() {
        try (World world = new World()) {
            Router router = world.router();
            router.get("/").handler(world.openSergo.serverHandler()).handler(c -> c.end());
            router.get("/free").handler(world.openSergo.serverHandler()).handler(c -> c.end());
            int port = world.serve(router);
            HttpClientAgent client = world.client(HttpVersion.HTTP_1_1);

            world.follow(
                    plan -> plan.resources().contains("GET:/") && plan.problems().size() == 1,
                    NONE_ALLOWED[0],
                    NONE_ALLOWED[1],
                    Documents.rule("GET:/nowhere", "RateLimitStrategy", "missing"));

            assertThat(get(World.get(client, port, "/")).status()).isEqualTo(429);
            assertThat(get(World.get(client, port, "/free")).status()).isEqualTo(200);
        }
    }

    @Test
    void anInvalidRuleLeavesTheOthersInForce(@TempDir Path directory) throws Exception {
        Files.writeString(
                directory.resolve("rules.yaml"),
                String.join(
                        "\n---\n",
                        NONE_ALLOWED[0],
                        NONE_ALLOWED[1],
                        Documents.rateLimit("impossible", -1, 1)));
        try (World world = new World(DirectoryRuleSource.of(directory), settings -> {})) {
            world.awaitPlan(plan -> plan.resources().contains("GET:/"));
            Router router = world.router();
            router.get("/").handler(world.openSergo.serverHandler()).handler(c -> c.end());
            int port = world.serve(router);

            await().atMost(PATIENCE)
                    .until(
                            () ->
                                    get(World.get(world.client(HttpVersion.HTTP_1_1), port, "/"))
                                                    .status()
                                            == 429);
        }
    }

    @Test
    void closingFreesTheThreads() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        World world = new World();
        assertThat(clientThreads(before)).isNotEmpty();

        get(world.openSergo.close());

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(clientThreads(before)).isEmpty());
        world.close();
    }

    @Test
    void itClosesAfterVertxToo() {
        World world = new World();
        get(world.vertx.close());

        get(world.openSergo.close());

        // The plans of a governor complete when it is closed.
        assertThat(world.openSergo.governor().plans().blockLast(PATIENCE)).isNotNull();
        world.controlPlane.close();
    }

    @Test
    void theEnvironmentOfAProcessIsEnough() throws Exception {
        String output = runApplication(System.getProperty("java.class.path"));

        assertThat(output)
                .contains("status 429")
                .doesNotContain("has been blocked")
                .doesNotContain("VertxServiceProvider");
    }

    @Test
    void aFatJarWithoutTheNamesOfServicesLosesOnlyColours(@TempDir Path directory)
            throws Exception {
        Path classes =
                Path.of(
                        OpenSergoVertx.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI());
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
                Path copy = directory.resolve(classes.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }

        String output =
                runApplication(
                        System.getProperty("java.class.path")
                                .replace(classes.toString(), directory.toString()));

        assertThat(output)
                .contains("status 429")
                .containsOnlyOnce("merge META-INF/services/io.vertx.core.spi.VertxServiceProvider");
    }

    /** Runs an application that is told of a control plane by its environment only. */
    private static String runApplication(String classPath) throws Exception {
        InMemoryRuleSource rules = new InMemoryRuleSource();
        rules.put(World.read(NONE_ALLOWED));
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).source(rules).start()) {
            ProcessBuilder builder =
                    new JavaCommand()
                            .withClassPath(classPath)
                            .process(Application.class)
                            .redirectErrorStream(true);
            builder.environment()
                    .put(
                            "OPENSERGO_BOOTSTRAP_CONFIG",
                            "{\"endpoint\":\"localhost:%d\",\"app\":\"shop\"}"
                                    .formatted(controlPlane.port()));
            Path log = Files.createTempFile("application", ".log");
            Process process = builder.redirectOutput(log.toFile()).start();
            try {
                boolean ended = process.waitFor(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
                String output = Files.readString(log);
                assertThat(ended).as(output).isTrue();
                assertThat(process.exitValue()).as(output).isZero();
                return output;
            } finally {
                process.destroyForcibly();
                Files.deleteIfExists(log);
            }
        }
    }

    /** An application that names no control plane by itself. */
    static final class Application {

        private Application() {}

        public static void main(String[] arguments) {
            Vertx vertx = Vertx.vertx();
            OpenSergoVertx openSergo = OpenSergoVertx.fromEnvironment(vertx, "by another name");
            openSergo.governor().ready().block(PATIENCE);
            Router router = Router.router(vertx);
            router.get("/").handler(context -> context.end());
            openSergo.govern(router);
            int port = serve(vertx, router);
            HttpClientAgent client = vertx.createHttpClient();
            await().atMost(PATIENCE).until(() -> get(World.get(client, port, "/")).status() == 429);
            System.out.println("status 429");
            get(client.close());
            get(openSergo.close());
            get(vertx.close());
        }
    }

    private static int serve(Vertx vertx, Router router) {
        return get(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"))
                .actualPort();
    }

    private static Set<String> clientThreads(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> name.startsWith("opensergo-client"))
                .collect(Collectors.toSet());
    }

    /**
     * A port that nobody listens on, and that the control plane takes later: lower than those that
     * systems hand out.
     */
    private static int freePort() throws IOException {
        for (int port = 22_880; ; port++) {
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // the next one
            }
        }
    }
}
