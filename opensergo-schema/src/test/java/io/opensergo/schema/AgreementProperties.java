package io.opensergo.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleArbitraries;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Every try takes one rule of each kind. */
class AgreementProperties {

    /**
     * What the schemas leave to the reader: what takes more than one field, or more than a pattern.
     */
    private static final Pattern BEYOND_SCHEMA =
            Pattern.compile(
                    "must have at most one of .*|must have exactly one of .*|is required for .*"
                            + "|must be NONE for .*|must be a (percentage|number) such as .*"
                            + "|must be unique .*|must not be given together with port.*"
                            + "|must be bytes in Base64.*|must be a whole number of seconds.*"
                            + "|must be a regular expression of .*",
                    Pattern.DOTALL);

    private static final Pattern BEYOND_CRD =
            Pattern.compile("unknown field|not known|triggerThreshold|errorType|representation");

    private static final List<JsonNode> VALUES =
            List.of(
                    Schemas.tree("null"),
                    Schemas.tree("''"),
                    Schemas.tree("x"),
                    Schemas.tree("YQ=="),
                    Schemas.tree("a,b"),
                    Schemas.tree("5s"),
                    Schemas.tree("0ms"),
                    Schemas.tree("0.5s"),
                    Schemas.tree("1500ms"),
                    Schemas.tree("50%"),
                    Schemas.tree("160%"),
                    Schemas.tree("Local"),
                    Schemas.tree("-1"),
                    Schemas.tree("0"),
                    Schemas.tree("5"),
                    Schemas.tree("70000"),
                    Schemas.tree("3000000000"),
                    Schemas.tree("0.5"),
                    Schemas.tree("true"),
                    Schemas.tree("[]"),
                    Schemas.tree("['']"),
                    Schemas.tree("[x]"),
                    Schemas.tree("{}"),
                    Schemas.tree("{value: 50}"),
                    Schemas.tree("{value: 150}"),
                    Schemas.tree("{exact: x}"),
                    Schemas.tree("{host: x}"));

    @Property(tries = 20, seed = "4717")
    void everyWrittenRuleIsValid(@ForAll("rules") List<Rule> rules) {
        for (Rule rule : rules) {
            ObjectNode document = RuleWriter.toTree(rule);

            assertThat(Schemas.errors(rule.kind(), document)).isEmpty();
            assertThat(Schemas.errors(document)).isEmpty();
        }
    }

    @Property(tries = 60, seed = "4718")
    void changedDocumentIsRefusedExactlyWhenTheStrictReaderRefusesIt(
            @ForAll("rules") List<Rule> rules, @ForAll int seed) {
        var random = new Random(seed);
        for (Rule rule : rules) {
            ObjectNode document = RuleWriter.toTree(rule);
            change(document, random);

            List<Problem> problems = Schemas.problems(document);

            if (problems.stream().allMatch(AgreementProperties::isBeyondSchema)) {
                assertThat(Schemas.errors(rule.kind(), document)).as("%s", document).isEmpty();
                assertThat(Schemas.errors(document)).as("%s", document).isEmpty();
            } else {
                assertThat(Schemas.errors(rule.kind(), document))
                        .as("%s has %s", document, problems)
                        .isNotEmpty();
                assertThat(Schemas.errors(document))
                        .as("%s has %s", document, problems)
                        .isNotEmpty();
            }
        }
    }

    /**
     * A structural schema can say less: unknown fields are pruned or refused by Kubernetes itself,
     * and a field that takes several types is any.
     */
    @Property(tries = 30, seed = "4719")
    void crdRefusesWhatTheStrictReaderRefusesAndNothingElse(
            @ForAll("rules") List<Rule> rules, @ForAll int seed) {
        var random = new Random(seed);
        for (Rule rule : rules) {
            ObjectNode document = RuleWriter.toTree(rule);
            change(document, random);

            List<Problem> problems = Schemas.problems(document);

            if (problems.isEmpty() && !document.at("/spec").toString().contains("null")) {
                assertThat(Schemas.errorsOfApply(rule.kind(), document))
                        .as("%s", document)
                        .isEmpty();
            } else if (problems.stream().anyMatch(AgreementProperties::isSaidByACrd)) {
                assertThat(Schemas.errorsOfApply(rule.kind(), document))
                        .as("%s has %s", document, problems)
                        .isNotEmpty();
            }
        }
    }

    private static boolean isSaidByACrd(Problem problem) {
        return problem.isError()
                && problem.path().startsWith("spec")
                && !isBeyondSchema(problem)
                && !BEYOND_CRD.matcher(problem.toString()).find();
    }

    @Provide
    Arbitrary<List<Rule>> rules() {
        return RuleArbitraries.oneOfEachKind();
    }

    private static boolean isBeyondSchema(Problem problem) {
        return BEYOND_SCHEMA.matcher(problem.message()).matches();
    }

    /** Changes one place of the metadata or of the spec. */
    private static void change(ObjectNode document, Random random) {
        List<JsonNode> containers = new ArrayList<>();
        collect(document.get("metadata"), containers);
        collect(document.get("spec"), containers);
        JsonNode container = containers.get(random.nextInt(containers.size()));
        JsonNode value = VALUES.get(random.nextInt(VALUES.size()));
        if (container instanceof ArrayNode array && !array.isEmpty()) {
            array.set(random.nextInt(array.size()), value);
        } else if (container instanceof ArrayNode array) {
            array.add(value);
        } else if (container instanceof ObjectNode object) {
            change(object, value, random);
        }
    }

    private static void change(ObjectNode object, JsonNode value, Random random) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        if (names.isEmpty() || random.nextInt(8) == 0) {
            object.set("unknown", value);
        } else {
            String name = names.get(random.nextInt(names.size()));
            if (random.nextInt(4) == 0) {
                object.remove(name);
            } else {
                object.set(name, value);
            }
        }
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }
}
