package io.opensergo.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.opensergo.rules.Examples;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleDocument;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The CRDs, by the rules of an API server for them, and what they accept. */
class CustomResourceDefinitionsTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path DEPLOYED = ROOT.resolve("deploy/kubernetes/crds");
    private static final Path PUBLISHED =
            ROOT.resolve("opensergo-rules/src/test/resources/io/opensergo/rules");

    /** Of apply without the server's side, which keeps the whole in an annotation. */
    private static final int MAX_BYTES = 256 * 1024;

    private static final Set<String> KEYWORDS =
            Set.of(
                    "type",
                    "description",
                    "properties",
                    "items",
                    "additionalProperties",
                    "required",
                    "nullable",
                    "enum",
                    "pattern",
                    "minLength",
                    "maxLength",
                    "minimum",
                    "maximum",
                    "minProperties",
                    "maxProperties",
                    "example",
                    "allOf",
                    "anyOf",
                    "oneOf",
                    "not",
                    "format",
                    "x-kubernetes-list-type",
                    "x-kubernetes-list-map-keys",
                    "x-kubernetes-preserve-unknown-fields");

    private static final Set<String> NOT_IN_CONDITIONS =
            Set.of(
                    "type",
                    "description",
                    "default",
                    "additionalProperties",
                    "nullable",
                    "example",
                    "x-kubernetes-preserve-unknown-fields");

    static List<RuleKind<?>> kinds() {
        return RuleKinds.standard().all();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void schemaIsStructural(RuleKind<?> kind) {
        List<String> violations = new ArrayList<>();

        checkNode(Schemas.structural(kind), "", violations);

        assertThat(violations).isEmpty();
    }

    @Test
    void rulesOfStructuralSchemasFindWhatBreaksThem() {
        List<String> violations = new ArrayList<>();
        JsonNode broken =
                Schemas.tree(
                        """
                        type: object
                        properties:
                          a: {}
                          b: {$ref: x}
                          c: {type: [string, 'null']}
                          d: {type: object, properties: {}, additionalProperties: {type: string}}
                          e: {type: object, not: {properties: {x: {}}, type: object}}
                          f: {type: array}
                        """);

        checkNode((ObjectNode) broken, "", violations);

        assertThat(violations)
                .hasSize(8)
                .anyMatch(each -> each.startsWith("/a has no type"))
                .anyMatch(each -> each.startsWith("/b has $ref"))
                .anyMatch(each -> each.startsWith("/c has a list of types"))
                .anyMatch(each -> each.startsWith("/d has both"))
                .anyMatch(each -> each.startsWith("/e/not has type"))
                .anyMatch(each -> each.startsWith("/e/not names x"))
                .anyMatch(each -> each.startsWith("/f has no items"));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void namesAreThoseOfThePublicCrds(RuleKind<?> kind) {
        JsonNode crd = Schemas.tree(RuleSchemas.crd(kind));
        JsonNode names = crd.at("/spec/names");

        assertThat(crd.path("apiVersion").asText()).isEqualTo("apiextensions.k8s.io/v1");
        assertThat(crd.at("/metadata/name").asText())
                .isEqualTo(names.path("plural").asText() + "." + crd.at("/spec/group").asText());
        assertThat(crd.at("/spec/group").asText() + "/" + crd.at("/spec/versions/0/name").asText())
                .isEqualTo(kind.apiVersion());
        assertThat(names.path("plural").asText()).matches("[a-z]+s");
        assertThat(names.path("categories").get(0).asText()).isEqualTo("opensergo");
        assertThat(crd.at("/spec/scope").asText()).isEqualTo("Namespaced");
        assertThat(crd.at("/spec/versions/0/subresources/status").isObject()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "FaultToleranceRule, faulttolerancerules",
        "RateLimitStrategy, ratelimitstrategies",
        "TrafficRouter, trafficrouters"
    })
    void pluralIsThatOfThePublicCrd(String kind, String plural) {
        JsonNode crd = Schemas.tree(RuleSchemas.crd(RuleKinds.standard().findByName(kind)));

        assertThat(crd.at("/spec/names/plural").asText()).isEqualTo(plural);
    }

    @Test
    void shortNamesAndColumnsAreUnlikeEachOther() {
        List<String> shortNames = new ArrayList<>();
        for (RuleKind<?> kind : kinds()) {
            JsonNode crd = Schemas.tree(RuleSchemas.crd(kind));
            crd.at("/spec/names/shortNames").forEach(each -> shortNames.add(each.asText()));
            List<String> columns = new ArrayList<>();
            crd.at("/spec/versions/0/additionalPrinterColumns")
                    .forEach(each -> columns.add(each.path("name").asText()));
            assertThat(columns).doesNotHaveDuplicates().contains("App", "Accepted", "Age");
        }
        assertThat(shortNames).doesNotHaveDuplicates().hasSameSizeAs(kinds()).contains("tr", "rls");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void exampleIsAccepted(RuleKind<?> kind) {
        JsonNode example = Schemas.tree(Examples.of(kind));

        assertThat(Schemas.errorsOfApply(kind, example)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: -1, statDurationSeconds: 1}",
                "RateLimitStrategy | {metricType: RequestAmount, limitMode: Somewhere, threshold: 1, statDurationSeconds: 1}",
                "RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: 1}",
                "ThrottlingStrategy | {minIntervalOfRequests: 5ms, queueTimeout: 0s}",
                "ThrottlingStrategy | {minIntervalOfRequests: 5, queueTimeout: 1s}",
                "FaultToleranceRule | {targets: [{}], strategies: []}",
                "CircuitBreakerStrategy | {strategy: SlowRequestRatio, triggerRatio: '5%', statDuration: 1s, recoveryTimeout: 1s, minRequestAmount: 1}",
                "ReadWriteSplitting | {rules: {loadBalancers: []}}",
                "TrafficRouter | {http: [{match: [{uri: {exact: a, prefix: b}}]}]}",
            })
    void documentThatIsNoRuleIsRefused(String kind, String spec) {
        RuleKind<?> found = RuleKinds.standard().findByName(kind);
        var document = (ObjectNode) Schemas.tree("metadata: {name: a, labels: {app: b}}");
        document.put("apiVersion", found.apiVersion()).put("kind", found.name());
        document.set("spec", Schemas.tree(spec));

        assertThat(Schemas.problems(document)).isNotEmpty();
        assertThat(Schemas.errorsOfApply(found, document)).isNotEmpty();
    }

    /** Each document of the repository, and each that was found in public, that is a rule. */
    @Test
    void rulesOfTheRepositoryAndOfThePublicAreAccepted() throws IOException {
        int rules = 0;
        for (Path file : documents()) {
            for (JsonNode document : documentsOf(file)) {
                RuleDocument read = RuleReader.strict().read(document, file.toString());
                if (read.rule() != null && read.problems().isEmpty()) {
                    rules++;
                    assertThat(Schemas.errorsOfApply(read.rule().kind(), document))
                            .as("%s: %s", file, document)
                            .isEmpty();
                }
            }
        }
        assertThat(rules).isGreaterThan(80);
    }

    /** {@code -Dcrds.write} writes them. */
    @Test
    void filesThatAreDeployedAreCurrent() throws IOException {
        List<String> names = new ArrayList<>();
        for (RuleKind<?> kind : kinds()) {
            String crd = RuleSchemas.crd(kind);
            Path file = DEPLOYED.resolve(Schemas.tree(crd).at("/metadata/name").asText() + ".yaml");
            if (System.getProperty("crds.write") != null) {
                Files.createDirectories(DEPLOYED);
                Files.writeString(file, crd);
            }
            names.add(file.getFileName().toString());
            assertThat(file)
                    .as("mvn -pl opensergo-schema -am verify -Dcrds.write writes it anew")
                    .content()
                    .isEqualTo(crd)
                    .hasSizeLessThan(MAX_BYTES);
        }
        try (Stream<Path> files = Files.list(DEPLOYED)) {
            assertThat(
                            files.map(each -> each.getFileName().toString())
                                    .filter(each -> !each.equals("kustomization.yaml")))
                    .containsExactlyInAnyOrderElementsOf(names);
        }
    }

    private static List<Path> documents() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path directory : List.of(ROOT.resolve("examples"), PUBLISHED)) {
            try (Stream<Path> all = Files.walk(directory)) {
                all.filter(each -> each.toString().endsWith(".yaml"))
                        .filter(each -> !each.toString().contains("/target/"))
                        .forEach(files::add);
            }
        }
        assertThat(files).hasSizeGreaterThan(40);
        return files;
    }

    private static List<JsonNode> documentsOf(Path file) throws IOException {
        List<JsonNode> documents = new ArrayList<>();
        var mapper = new YAMLMapper();
        try (MappingIterator<JsonNode> all =
                mapper.readerFor(JsonNode.class).readValues(Files.readString(file))) {
            while (all.hasNextValue()) {
                documents.add(all.nextValue());
            }
        } catch (JacksonException e) {
            // what is no YAML is no rule
        }
        return documents;
    }

    private static void checkNode(ObjectNode node, String path, List<String> violations) {
        checkKeywords(node, path, violations);
        boolean any = node.path("x-kubernetes-preserve-unknown-fields").asBoolean();
        if (node.path("type").isArray()) {
            violations.add(path + " has a list of types");
        } else if (!node.has("type") && !any) {
            violations.add(path + " has no type");
        }
        if (node.has("properties") && node.has("additionalProperties")) {
            violations.add(path + " has both properties and additionalProperties");
        }
        if (node.path("type").asText().equals("array") && !node.path("items").isObject()) {
            violations.add(path + " has no items");
        }
        node.path("properties")
                .properties()
                .forEach(
                        each ->
                                checkNode(
                                        (ObjectNode) each.getValue(),
                                        path + "/" + each.getKey(),
                                        violations));
        for (String element : List.of("items", "additionalProperties")) {
            if (node.has(element) && node.get(element) instanceof ObjectNode child) {
                checkNode(child, path + "/" + element, violations);
            } else if (node.has(element)) {
                violations.add(path + " has " + element + " that is no schema");
            }
        }
        checkConditions(node, node, path, violations);
    }

    private static void checkConditions(
            ObjectNode node, ObjectNode around, String path, List<String> violations) {
        for (String combination : List.of("allOf", "anyOf", "oneOf")) {
            node.path(combination)
                    .forEach(
                            each ->
                                    checkCondition(
                                            (ObjectNode) each,
                                            around,
                                            path + "/" + combination,
                                            violations));
        }
        if (node.get("not") instanceof ObjectNode not) {
            checkCondition(not, around, path + "/not", violations);
        }
    }

    private static void checkCondition(
            ObjectNode node, ObjectNode around, String path, List<String> violations) {
        checkKeywords(node, path, violations);
        NOT_IN_CONDITIONS.stream()
                .filter(node::has)
                .forEach(each -> violations.add(path + " has " + each + " inside a condition"));
        Stream.concat(
                        node.path("properties").properties().stream().map(each -> each.getKey()),
                        Stream.of(node.path("required"))
                                .flatMap(
                                        each -> {
                                            List<String> names = new ArrayList<>();
                                            each.forEach(name -> names.add(name.asText()));
                                            return names.stream();
                                        }))
                .filter(name -> !around.path("properties").has(name))
                .forEach(
                        name -> violations.add(path + " names " + name + ", which is not outside"));
        checkConditions(node, around, path, violations);
    }

    private static void checkKeywords(ObjectNode node, String path, List<String> violations) {
        node.fieldNames()
                .forEachRemaining(
                        each -> {
                            if (!KEYWORDS.contains(each)) {
                                violations.add(path + " has " + each);
                            }
                        });
    }
}
