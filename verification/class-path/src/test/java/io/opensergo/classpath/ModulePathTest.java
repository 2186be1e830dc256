package io.opensergo.classpath;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The client's jar as a module, and those that go with it. Adapters have no place here: that no two
 * of our jars share a package is for {@code verification/architecture} to say, but for the packages
 * that only this jar has.
 */
class ModulePathTest {

    /** Those that are published and here, but the command line, which is a program. */
    private static final String PUBLISHED = "opensergo-(?!cli-|test-support-)[a-z-]+-\\d.*";

    private static final String APPLICATION =
            """
            package shop;

            import io.opensergo.api.OpenSergoClient;
            import io.opensergo.api.Target;
            import io.opensergo.client.OpenSergoClients;
            import io.opensergo.client.TlsSettings;
            import io.opensergo.governance.Governor;
            import io.opensergo.governance.RequestRejectedException;
            import java.nio.file.Path;
            import java.time.Duration;

            public final class Shop {

                public static void main(String[] args) throws Exception {
                    try (OpenSergoClient client =
                                    OpenSergoClients.builder()
                                            .endpoints("https://" + args[0])
                                            .tls(TlsSettings.trusting(Path.of(args[1])))
                                            .build();
                            Governor governor = Governor.of(client, Target.of("shop"))) {
                        governor.ready().block(Duration.ofSeconds(30));
                        System.out.println(governor.guard("POST:/orders").call(() -> "admitted"));
                        governor.guard("POST:/orders").call(() -> "not refused");
                    } catch (RequestRejectedException e) {
                        System.out.println("refused by " + e.rejection().strategy());
                    }
                    System.out.println(OpenSergoClients.class.getModule());
                }
            }
            """;

    private static final String MODULE =
            """
            module shop {
                requires io.opensergo.api;
                requires io.opensergo.client;
                requires io.opensergo.governance;
                requires io.opensergo.rules;
                requires org.reactivestreams;
                requires reactor.core;
            }
            """;

    @Test
    void namesAreThoseThatProjectsRequire() {
        assertThat(published().values().stream().map(ModuleDescriptor::name))
                .containsExactlyInAnyOrder(
                        "io.opensergo.api",
                        "io.opensergo.client",
                        "io.opensergo.conformance",
                        "io.opensergo.controlplane",
                        "io.opensergo.governance",
                        "io.opensergo.proto",
                        "io.opensergo.quota.redis",
                        "io.opensergo.rulefiles",
                        "io.opensergo.rules",
                        "io.opensergo.schema");
    }

    @Test
    void noPackageIsInTwoJars() {
        Map<String, String> owners = new HashMap<>();
        List<String> split = new ArrayList<>();
        published()
                .forEach(
                        (jar, module) ->
                                module.packages()
                                        .forEach(
                                                each -> {
                                                    String other = owners.put(each, jar);
                                                    if (other != null) {
                                                        split.add(each + ": " + other + ", " + jar);
                                                    }
                                                }));
        assertThat(owners).hasSizeGreaterThan(20);
        assertThat(split).isEmpty();
    }

    private static Map<String, ModuleDescriptor> published() {
        Path[] jars = Libraries.ofThisProcess(PUBLISHED).toArray(Path[]::new);
        Set<ModuleReference> modules = ModuleFinder.of(jars).findAll();
        return modules.stream()
                .collect(
                        Collectors.toMap(
                                module -> module.location().orElseThrow().toString(),
                                ModuleReference::descriptor));
    }

    @Test
    void anApplicationThatRequiresTheModulesCompilesAndRuns(@TempDir Path directory)
            throws Exception {
        List<Path> jars = new ArrayList<>(Libraries.ours());
        jars.addAll(Libraries.ofThisProcess(Libraries.JACKSON));
        jars.addAll(Libraries.ofThisProcess(Libraries.REACTOR));
        jars.addAll(Libraries.ofThisProcess(Libraries.SLF4J));
        String libraries =
                jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        Path sources = Files.createDirectories(directory.resolve("src/shop"));
        Path module = Files.writeString(sources.resolveSibling("module-info.java"), MODULE);
        Path application = Files.writeString(sources.resolve("Shop.java"), APPLICATION);
        Path classes = directory.resolve("classes");

        var errors = new StringWriter();
        int compiled =
                ToolProvider.findFirst("javac")
                        .orElseThrow()
                        .run(
                                new PrintWriter(errors),
                                new PrintWriter(errors),
                                "--module-path",
                                libraries,
                                "-d",
                                classes.toString(),
                                module.toString(),
                                application.toString());
        assertThat(compiled).as(errors.toString()).isZero();

        try (var controlPlane = SecureControlPlane.start(directory)) {
            Forked forked =
                    Forked.run(
                            Jdk.current().java(),
                            List.of(
                                    "--module-path",
                                    classes + File.pathSeparator + libraries,
                                    "--add-modules",
                                    "ALL-MODULE-PATH",
                                    "--module",
                                    "shop/shop.Shop",
                                    "localhost:" + controlPlane.tls().port(),
                                    controlPlane.certificate().toString()),
                            directory);

            assertThat(forked.exitCode()).as(forked.output()).isZero();
            assertThat(forked.output().lines())
                    .contains(
                            "admitted", "refused by orders-per-hour", "module io.opensergo.client");
        }
    }
}
