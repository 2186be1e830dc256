package io.opensergo.classpath;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** {@code opensergo.jar} as users run it, and what it says of what it bundles. */
class RunnableJarTest {

    /** Annotations that nothing needs at run time: listed, since the build needs them. */
    private static final Set<String> NOT_BUNDLED =
            Set.of(
                    "animal-sniffer-annotations",
                    "annotations",
                    "error_prone_annotations",
                    "j2objc-annotations",
                    "jsr305",
                    "listenablefuture");

    private static final String RULES =
            """
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: RateLimitStrategy
            metadata: {name: orders-per-second, labels: {app: shop}}
            spec: {metricType: RequestAmount, limitMode: Local, threshold: 50, statDurationSeconds: 1}
            """;

    private static JarFile jar;

    @BeforeAll
    static void open() throws IOException {
        jar = new JarFile(Path.of(System.getProperty("runnable.jar")).toFile());
    }

    @AfterAll
    static void close() throws IOException {
        jar.close();
    }

    private static String content(String entry) throws IOException {
        try (InputStream in = jar.getInputStream(jar.getEntry(entry))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Stream<JsonNode> libraries() throws IOException {
        JsonNode sbom = new ObjectMapper().readTree(content("META-INF/sbom/application.cdx.json"));
        assertThat(sbom.path("bomFormat").asText()).isEqualTo("CycloneDX");
        return StreamSupport.stream(sbom.path("components").spliterator(), false)
                .filter(library -> !library.path("group").asText().equals("io.opensergo"))
                .filter(library -> !NOT_BUNDLED.contains(library.path("name").asText()));
    }

    @Test
    @DisabledIfSystemProperty(
            named = "maven.mode",
            matches = "offline=true",
            disabledReason = "Maven makes no SBOM while it is offline")
    void namesEachLibraryThatItBundlesWithItsVersion() throws IOException {
        String thirdParty = content("META-INF/third-party/THIRD-PARTY.txt");

        assertThat(libraries())
                .hasSizeGreaterThan(20)
                .allSatisfy(
                        library ->
                                assertThat(thirdParty)
                                        .contains(
                                                library.path("name").asText(),
                                                library.path("version").asText()));
        assertThat(thirdParty).doesNotContain("${");
    }

    @Test
    void bearsTheLicencesOfAllThatItBundles() throws IOException {
        assertThat(content("META-INF/LICENSE")).contains("Apache License");
        assertThat(content("META-INF/NOTICE")).contains("OpenSergo Reactive");
        assertThat(content("META-INF/third-party/THIRD-PARTY.txt"))
                .contains("Redistributions in binary form", "Copyright (c) 2009 The Go Authors")
                .contains("Eclipse Distribution License - v 1.0")
                .contains("Permission is hereby granted");
        assertThat(content("META-INF/third-party/NOTICE.txt")).contains("Netty");
        assertThat(content("META-INF/third-party/license/LICENSE.boringssl.txt"))
                .contains("BoringSSL");
        assertThat(content("META-INF/FastDoubleParser-LICENSE")).contains("Werner Randelshofer");
    }

    @Test
    void holdsNoAnnotationsThatNothingReads() {
        assertThat(jar.stream().map(entry -> entry.getName()))
                .noneMatch(name -> name.startsWith("javax/annotation/"));
    }

    @Test
    void validatesRules(@TempDir Path directory) throws Exception {
        Path rules = Files.createDirectory(directory.resolve("rules"));
        Files.writeString(rules.resolve("orders.yaml"), RULES);

        Forked validation = run(directory, "validate", rules.toString());

        assertThat(validation.output()).contains("1 file, 1 rule, 0 errors, 0 warnings");
        assertThat(validation.exitCode()).isZero();
    }

    @Test
    void changesRulesAsCommitsInAWorkTree(@TempDir Path directory) throws Exception {
        Path rules =
                Files.createDirectories(directory.resolve("rules/.git/refs/heads")).getParent();
        Path workTree = rules.getParent().getParent();
        Files.createDirectories(rules.getParent().resolve("objects"));
        Files.writeString(rules.getParent().resolve("HEAD"), "ref: refs/heads/main\n");
        Path file = Files.writeString(directory.resolve("orders.yaml"), RULES);

        Forked put = run(directory, "put", "--rules", workTree.toString(), file.toString());
        Forked history = run(directory, "history", "--rules", workTree.toString());

        assertThat(put.output()).contains("created ");
        assertThat(put.exitCode()).isZero();
        assertThat(history.output()).containsPattern("(?m)^[0-9a-f]{40}  ");
    }

    @Test
    void printsTheSchema(@TempDir Path directory) throws Exception {
        Forked schema = run(directory, "schema");

        assertThat(new ObjectMapper().readTree(schema.output()).path("$schema").asText())
                .startsWith("http://json-schema.org/");
        assertThat(schema.exitCode()).isZero();
    }

    @Test
    void servesRulesThatItsOtherEndWatches(@TempDir Path directory) throws Exception {
        Path rules = Files.createDirectory(directory.resolve("rules"));
        Files.writeString(rules.resolve("orders.yaml"), RULES);
        Process server =
                new ProcessBuilder(command("serve", "--rules", rules.toString(), "--port", "0"))
                        .redirectError(directory.resolve("log").toFile())
                        .start();
        try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
            Matcher serving = Pattern.compile("Serving .* on (\\S+)").matcher(out.readLine());
            assertThat(serving.find()).isTrue();

            Forked watch =
                    run(
                            directory,
                            "watch",
                            "--endpoint=" + serving.group(1),
                            "--app=shop",
                            "--kind=RateLimitStrategy",
                            "--for=1s");

            assertThat(watch.output()).contains("orders-per-second", "threshold: 50");
            assertThat(watch.exitCode()).isZero();
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    private static Forked run(Path directory, String... arguments) throws Exception {
        List<String> command = command(arguments);
        return Forked.run(Path.of(command.get(0)), command.subList(1, command.size()), directory);
    }

    private static List<String> command(String... arguments) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command =
                new ArrayList<>(
                        List.of(java, "-Xmx128m", "-jar", System.getProperty("runnable.jar")));
        command.addAll(List.of(arguments));
        return command;
    }
}
