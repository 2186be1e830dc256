package io.opensergo.rules.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleKindsTest {

    private static final String EXAMPLE = "example.org/v1";

    /** A kind of a user, with a selector of its own. */
    public record CacheRule(
            Metadata metadata,
            @Limits(min = 1, max = 86_400) int ttlSeconds,
            double share,
            boolean shared,
            String selector,
            @Nullable JsonNode extra)
            implements Rule {

        static final RuleKind<CacheRule> KIND = RuleKind.of(EXAMPLE, "CacheRule", CacheRule.class);

        public CacheRule {
            var violations = new Violations();
            violations.required("metadata", metadata);
            violations.range("ttlSeconds", ttlSeconds, 1, 86_400);
            violations.throwIfAny();
            if (share > 1) {
                throw new IllegalArgumentException("share is more than all");
            }
        }

        @Override
        public RuleKind<CacheRule> kind() {
            return KIND;
        }
    }

    /** No rule of documents, since nothing says how to write the component. */
    public record MoneyRule(Metadata metadata, BigDecimal money) implements Rule {

        @Override
        public RuleKind<?> kind() {
            return RuleKind.of(EXAMPLE, "MoneyRule", MoneyRule.class);
        }
    }

    /** No rule of documents, since it cannot be identified. */
    public record NamelessRule(String name) implements Rule {

        @Override
        public Metadata metadata() {
            return Metadata.of("a", "b", name);
        }

        @Override
        public RuleKind<?> kind() {
            return RuleKind.of(EXAMPLE, "NamelessRule", NamelessRule.class);
        }
    }

    private static final RuleReader READER =
            RuleReader.strict().withKinds(RuleKinds.standard().with(CacheRule.KIND));

    /** Brings a kind of a user. */
    public static final class CacheRules implements RuleKindProvider {

        @Override
        public Collection<RuleKind<?>> kinds() {
            return List.of(CacheRule.KIND);
        }
    }

    /** Brings a kind that documents cannot be read into. */
    public static final class MoneyRules implements RuleKindProvider {

        @Override
        public Collection<RuleKind<?>> kinds() {
            return List.of(RuleKind.of(EXAMPLE, "MoneyRule", MoneyRule.class));
        }
    }

    private static void withProvider(Path jar, String provider, Runnable test) throws IOException {
        Path services = Files.createDirectories(jar.resolve("META-INF/services"));
        Files.writeString(services.resolve(RuleKindProvider.class.getName()), provider + "\n");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, before)) {
            thread.setContextClassLoader(loader);
            test.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void installedAreTheKindsThatProvidersBringBesidesTheSpecifications(@TempDir Path jar)
            throws IOException {
        assertThat(RuleKinds.installed().all()).isEqualTo(RuleKinds.standard().all());

        withProvider(
                jar,
                CacheRules.class.getName(),
                () ->
                        assertThat(RuleKinds.installed().all())
                                .hasSize(19)
                                .containsAll(RuleKinds.standard().all())
                                .contains(CacheRule.KIND));
    }

    @Test
    void providerThatCannotBeUsedIsNamed(@TempDir Path jar) throws IOException {
        withProvider(
                jar,
                MoneyRules.class.getName(),
                () ->
                        assertThatThrownBy(RuleKinds::installed)
                                .isInstanceOf(IllegalStateException.class)
                                .hasMessageStartingWith(
                                        "the rule kinds of " + MoneyRules.class.getName())
                                .hasMessageContaining("MoneyRule"));
        withProvider(
                jar,
                "com.example.Missing",
                () ->
                        assertThatThrownBy(RuleKinds::installed)
                                .isInstanceOf(IllegalStateException.class)
                                .hasMessageContaining("com.example.Missing"));
    }

    @Test
    void specificationHas18Kinds() {
        assertThat(RuleKinds.standard().all())
                .hasSize(18)
                .extracting(RuleKind::wireName)
                .doesNotHaveDuplicates()
                .startsWith(
                        "fault-tolerance.opensergo.io/v1alpha1/FaultToleranceRule",
                        "fault-tolerance.opensergo.io/v1alpha1/RateLimitStrategy")
                .contains(
                        "traffic.opensergo.io/v1alpha1/TrafficRouter",
                        "database.opensergo.io/v1alpha1/Sharding");
    }

    @Test
    void kindIsFoundByItsWireName() {
        for (RuleKind<?> kind : RuleKinds.standard().all()) {
            assertThat(RuleKinds.standard().find(kind.apiVersion() + "/" + kind.name()))
                    .isSameAs(kind);
        }
        assertThat(RuleKinds.standard().find("RateLimitStrategy")).isNull();
    }

    @Test
    void kindIsFoundByItsNameInAnyCase() {
        assertThat(RuleKinds.standard().findByName("ratelimitSTRATEGY"))
                .isSameAs(RateLimitStrategy.KIND);
        assertThat(RuleKinds.standard().findByName("RateLimit")).isNull();
    }

    @Test
    void kindOfAUserIsReadAndWritten() {
        var extra = JsonNodeFactory.instance.objectNode().put("a", 1);
        var rule = new CacheRule(Metadata.of("shop", "checkout", "a"), 60, 0.5, true, "x", extra);

        assertThat(READER.read(RuleWriter.toYaml(rule), "a.yaml").orThrow()).containsExactly(rule);
        assertThat(READER.read(RuleWriter.toJson(rule), "a.json").orThrow()).containsExactly(rule);
    }

    @Test
    void kindOfAUserIsUnknownWithoutItsRegistration() {
        var rule = new CacheRule(Metadata.of("shop", "checkout", "a"), 60, 0.5, true, "x", null);

        assertThat(Documents.problems(RuleWriter.toYaml(rule)))
                .singleElement()
                .asString()
                .contains("kind must be a known kind");
    }

    @Test
    void everyFaultOfAKindOfAUserIsReported() {
        assertThat(cacheProblems("{ttlSeconds: 0, share: a, selector: x}"))
                .containsExactly(
                        "rules.yaml:4:30: spec.share must be a number, was \"a\" (document 1)",
                        "rules.yaml:4:1: spec.shared is required (document 1)",
                        "rules.yaml:4:20: spec.ttlSeconds must be a whole number from 1 to 86400,"
                                + " was 0 (document 1)");
    }

    @Test
    void anyExceptionOfAConstructorIsAFault() {
        assertThat(cacheProblems("{ttlSeconds: 1, share: 2, shared: true, selector: x}"))
                .containsExactly(
                        "rules.yaml:4:1: spec must be a valid CacheRule: share is more than all, was"
                                + " invalid (document 1)");
    }

    @Test
    void kindIsAddedOnce() {
        RuleKinds kinds = RuleKinds.standard().with(CacheRule.KIND).with(CacheRule.KIND);

        assertThat(kinds.all()).hasSize(19).last().isEqualTo(CacheRule.KIND);
        assertThat(RuleKinds.standard().all()).hasSize(18);
    }

    @Test
    void oneWireNameHasOneRecordClass() {
        RuleKind<CacheRule> other =
                RuleKind.of(RateLimitStrategy.API_VERSION, "RateLimitStrategy", CacheRule.class);

        assertThatThrownBy(() -> RuleKinds.standard().with(other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two record classes for kind");
    }

    @Test
    void recordThatCannotBeReadIsRefusedAtItsRegistration() {
        for (RuleKind<?> kind :
                List.of(
                        RuleKind.of(EXAMPLE, "MoneyRule", MoneyRule.class),
                        RuleKind.of(EXAMPLE, "NamelessRule", NamelessRule.class))) {
            assertThatThrownBy(() -> RuleKinds.standard().with(kind))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageMatching(
                            "a rule cannot have a component of type java.math.BigDecimal;.*"
                                    + "|the rule .*NamelessRule must have a component 'Metadata"
                                    + " metadata'");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "v1, Kind",
        "example.org, Kind",
        "Example.org/v1, Kind",
        "example.org/1, Kind",
        "example.org/v1, kind",
        "example.org/v1, My-Kind",
        "example.org/v1, ''"
    })
    void namesOfKindsAreChecked(String apiVersion, String name) {
        assertThatThrownBy(() -> RuleKind.of(apiVersion, name, CacheRule.class))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void typeOfAKindIsARecord() {
        assertThatThrownBy(() -> RuleKind.of(EXAMPLE, "Rule", Rule.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be a record");
    }

    @Test
    void kindsAreEqualByWireNameAndType() {
        RuleKind<CacheRule> same = RuleKind.of(EXAMPLE, "CacheRule", CacheRule.class);

        assertThat(same).isEqualTo(CacheRule.KIND).hasSameHashCodeAs(CacheRule.KIND);
        assertThat(same).isNotEqualTo(RuleKind.of(EXAMPLE, "CacheRule2", CacheRule.class));
        assertThat(same).isNotEqualTo(RuleKind.of(EXAMPLE, "CacheRule", MoneyRule.class));
        assertThat(same).hasToString("example.org/v1/CacheRule");
    }

    private static List<String> cacheProblems(String spec) {
        String text =
                "apiVersion: example.org/v1\nkind: CacheRule\nmetadata: {name: a}\nspec: " + spec;
        return READER.read(text, "rules.yaml").allProblems().stream()
                .map(Problem::toString)
                .toList();
    }
}
