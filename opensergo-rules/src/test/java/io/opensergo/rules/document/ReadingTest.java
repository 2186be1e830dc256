package io.opensergo.rules.document;

import static io.opensergo.rules.document.Documents.GOOD;
import static io.opensergo.rules.document.Documents.problems;
import static io.opensergo.rules.document.Documents.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.StringMatch;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadingTest {
    private static String app(String metadata, String selector) {
        return read(bound(metadata, selector)).orThrow().get(0).app();
    }

    private static String bound(String metadata, String selector) {
        return GOOD.replace("{name: good}", "{name: good, " + metadata + "}")
                .replace("{limit", "{" + selector + "limit");
    }

    @Nested
    class SeveralFaults {

        @Test
        void everyFaultOfADocumentIsReportedAtOnce() {
            String text =
                    """
                    apiVersion: fault-tolerance.opensergo.io/v1alpha1
                    kind: CircuitBreakerStrategy
                    metadata:
                      namespace: ""
                      labels: {app: 5}
                      colour: red
                    spec:
                      strategy: Slow
                      triggerRatio: 160%
                      statDuration: 0s
                      minRequestAmount: 0
                      slowConditions: {maxAllowedRt: 3 s}
                      limit: 5
                    status: {}
                    extra: 1
                    """;

            assertThat(problems(text))
                    .extracting(problem -> problem.replaceFirst("(\\S+ \\S+) .*", "$1"))
                    .containsExactlyInAnyOrder(
                            "rules.yaml:3:1: metadata.name",
                            "rules.yaml:5:17: metadata.labels.app",
                            "rules.yaml:6:11: metadata.colour",
                            "rules.yaml:8:13: spec.strategy",
                            "rules.yaml:9:17: spec.triggerRatio",
                            "rules.yaml:10:17: spec.statDuration",
                            "rules.yaml:7:1: spec.recoveryTimeout",
                            "rules.yaml:11:21: spec.minRequestAmount",
                            "rules.yaml:12:34: spec.slowConditions.maxAllowedRt",
                            "rules.yaml:13:10: spec.limit",
                            "rules.yaml:15:8: extra");
        }

        @Test
        void faultInOneDocumentLeavesTheOthers() {
            ReadResult result = read(GOOD + "---\n" + GOOD.replace("6", "-6") + "---\n" + GOOD);

            assertThat(result.documents())
                    .extracting(RuleDocument::number)
                    .containsExactly(1, 2, 3);
            assertThat(result.documents())
                    .extracting(document -> document.rule() == null)
                    .containsExactly(false, true, false);
            assertThat(result.documents().get(1).problems())
                    .extracting(Problem::toString)
                    .containsExactly(
                            "rules.yaml:9:42: spec.maxConcurrency must be a whole number >= 0, was -6"
                                    + " (document 2)");
        }

        @Test
        void brokenDocumentStillSaysWhichRuleItWasMeantToBe() {
            RuleDocument document = read(GOOD.replace("6", "-6")).documents().get(0);

            assertThat(document.id()).isEqualTo(RuleId.of(ConcurrencyLimitStrategy.KIND, "good"));
        }

        @Test
        void documentThatNamesNoRuleHasNoId() {
            assertThat(read(GOOD.replace("name: good", "")).documents().get(0).id()).isNull();
            assertThat(read(GOOD.replace("kind: Con", "kind: Can")).documents().get(0).id())
                    .isNull();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "kind: [\n",
                    "kind: \"open\n",
                    "{a: 1\n",
                    "a: b: c\n",
                    "a\nb: c\n",
                    "- a\nb: c\n",
                    "a: &b\n  - *c\n",
                    "%\n",
                    "@a\n",
                    "a: |\n  x\n y: 1\n",
                    "{a: 1}\nb: 2\n",
                    "{a: 1}}\n",
                    "[a]]\n"
                })
        void readingGoesOnAfterASyntaxError(String broken) {
            ReadResult result =
                    read(GOOD + "---\n" + broken + "---\n" + GOOD + "--- # last\n" + GOOD);

            assertThat(result.rules()).hasSize(3);
            assertThat(result.documents())
                    .extracting(document -> document.problems().size())
                    .containsExactly(0, 1, 0, 0);
            assertThat(result.documents().get(1).problems().get(0).line())
                    .isBetween(6, 6 + (int) broken.lines().count());
        }

        @Test
        void placesAreRightAfterASyntaxError() {
            String text = "# comment\nkind: [\n---\n" + GOOD + "---\n\n" + GOOD.replace("6", "-6");

            assertThat(problems(text))
                    .hasSize(2)
                    .last()
                    .asString()
                    .startsWith("rules.yaml:13:42: spec.maxConcurrency")
                    .endsWith("(document 3)");
        }

        @Test
        void emptyDocumentsCountButAreNoRules() {
            ReadResult result = read("---\n# nothing\n---\n" + GOOD + "---\n");

            assertThat(result.documents()).extracting(RuleDocument::number).containsExactly(2);
        }

        @Test
        void ruleIsNotTakenFromADocumentThatGoesOnWrongly() {
            String flow =
                    GOOD.replace("apiVersion", "{apiVersion")
                            .replace("\n", "\n,")
                            .replace("6}\n,", "6}}\n");

            assertThat(read(flow).rules()).hasSize(1);
            assertThat(read(flow + "more: 1\n").documents())
                    .singleElement()
                    .satisfies(document -> assertThat(document.rule()).isNull());
            assertThat(read(flow + "...\n}\n").rules()).hasSize(1);
        }
    }

    @Nested
    class UnknownFields {

        @Test
        void unknownFieldIsAnErrorToAStrictReader() {
            String text = GOOD.replace("maxConcurrency", "maxConcurency");

            assertThat(problems(text))
                    .containsExactly(
                            "rules.yaml:4:1: spec.maxConcurrency is required (document 1)",
                            "rules.yaml:4:41: spec.maxConcurency is an unknown field; allowed: [limitMode,"
                                    + " maxConcurrency]; did you mean 'maxConcurrency'? (document 1)");
        }

        @Test
        void unknownFieldBesideTheChosenOneOfAlternativesIsNamed() {
            assertThat(
                            problems(
                                    TrafficRouter.KIND,
                                    "{http: [{match: [{uri: {exact: a, exakt: b}}]}]}"))
                    .containsExactly(
                            "rules.yaml:5:44: spec.http[0].match[0].uri.exakt is an unknown field;"
                                    + " allowed: [exact, prefix, regex]; did you mean 'exact'?"
                                    + " (document 1)");
        }

        @Test
        void unknownFieldIsAWarningToALenientReader() {
            ReadResult result =
                    RuleReader.lenient().read(GOOD.replace("{limit", "{burst: 5, limit"), "wire");

            assertThat(result.isClean()).isTrue();
            assertThat(result.orThrow()).hasSize(1);
            assertThat(result.allProblems())
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.isError()).isFalse())
                    .asString()
                    .startsWith("wire:4:15: warning: spec.burst is an unknown field");
        }

        @Test
        void unknownConditionIsNeverDropped() {
            String text = Documents.of(TrafficRouter.KIND, "http: [{match: [{uri: {suffix: a}}]}]");

            assertThat(RuleReader.lenient().read(text, "wire").rules()).isEmpty();
        }

        @Test
        void fieldsOfKubernetesAreIgnored() {
            String text =
                    """
                    apiVersion: fault-tolerance.opensergo.io/v1alpha1
                    kind: ConcurrencyLimitStrategy
                    metadata:
                      name: good
                      namespace: shop
                      annotations: {note: a}
                      creationTimestamp: null
                      deletionGracePeriodSeconds: 5
                      deletionTimestamp: "2026-01-01T00:00:00Z"
                      finalizers: [a]
                      generateName: good-
                      generation: 3
                      managedFields: [{manager: kubectl}]
                      ownerReferences: []
                      resourceVersion: "12"
                      selfLink: /a
                      uid: 0-1
                    spec: {limitMode: Local, maxConcurrency: 6}
                    status: {phase: [Ready]}
                    """;

            assertThat(read(text).orThrow())
                    .singleElement()
                    .extracting(Rule::metadata)
                    .isEqualTo(
                            Metadata.builder()
                                    .name("good")
                                    .namespace("shop")
                                    .annotations(Map.of("note", "a"))
                                    .build());
        }
    }

    @Nested
    class AbsentValues {

        @Test
        void nullIsNoValueOfAnOptionalField() {
            HttpRoute route =
                    Documents.rule(
                                    TrafficRouter.KIND,
                                    "hosts: null\nhttp: [{timeout: null, mirror: ~, match: , retries: {retryRemoteLocalities: null}}]")
                            .http()
                            .get(0);

            assertThat(route.timeout()).isNull();
            assertThat(route.mirror()).isNull();
            assertThat(route.match()).isEmpty();
        }

        @Test
        void valueLeftOutIsNull() {
            String spec =
                    """
                    gateways:
                    http:
                    - timeout:
                      headers: {request: , response: {add: {}}}
                    """;

            TrafficRouter router = Documents.rule(TrafficRouter.KIND, spec);

            assertThat(router.gateways()).isEmpty();
            assertThat(router.http().get(0).timeout()).isNull();
            assertThat(router.http().get(0).headers().request()).isNull();
        }

        @ParameterizedTest
        @ValueSource(strings = {"''", "\"\"", "!!str", "|"})
        void emptyTextIsNoValueLeftOut(String text) {
            String spec = "http:\n- match:\n  - uri:\n      exact: " + text;

            assertThat(Documents.rule(TrafficRouter.KIND, spec).http().get(0).match().get(0).uri())
                    .isEqualTo(StringMatch.exact(""));
        }

        @Test
        void conditionLeftOutIsNoEmptyText() {
            assertThat(problems(TrafficRouter.KIND, "http:\n- match:\n  - uri:\n      exact:"))
                    .containsExactly(
                            "rules.yaml:8:15: spec.http[0].match[0].uri.exact must be a text, was"
                                    + " nothing (document 1)");
        }

        @Test
        void nullIsNotAllowedWhereAValueIsRequired() {
            assertThat(
                            problems(
                                    ConcurrencyLimitStrategy.KIND,
                                    "limitMode: null\nmaxConcurrency: ~"))
                    .containsExactly(
                            "rules.yaml:5:14: spec.limitMode must be one of [Local, Global,"
                                    + " GlobalToLocal], was nothing (document 1)",
                            "rules.yaml:6:19: spec.maxConcurrency must be a whole number, was nothing"
                                    + " (document 1)");
        }
    }

    @Nested
    class Envelope {

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "apiVersion | 1:1: apiVersion is required",
                    "kind | 1:1: kind is required",
                    "metadata | 1:1: metadata is required",
                    "spec | 1:1: spec is required"
                })
        void envelopeIsRequired(String field, String message) {
            String text =
                    GOOD.lines()
                            .filter(line -> !line.startsWith(field + ":"))
                            .reduce("", (all, line) -> all + line + "\n");

            assertThat(problems(text)).containsExactly("rules.yaml:" + message + " (document 1)");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "metadata: [] | 3:1: metadata must be an object, was a list",
                    "metadata: {name: 5} | 3:18: metadata.name must be a text, was 5; put it in quotes:"
                            + " \"5\"",
                    "metadata: {name: ''} | 3:19: metadata.name must be a text of 1 to 1024 characters,"
                            + " was empty",
                    "metadata: {name: a, labels: {app: ''}} | 3:36: metadata.labels.app must be a text"
                            + " of 1 to 1024 characters, was empty",
                    "metadata: {name: a, labels: [a]} | 3:21: metadata.labels must be an object, was a"
                            + " list",
                    "metadata: {name: a, annotations: {b: true}} | 3:38: metadata.annotations.b must be"
                            + " a text, was true; put it in quotes: \"true\"",
                    "metadata: {name: a, annotations: {opensergo.io/mode: shadwo}} | 3:54:"
                            + " metadata.annotations.opensergo.io/mode must be one of [enforce,"
                            + " shadow], was \"shadwo\"",
                    "metadata: {name: a, nam: b} | 3:21: metadata.nam is an unknown field; allowed:"
                            + " [annotations, labels, name, namespace]; did you mean 'name'?",
                })
        void metadataIsChecked(String metadata, String message) {
            String text = GOOD.replace("metadata: {name: good}", metadata);

            assertThat(problems(text))
                    .hasSize(1)
                    .first()
                    .asString()
                    .contains(message.split(": ", 2)[1]);
        }

        /** Tools of Kubernetes write it so where it is not set. */
        @Test
        void emptyNamespaceIsAbsent() {
            String text =
                    GOOD.replace("metadata: {name: good}", "metadata: {name: good, namespace: ''}");

            RuleDocument good = read(text).documents().get(0);
            RuleDocument bad = read(text.replace("6", "-6")).documents().get(0);

            assertThat(good.rule()).isEqualTo(read(GOOD).rules().get(0));
            assertThat(bad.id()).isEqualTo(good.id());
        }

        @Test
        void nameIsAtMost1024Characters() {
            String text = GOOD.replace("name: good", "name: " + "x".repeat(1025));

            assertThat(problems(text))
                    .containsExactly(
                            "rules.yaml:3:18: metadata.name must be a text of 1 to 1024 characters, was"
                                    + " 1025 characters (document 1)");
        }

        @Test
        void selectorBindsAsTheLabelDoes() {
            assertThat(app("", "selector: {app: checkout}, ")).isEqualTo("checkout");
            assertThat(app("labels: {app: checkout}", "")).isEqualTo("checkout");
            assertThat(app("labels: {app: checkout}", "selector: {app: checkout}, "))
                    .isEqualTo("checkout");
            assertThat(app("labels: {tier: a}", "")).isNull();
        }

        @Test
        void selectorAndLabelMustAgree() {
            assertThat(problems(bound("labels: {app: a}", "selector: {app: b}, ")))
                    .containsExactly(
                            "rules.yaml:4:24: spec.selector.app must equal metadata.labels.app, which is"
                                    + " \"a\", was \"b\" (document 1)");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "selector: {}, | spec.selector.app is required",
                    "selector: [a], | spec.selector must be an object, was a list",
                    "selector: {app: 5}, | spec.selector.app must be a text, was 5",
                    "selector: {app: ''}, | metadata.labels.app must be a text of 1 to 1024 characters",
                    "'selector: {app: a, tier: b}, ' | spec.selector.tier is an unknown field; allowed: [app]"
                })
        void selectorIsChecked(String selector, String message) {
            assertThat(problems(bound("", selector))).singleElement().asString().contains(message);
        }

        @Test
        void applicationIsRequiredOnlyIfAsked() {
            RuleReader reader = RuleReader.strict().withAppRequired();

            assertThat(reader.read(GOOD, "rules.yaml").allProblems())
                    .extracting(Problem::toString)
                    .containsExactly(
                            "rules.yaml:3:1: metadata.labels.app is required: it names the application"
                                    + " that gets this rule (document 1)");
            assertThat(reader.read(bound("", "selector: {app: a}, "), "rules.yaml").isClean())
                    .isTrue();
            assertThat(reader.read(bound("labels: {app: a}", ""), "rules.yaml").isClean()).isTrue();
            assertThat(read(GOOD).isClean()).isTrue();
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "kind: RateLimitStrateg | kind must be a known kind: one of [FaultToleranceRule,",
                    "kind: RateLimitStrateg | was \"RateLimitStrateg\"; did you mean 'RateLimitStrategy'?",
                    "kind: ratelimitstrategy | did you mean 'RateLimitStrategy'?",
                    "kind: TrafficRouter | apiVersion must be \"traffic.opensergo.io/v1alpha1\" for kind"
                            + " TrafficRouter, was \"fault-tolerance.opensergo.io/v1alpha1\"",
                    "kind: 5 | kind must be a text, was 5"
                })
        void kindMustBeKnown(String kind, String message) {
            assertThat(problems(GOOD.replace("kind: ConcurrencyLimitStrategy", kind)))
                    .anySatisfy(problem -> assertThat(problem).contains(message));
        }
    }

    @Nested
    class Reader {

        @Test
        void settingsOfAReaderAreKeptByTheOthers() {
            RuleReader reader =
                    RuleReader.lenient()
                            .withAppRequired()
                            .withMaxBytes(100_000)
                            .withKinds(RuleKinds.standard());

            assertThat(reader.read(GOOD.replace("{limit", "{x: 1, limit"), "a").allProblems())
                    .extracting(Problem::isError)
                    .containsExactly(true, false);
            assertThat(reader.read(" ".repeat(100_001), "a").problems())
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.message()).contains("100000"));
        }

        @Test
        void resultThrowsEveryErrorAndNoWarning() {
            String text = GOOD.replace("6", "-6").replace("{limit", "{x: 1, limit") + "---\n[a]\n";
            ReadResult result = RuleReader.lenient().read(text, "rules.yaml");

            assertThatThrownBy(result::orThrow)
                    .isInstanceOfSatisfying(
                            RuleDocumentException.class,
                            e -> {
                                assertThat(e.problems()).hasSize(2).allMatch(Problem::isError);
                                assertThat(e.getMessage().lines())
                                        .hasSize(2)
                                        .first()
                                        .asString()
                                        .startsWith("rules.yaml:4:48: spec.maxConcurrency");
                            });
        }
    }

    @Nested
    class Values {

        @Test
        void treeFromElsewhereIsReadWithoutPlaces() {
            ObjectNode tree = RuleWriter.toTree(read(GOOD).orThrow().get(0));
            ((ObjectNode) tree.get("spec")).put("maxConcurrency", -6);

            assertThat(RuleReader.strict().read(tree, "wire").problems())
                    .extracting(Problem::toString)
                    .containsExactly(
                            "wire: spec.maxConcurrency must be a whole number >= 0, was -6 (document 1)");
        }

        @Test
        void wholeNumberMayComeAsADouble() {
            ObjectNode tree = RuleWriter.toTree(read(GOOD).orThrow().get(0));
            ((ObjectNode) tree.get("spec")).put("maxConcurrency", 7.0);

            assertThat(RuleReader.strict().read(tree, "wire").rule())
                    .isInstanceOfSatisfying(
                            ConcurrencyLimitStrategy.class,
                            rule -> assertThat(rule.maxConcurrency()).isEqualTo(7));
        }

        @ParameterizedTest
        @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
        void numberThatIsNoneIsRefused(double value) {
            ObjectNode limit = RuleWriter.toTree(read(GOOD).orThrow().get(0));
            ((ObjectNode) limit.get("spec")).put("maxConcurrency", value);
            ObjectNode load =
                    RuleWriter.toTree(
                            Documents.rule(
                                    AdaptiveOverloadProtectionStrategy.KIND,
                                    "{metricType: SystemLoad, triggerThreshold: 4.5, adaptiveStrategy: NONE}"));
            ((ObjectNode) load.get("spec")).put("triggerThreshold", value);
            ObjectNode router =
                    RuleWriter.toTree(
                            Documents.rule(TrafficRouter.KIND, "http: [{mirrorPercent: 5}]"));
            ((ObjectNode) router.at("/spec/http/0/mirrorPercentage")).put("value", value);

            for (ObjectNode tree : List.of(limit, load, router)) {
                assertThat(RuleReader.strict().read(tree, "wire").problems()).hasSize(1);
            }
        }

        @Test
        void negativeZeroIsZero() {
            ObjectNode load =
                    RuleWriter.toTree(
                            Documents.rule(
                                    AdaptiveOverloadProtectionStrategy.KIND,
                                    "{metricType: SystemLoad, triggerThreshold: 4.5, adaptiveStrategy: NONE}"));
            ((ObjectNode) load.get("spec")).put("triggerThreshold", -0.0);

            assertThat(RuleReader.strict().read(load, "wire").problems()).isEmpty();
        }

        @Test
        void kindOfAStrategyMayBeLeftOut() {
            FaultToleranceRule rule =
                    Documents.rule(FaultToleranceRule.KIND, "targets: []\nstrategies: [{name: a}]");

            assertThat(rule.strategies()).containsExactly(FaultToleranceRule.StrategyRef.of("a"));
        }

        @Test
        void conditionsOfTheOtherTriggerAreKept() {
            CircuitBreakerStrategy rule =
                    Documents.rule(
                            CircuitBreakerStrategy.KIND,
                            "{strategy: ErrorRequestRatio, triggerRatio: 5%, statDuration: 1s,"
                                    + " recoveryTimeout: 1s, minRequestAmount: 1, slowConditions:"
                                    + " {maxAllowedRt: 1s}}");

            assertThat(rule.slowConditions()).isNotNull();
        }
    }
}
