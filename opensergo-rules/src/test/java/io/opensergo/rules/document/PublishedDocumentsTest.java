package io.opensergo.rules.document;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.database.DatabaseDiscovery;
import io.opensergo.rules.traffic.StringMatch;
import io.opensergo.rules.traffic.TrafficLane;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every OpenSergo document that was found in public; SOURCES.md beside them says where. */
class PublishedDocumentsTest {

    private static final String LANE = "031_opensergo_traffic-lane-md";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "001_alibaba_README-zh-cn-md",
                "002_alibaba_opensergo_cr_sample-yml",
                "003_alibaba_readme-zh-md",
                "004_alibaba_readme-md",
                "005_opensergo_opensergo_new_sample-yaml",
                "006_opensergo_opensergo_traffic_router_samples-yaml",
                "007_opensergo_test-yaml",
                "032_opensergo_traffic-routing-md",
                "042_sentinel-gro_opensergo_new_sample-yaml"
            })
    void isAcceptedAsPublished(String name) throws IOException {
        ReadResult result = read(RuleReader.strict().withAppRequired(), text(name));

        assertThat(result.allProblems()).isEmpty();
        assertThat(result.rules()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "008_opensergo_fault-tolerance-md",
                "009_opensergo_database-example-md",
                "011_opensergo_database-example-md",
                "012_opensergo_database-example-md",
                "013_opensergo_database-example-md",
                "014_opensergo_database-example-md",
                "015_opensergo_database-md",
                "016_opensergo_database-md",
                "017_opensergo_database-md",
                "018_opensergo_database-md",
                "019_opensergo_database-md",
                "021_opensergo_database-md",
                "022_opensergo_database-md",
                "025_opensergo_fault-tolerance-md",
                "026_opensergo_fault-tolerance-md",
                "027_opensergo_fault-tolerance-md",
                "028_opensergo_fault-tolerance-md",
                "030_opensergo_fault-tolerance-md",
                "035_opensergo_2022-06-30-opensergo-v1alpha1-is-coming-",
                "043_sentinel-gro_necessary-scenarios-of-designing-resilie"
            })
    void lacksNothingButTheApplication(String name) throws IOException {
        ReadResult bound = read(RuleReader.strict().withAppRequired(), text(name));
        ReadResult free = read(RuleReader.strict(), text(name));

        assertThat(bound.allProblems())
                .isNotEmpty()
                .allMatch(problem -> problem.path().equals("metadata.labels.app"));
        assertThat(free.allProblems()).isEmpty();
        assertThat(free.rules()).hasSameSizeAs(free.documents()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "020_opensergo_database-md | shardingColumn must be a text of at least 1",
                "024_opensergo_database-md | is not valid YAML",
                "029_opensergo_fault-tolerance-md | is not valid YAML",
                "031_opensergo_traffic-lane-md | is not valid YAML",
                "033_opensergo_2022-06-30-opensergo-v1alpha1-is-coming- | must be a known kind",
                "034_opensergo_2022-06-30-opensergo-v1alpha1-is-coming- | must be a known kind",
                "036_opensergo_2022-11-10-opensergo-database-governance | must be a known kind"
            })
    void isRefused(String name, String reason) throws IOException {
        ReadResult result = read(RuleReader.strict(), text(name));

        assertThat(result.allProblems())
                .filteredOn(Problem::isError)
                .first()
                .satisfies(problem -> assertThat(problem.toString()).contains(reason));
    }

    @ParameterizedTest
    @ValueSource(strings = {"010_opensergo_database-example-md", "023_opensergo_database-md"})
    void discoveryIsAcceptedInItsPublishedFormWithAWarning(String name) throws IOException {
        ReadResult result = read(RuleReader.strict(), text(name));

        assertThat(result.isClean()).isTrue();
        assertThat(result.rules())
                .last()
                .isInstanceOfSatisfying(
                        DatabaseDiscovery.class,
                        rule ->
                                assertThat(rule.dataSources())
                                        .containsExactly(
                                                Map.entry(
                                                        "readwrite_ds",
                                                        DatabaseDiscovery.Group.builder()
                                                                .dataSourceNames(
                                                                        List.of(
                                                                                "ds_0", "ds_1",
                                                                                "ds_2"))
                                                                .discoveryHeartbeatName(
                                                                        "mgr-heartbeat")
                                                                .discoveryTypeName("mgr")
                                                                .build())));
        assertThat(result.allProblems())
                .hasSize(2)
                .allMatch(problem -> !problem.isError() && problem.line() > 0)
                .allSatisfy(
                        problem ->
                                assertThat(problem.message())
                                        .contains("write dataSources: {\"readwrite_ds\":{"))
                .extracting(Problem::path)
                .containsExactly(
                        "spec.dataSources.discoveryHeartbeatName",
                        "spec.dataSources.discoveryTypeName");
    }

    /** The published text has a tab in its indentation, for which YAML has no use. */
    @Test
    void laneIsAcceptedInItsPublishedFormWithAWarning() throws IOException {
        ReadResult result = read(RuleReader.strict(), text(LANE).replace("\t", "  "));

        assertThat(result.isClean()).isTrue();
        assertThat(headers(result))
                .containsExactly(Map.entry("X-User-Id", new StringMatch.Exact("12345")));
        assertThat(result.allProblems())
                .extracting(Problem::toString)
                .singleElement()
                .asString()
                .startsWith(
                        "published.yaml:12:9: warning: spec.rules.traffic.http.headers is a list")
                .contains("write headers: {\"X-User-Id\":{\"exact\":\"12345\"}}");
    }

    @Test
    void laneMayAlsoListObjectsOfOneHeaderEach() {
        String lane = lane("[{x-a: {exact: a}}, {x-b: {prefix: b}}]");

        assertThat(headers(read(RuleReader.strict(), lane)))
                .containsOnly(
                        Map.entry("x-a", new StringMatch.Exact("a")),
                        Map.entry("x-b", new StringMatch.Prefix("b")));
    }

    /** What may mean two things must not become a lane that colours more than was meant. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "[x-a]",
                "[{exact: a}]",
                "[{x-a: {}}]",
                "[{x-a: {exact: a, prefix: b}}]",
                "[{x-a: {exact: a}, x-b: {exact: b}}]",
                "[{x-a: {exact: a}}, {x-a: {exact: b}}]",
                "[{x-a: , exact: a, prefix: a}]"
            })
    void listOfHeadersThatIsNotClearIsRefused(String headers) {
        assertThat(read(RuleReader.strict(), lane(headers)).allProblems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.isError()).isTrue())
                .extracting(Problem::path)
                .isEqualTo("spec.rules.traffic.http.headers");
    }

    private static Map<String, StringMatch> headers(ReadResult result) {
        var lane = (TrafficLane) result.orThrow().get(0);
        return Objects.requireNonNull(lane.rules().traffic()).http().headers();
    }

    private static String lane(String headers) {
        return Documents.of(
                TrafficLane.KIND,
                "rules: {traffic: {http: {headers: %s}}, lane: {name: x}}".formatted(headers));
    }

    private static ReadResult read(RuleReader reader, String text) {
        return reader.read(text, "published.yaml");
    }

    private static String text(String name) throws IOException {
        String resource = "/io/opensergo/rules/published/" + name + ".yaml";
        try (InputStream in = PublishedDocumentsTest.class.getResourceAsStream(resource)) {
            return new String(
                    Objects.requireNonNull(in, resource).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
