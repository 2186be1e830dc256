package io.opensergo.rules.document;

import static io.opensergo.rules.document.Documents.problems;
import static io.opensergo.rules.document.Documents.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Anchors, aliases and merge keys of YAML. */
class AliasTest {

    @Test
    void aliasOfAScalarStandsForIt() {
        String text =
                """
                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                kind: ConcurrencyLimitStrategy
                metadata: {name: &name checkout, labels: {app: *name}}
                spec: {limitMode: Local, maxConcurrency: &max 6}
                """;

        Rule rule = read(text).orThrow().get(0);

        assertThat(rule.name()).isEqualTo("checkout");
        assertThat(rule.app()).isEqualTo("checkout");
    }

    @ParameterizedTest
    @ValueSource(strings = {"6", "0x6", "\"6\"", "true", "six"})
    void aliasHasTheTypeOfItsAnchor(String value) {
        String direct = "limitMode: Local\nmaxConcurrency: " + value;
        String aliased = "limitMode: Local\nmaxConcurrency: *a";
        String anchored =
                Documents.of(ConcurrencyLimitStrategy.KIND, aliased)
                        .replace("labels: {", "labels: {x: &a " + value + ", ");

        assertThat(problems(anchored).stream().filter(p -> p.contains("maxConcurrency")).count())
                .isEqualTo(problems(ConcurrencyLimitStrategy.KIND, direct).size());
    }

    @Test
    void aliasOfAValueLeftOutIsNothing() {
        assertThat(problems("apiVersion: &a\nkind: *a\nmetadata: {}\nspec: {}\n"))
                .filteredOn(problem -> problem.contains("was nothing"))
                .hasSize(2);
    }

    @Test
    void mergeKeyAddsTheFieldsThatAreNotThere() {
        String spec =
                """
                http:
                - route: [{destination: &a {host: a, subset: stable}}]
                - route: [{destination: {<<: *a, subset: canary}}]
                - route: [{destination: {subset: canary, <<: [{subset: x}, *a]}}]
                """;

        TrafficRouter router = Documents.rule(TrafficRouter.KIND, spec);

        assertThat(router.http())
                .extracting(route -> route.route().get(0).destination())
                .satisfiesExactly(
                        first -> assertThat(first.subset()).isEqualTo("stable"),
                        second -> {
                            assertThat(second.host()).isEqualTo("a");
                            assertThat(second.subset()).isEqualTo("canary");
                        },
                        third -> {
                            assertThat(third.host()).isEqualTo("a");
                            assertThat(third.subset()).isEqualTo("canary");
                        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "text", "[5]", "[{}, [{}]]"})
    void mergeKeyOfAnythingElseIsOneClearError(String merged) {
        assertThat(problems("a: &x " + merged + "\nspec: {<<: *x, limitMode: Local}\n"))
                .singleElement()
                .asString()
                .contains("the merge key '<<' takes an object or a list of objects");
    }

    @Test
    void mergeKeyInQuotesIsAFieldOfThatName() {
        assertThat(problems(ConcurrencyLimitStrategy.KIND, "\"<<\": {limitMode: Local}"))
                .anySatisfy(problem -> assertThat(problem).contains("spec.<< is an unknown field"));
    }

    @Test
    void faultInMergedFieldsIsReportedAtTheObject() {
        String text =
                Documents.of(
                        ConcurrencyLimitStrategy.KIND, "<<: {limitMode: Lokal}\nmaxConcurrency: 5");

        assertThat(problems(text))
                .singleElement()
                .asString()
                .startsWith("rules.yaml:4:1: spec.limitMode must be one of");
    }

    /** 78 KB that stand for 20 routers of 320,000 conditions each must not hold up everybody. */
    @Test
    @Timeout(300)
    void aliasesOfAllDocumentsTogetherAreBounded() {
        ReadResult result =
                read(
                        IntStream.range(0, 20)
                                .mapToObj(AliasTest::bomb)
                                .collect(Collectors.joining()));

        assertThat(result.rules()).hasSizeBetween(1, 4);
        assertThat(result.allProblems())
                .extracting(Problem::message)
                .hasSizeGreaterThan(15)
                .allMatch(
                        message ->
                                message.contains(
                                        "the aliases of all documents together stand for more than"
                                                + " 1000000 values"));
    }

    private static String bomb(int i) {
        String matches = "{uri: {exact: /a}}, ".repeat(100);
        String routes = "{match: *m}, ".repeat(1000);
        return """
                ---
                apiVersion: traffic.opensergo.io/v1alpha1
                kind: TrafficRouter
                metadata: {name: r%d, labels: {app: shop, m: x}}
                spec:
                  hosts: [a]
                  http: [{match: &m [%s]}, %s]
                """
                .formatted(i, matches, routes);
    }
}
