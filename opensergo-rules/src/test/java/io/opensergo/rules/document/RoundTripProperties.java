package io.opensergo.rules.document;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleArbitraries;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Every try takes one rule of each kind. */
class RoundTripProperties {

    private static final int TRIES = 80;

    @Property(tries = TRIES, seed = "4711")
    void yamlReadsToAnEqualRule(@ForAll("rules") List<Rule> rules) {
        for (Rule rule : rules) {
            assertThat(read(RuleWriter.toYaml(rule), "rule.yaml")).containsExactly(rule);
        }
    }

    @Property(tries = TRIES, seed = "4712")
    void jsonReadsToAnEqualRule(@ForAll("rules") List<Rule> rules) {
        for (Rule rule : rules) {
            assertThat(read(RuleWriter.toJson(rule), "rule.json")).containsExactly(rule);
        }
    }

    @Property(tries = TRIES, seed = "4713")
    void aStreamOfDocumentsReadsToEqualRulesInOrder(@ForAll("rules") List<Rule> rules) {
        assertThat(read(RuleWriter.toYaml(rules), "rules.yaml")).isEqualTo(rules);
    }

    @Property(tries = TRIES, seed = "4714")
    void treeReadsToAnEqualRule(@ForAll("rules") List<Rule> rules) {
        for (Rule rule : rules) {
            RuleDocument document = RuleReader.strict().read(RuleWriter.toTree(rule), "tree");

            assertThat(document.problems()).isEmpty();
            assertThat(document.rule()).isEqualTo(rule);
            assertThat(document.id()).isEqualTo(rule.id());
        }
    }

    @Property(tries = 20, seed = "4715")
    void writingIsReproducible(@ForAll("rules") List<Rule> rules) {
        List<Rule> copies = read(RuleWriter.toYaml(rules), "rules.yaml");

        assertThat(RuleWriter.toYaml(copies)).isEqualTo(RuleWriter.toYaml(rules));
    }

    @Provide
    Arbitrary<List<Rule>> rules() {
        return RuleArbitraries.oneOfEachKind();
    }

    private static List<Rule> read(String text, String source) {
        return RuleReader.strict().read(text, source).orThrow();
    }
}
