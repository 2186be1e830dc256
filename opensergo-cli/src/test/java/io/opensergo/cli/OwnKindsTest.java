package io.opensergo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleKindProvider;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands with a jar on the class path that brings a kind. */
class OwnKindsTest {

    private static final String RULE =
            """
            apiVersion: example.org/v1
            kind: CacheRule
            metadata: {name: prices, labels: {app: shop}}
            spec: {ttlSeconds: 5}
            """;

    @TempDir private Path directory;
    @TempDir private Path jar;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final ClassLoader before = Thread.currentThread().getContextClassLoader();

    /** A kind of a user. */
    public record CacheRule(Metadata metadata, @Limits(min = 1, max = 60) int ttlSeconds)
            implements Rule {

        static final RuleKind<CacheRule> KIND =
                RuleKind.of("example.org/v1", "CacheRule", CacheRule.class);

        @Override
        public RuleKind<CacheRule> kind() {
            return KIND;
        }
    }

    /** Brings it. */
    public static final class CacheRules implements RuleKindProvider {

        @Override
        public Collection<RuleKind<?>> kinds() {
            return List.of(CacheRule.KIND);
        }
    }

    @BeforeEach
    void install() throws IOException {
        provide(CacheRules.class.getName());
        Thread.currentThread()
                .setContextClassLoader(new URLClassLoader(new URL[] {jar.toUri().toURL()}, before));
    }

    @AfterEach
    void uninstall() throws IOException {
        ((URLClassLoader) Thread.currentThread().getContextClassLoader()).close();
        Thread.currentThread().setContextClassLoader(before);
    }

    @Test
    void validateReadsThem() throws IOException {
        Files.writeString(directory.resolve("a.yaml"), RULE);

        assertThat(run("validate", directory.toString())).isZero();

        assertThat(out.toString()).contains("1 file, 1 rule, 0 errors");
    }

    @Test
    void validateNamesTheirMistakes() throws IOException {
        Path file =
                Files.writeString(
                        directory.resolve("a.yaml"), RULE.replace("ttlSeconds: 5", "ttl: 5"));

        assertThat(run("validate", directory.toString())).isEqualTo(1);

        assertThat(err.toString()).contains(file + ":4:13: spec.ttl is an unknown field");
    }

    @Test
    void schemaDescribesThem() {
        assertThat(run("schema", "CacheRule")).isZero();
        assertThat(out.toString()).contains("\"title\" : \"CacheRule\"", "\"ttlSeconds\"");

        assertThat(run("schema")).isZero();
        assertThat(out.toString()).contains("\"OpenSergo rule\"", "#/definitions/CacheRule");
    }

    @Test
    void theyAreAmongTheNamesThatAreOffered() {
        assertThat(run("schema", "CasheRule")).isEqualTo(2);

        assertThat(err.toString()).contains("CacheRule; was 'CasheRule'");
    }

    @Test
    void providerThatCannotBeUsedEndsTheCommandAndIsNamed() throws IOException {
        provide("com.example.Missing");

        assertThat(run("validate", directory.toString())).isEqualTo(1);

        assertThat(err.toString())
                .contains("a provider of rule kinds cannot be used")
                .contains("com.example.Missing");
    }

    private void provide(String provider) throws IOException {
        Path services = Files.createDirectories(jar.resolve("META-INF/services"));
        Files.writeString(services.resolve(RuleKindProvider.class.getName()), provider + "\n");
    }

    private int run(String... args) {
        CommandLine command = OpenSergoCommand.commandLine();
        command.setOut(new PrintWriter(out));
        command.setErr(new PrintWriter(err));
        return command.execute(args);
    }
}
