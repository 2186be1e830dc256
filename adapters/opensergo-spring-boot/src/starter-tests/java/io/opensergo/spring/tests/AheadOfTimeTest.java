package io.opensergo.spring.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.testsupport.Documents;
import io.opensergo.testsupport.JavaCommand;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;
import org.springframework.context.aot.AbstractAotProcessor;

/** An application with a starter, processed ahead of time as the plugins of Spring Boot do it. */
class AheadOfTimeTest {

    private static final List<String> PROCESSED_WITH =
            List.of(
                    "--spring.main.banner-mode=off",
                    "--spring.main.web-application-type=servlet",
                    "--spring.application.name=shop",
                    "--spring.cloud.refresh.enabled=false", // as Spring Cloud wants it
                    "--spring.cloud.loadbalancer.eager-load.clients=prices",
                    "--server.port=0");

    @TempDir Path directory;

    @Test
    void startsAndGovernsAndSaysWhatANativeImageNeeds() throws Exception {
        process();

        assertThat(hints())
                .contains("META-INF/opensergo/starter.properties", "rules/", "\"unknown\"");

        compile();
        assertThat(run())
                .contains(
                        "ahead of time: true",
                        "/orders/1 200 order 1",
                        "/orders/2 429",
                        "/called 200 v2 colour null",
                        "price of tea, unknown by prices-limit");
    }

    private void process() {
        var settings =
                AbstractAotProcessor.Settings.builder()
                        .sourceOutput(directory.resolve("sources"))
                        .resourceOutput(directory.resolve("resources"))
                        .classOutput(directory.resolve("classes"))
                        .groupId("org.example")
                        .artifactId("shop")
                        .build();
        List<String> arguments = new ArrayList<>(PROCESSED_WITH);
        arguments.addAll(CloudSettings.NO_GATEWAY);
        arguments.add("--opensergo.rules=classpath:rules/*.yaml");
        new SpringApplicationAotProcessor(
                        AotApplication.class, settings, arguments.toArray(String[]::new))
                .process();
    }

    private String hints() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("resources"))) {
            return files.filter(Files::isRegularFile)
                    .map(AheadOfTimeTest::text)
                    .collect(Collectors.joining("\n"))
                    .replace("\\/", "/");
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void compile() throws IOException {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "-proc:none",
                                "-nowarn",
                                "-classpath",
                                classPath("classes"),
                                "-d",
                                directory.resolve("classes").toString()));
        try (Stream<Path> sources = Files.walk(directory.resolve("sources"))) {
            sources.map(Path::toString)
                    .filter(name -> name.endsWith(".java"))
                    .forEach(arguments::add);
        }
        int result =
                ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, arguments.toArray(String[]::new));
        assertThat(result).isZero();
    }

    /** Runs it in a process of its own, with a directory of rules and with two instances. */
    private String run() throws IOException, InterruptedException {
        Path rules = Files.createDirectory(directory.resolve("rules"));
        Files.writeString(
                rules.resolve("rules.yaml"),
                String.join(
                        "---\n",
                        Documents.rateLimit("orders-limit", 1, 60),
                        Documents.rule("GET:/orders/{id}", "RateLimitStrategy", "orders-limit"),
                        Documents.rateLimit("prices-limit", 1, 60),
                        Documents.rule("prices", "RateLimitStrategy", "prices-limit"),
                        Documents.router(
                                "prices",
                                """
                                hosts: [prices]
                                http:
                                  - route: [{destination: {host: prices, subset: v2}}]
                                """)));
        Path output = directory.resolve("output.txt");
        try (var backends = new Backends()) {
            List<String> arguments = new ArrayList<>(PROCESSED_WITH);
            arguments.addAll(CloudSettings.NO_GATEWAY);
            arguments.addAll(backends.settings());
            arguments.add("--opensergo.rules=" + rules);
            Process process =
                    new JavaCommand()
                            .with("-Dspring.aot.enabled=true")
                            .withClassPath(classPath("classes", "resources"))
                            .process(AotApplication.class, arguments.toArray(String[]::new))
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            try {
                boolean isOver = process.waitFor(World.PATIENCE.toSeconds(), TimeUnit.SECONDS);
                assertThat(isOver).as(() -> text(output)).isTrue();
            } finally {
                process.destroyForcibly();
            }
        }
        return text(output);
    }

    private String classPath(String... directories) {
        return Stream.concat(
                        Stream.of(directories).map(name -> directory.resolve(name).toString()),
                        Stream.of(System.getProperty("java.class.path")))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
