package io.opensergo.rules.document;

import static io.opensergo.rules.document.Documents.GOOD;
import static io.opensergo.rules.document.Documents.problems;
import static io.opensergo.rules.document.Documents.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.Rule;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists as {@code kubectl get -o yaml} writes them. */
class ListReaderTest {

    private static final String API = "fault-tolerance.opensergo.io/v1alpha1";

    @Test
    void listIsReadAsItsItems() {
        ReadResult result = read(list("List", "v1", item("a", 6), item("b", 7)));

        assertThat(result.orThrow()).extracting(Rule::name).containsExactly("a", "b");
        assertThat(result.documents()).extracting(RuleDocument::number).containsExactly(1, 1);
        assertThat(result.documents()).extracting(RuleDocument::line).containsExactly(4, 8);
    }

    @Test
    void listOfOneKindIsReadAsItsItems() {
        ReadResult result = read(list("ConcurrencyLimitStrategyList", API, item("a", 6)));

        assertThat(result.orThrow()).extracting(Rule::name).containsExactly("a");
    }

    @Test
    void itemsOfAListOfOneKindNeedNotNameItAgain() {
        String item = item("a", 6).replaceAll("(?m)^(apiVersion|kind):.*\\n", "");

        assertThat(read(list("ConcurrencyLimitStrategyList", API, item)).orThrow()).hasSize(1);
        assertThat(problems(list("List", "v1", item)))
                .hasSize(2)
                .allMatch(
                        problem -> problem.contains(": items[0].") && problem.contains("required"));
    }

    @Test
    void whatKubectlWritesBesideTheItemsIsIgnored() {
        String text =
                list("List", "v1", item("a", 6))
                        + "metadata: {resourceVersion: \"\", selfLink: \"\"}\n";

        assertThat(read(text).orThrow()).hasSize(1);
    }

    @Test
    void faultInAnItemConcernsThatItemAloneAndHasItsPlace() {
        ReadResult result = read(GOOD + "---\n" + list("List", "v1", item("a", -6), item("b", 7)));

        assertThat(result.rules()).extracting(Rule::name).containsExactly("good", "b");
        assertThat(result.allProblems())
                .extracting(Problem::toString)
                .containsExactly(
                        "rules.yaml:12:44: items[0].spec.maxConcurrency must be a whole number >= 0,"
                                + " was -6 (document 2)");
        assertThat(result.documents().get(1).id())
                .satisfies(id -> assertThat(String.valueOf(id)).contains("default/a"));
    }

    @Test
    void listInAListIsReadAsItsItemsToo() {
        String inner = list("List", "v1", item("a", 6), item("b", -1));

        ReadResult result = read(list("List", "v1", inner, item("c", 7)));

        assertThat(result.rules()).extracting(Rule::name).containsExactly("a", "c");
        assertThat(result.allProblems())
                .extracting(Problem::path)
                .containsExactly("items[0].items[1].spec.maxConcurrency");
    }

    @Test
    void emptyListHoldsNoRulesAndIsNoProblem() {
        ReadResult result = read("apiVersion: v1\nkind: List\nitems: []\n");

        assertThat(result.orThrow()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{apiVersion: v1, kind: List} | items must be a list of the rules, was nothing",
                "{apiVersion: v1, kind: List, items: {}} | items must be a list of the rules, was an"
                        + " object",
                "{apiVersion: v2, kind: List, items: []} | apiVersion must be \"v1\" for kind List,"
                        + " was \"v2\"",
                "{apiVersion: v1, kind: List, items: [], itms: []} | itms is an unknown field",
                "{apiVersion: v1, kind: List, items: [5]} | items[0] must be an object",
                "{apiVersion: v1, kind: NothingList, items: []} | kind must be a known kind"
            })
    void listIsChecked(String text, String message) {
        assertThat(problems(text)).anySatisfy(problem -> assertThat(problem).contains(message));
    }

    private static String list(String kind, String apiVersion, String... items) {
        var text =
                new StringBuilder("apiVersion: %s\nkind: %s\nitems:\n".formatted(apiVersion, kind));
        for (String item : items) {
            String indented = item.lines().collect(Collectors.joining("\n  "));
            text.append("- ").append(indented).append('\n');
        }
        return text.toString();
    }

    private static String item(String name, int max) {
        return GOOD.replace("name: good", "name: " + name).replace("6", Integer.toString(max));
    }
}
