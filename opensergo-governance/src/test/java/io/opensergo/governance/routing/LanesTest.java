package io.opensergo.governance.routing;

import static io.opensergo.governance.routing.Routers.metadata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.rules.traffic.StringMatch;
import io.opensergo.rules.traffic.TrafficLane;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

class LanesTest {

    private static final String KEY = TrafficLane.DEFAULT_BAGGAGE_KEY;
    private static final TrafficColour BETA = new TrafficColour(KEY, "beta");
    private static final WorkloadIdentity SELF =
            WorkloadIdentity.of("shop", Map.of("tag", "beta", "zone", "a"));

    private static TrafficLane lane(
            String name,
            TrafficLane.@Nullable HttpTraffic traffic,
            @Nullable Map<String, String> workload,
            @Nullable String key) {
        return TrafficLane.builder(metadata(name))
                .rules(
                        TrafficLane.Rules.builder()
                                .lane(TrafficLane.Lane.of(name))
                                .traffic(
                                        traffic == null
                                                ? null
                                                : TrafficLane.Traffic.builder()
                                                        .http(traffic)
                                                        .build())
                                .workload(
                                        workload == null
                                                ? null
                                                : TrafficLane.Workload.builder()
                                                        .selector(workload)
                                                        .build())
                                .traceIdBaggage(key)
                                .build())
                .build();
    }

    private static TrafficLane insiders(String name) {
        return lane(
                name,
                TrafficLane.HttpTraffic.builder()
                        .headers(Map.of("X-User-Tier", StringMatch.exact("insider")))
                        .uri(StringMatch.prefix("/api"))
                        .build(),
                null,
                null);
    }

    private static @Nullable TrafficColour colour(
            UnaryOperator<RequestView.Builder> request, TrafficLane... lanes) {
        return Lanes.compile(List.of(lanes), SELF)
                .colour(request.apply(RequestView.builder()).build());
    }

    private static Map<String, String> carried(TrafficColour colour, @Nullable String baggage) {
        return carried(Lanes.none(), colour, baggage);
    }

    private static Map<String, String> carried(
            Lanes lanes, TrafficColour colour, @Nullable String baggage) {
        Map<String, String> headers = new LinkedHashMap<>();
        lanes.carry(colour, baggage, headers::put);
        return headers;
    }

    @Test
    void coloursARequestThatFulfilsEveryConditionOfTheTraffic() {
        TrafficLane rule = insiders("beta");

        assertThat(colour(r -> r.path("/api/x").header("x-user-tier", "insider"), rule))
                .isEqualTo(BETA);
        assertThat(colour(r -> r.path("/other").header("x-user-tier", "insider"), rule)).isNull();
        assertThat(colour(r -> r.path("/api/x"), rule)).isNull();
    }

    @Test
    void coloursEveryRequestOfAWorkloadThatTheRuleSelects() {
        assertThat(colour(r -> r, lane("beta", null, Map.of("tag", "beta"), null))).isEqualTo(BETA);
        assertThat(colour(r -> r, lane("beta", null, Map.of("tag", "gray"), null))).isNull();
        assertThat(colour(r -> r, lane("beta", null, Map.of("tag", "beta", "zone", "b"), null)))
                .isNull();
    }

    @Test
    void trafficOrWorkloadIsEnough() {
        var never = TrafficLane.HttpTraffic.builder().uri(StringMatch.exact("/never")).build();
        var always = TrafficLane.HttpTraffic.builder().build();

        assertThat(colour(r -> r, lane("beta", never, Map.of("tag", "beta"), null)))
                .isEqualTo(BETA);
        assertThat(colour(r -> r, lane("beta", always, Map.of("tag", "gray"), null)))
                .isEqualTo(BETA);
        assertThat(colour(r -> r, lane("beta", null, null, null))).isNull();
    }

    @Test
    void theFirstRuleThatAppliesWins() {
        UnaryOperator<RequestView.Builder> request =
                r -> r.path("/api").header("x-user-tier", "insider");

        assertThat(colour(request, insiders("first"), insiders("second")).name())
                .isEqualTo("first");
    }

    @Test
    void aRequestKeepsTheColourItComesWith() {
        TrafficLane rule = lane("gray", null, Map.of("tag", "beta"), null);

        assertThat(colour(r -> r.header(KEY, "beta"), rule)).isEqualTo(BETA);
        assertThat(colour(r -> r.header("baggage", KEY + "=beta"), rule)).isEqualTo(BETA);
        assertThat(colour(r -> r.header(KEY, "unheard-of"), rule).name()).isEqualTo("unheard-of");
        assertThat(colour(r -> r.header(KEY, ""), rule).name()).isEqualTo("gray");
    }

    @Test
    void aColourIsKeptWithoutAnyRule() {
        RequestView request = RequestView.builder().header(KEY, "beta").build();

        assertThat(Lanes.none().colour(request)).isEqualTo(BETA);
        assertThat(Lanes.none().colour(RequestView.builder().build())).isNull();
    }

    @Test
    void theHeaderGoesBeforeTheBaggage() {
        assertThat(colour(r -> r.header("baggage", KEY + "=gray").header(KEY, "beta")))
                .isEqualTo(BETA);
    }

    @Test
    void theKeyOfARuleCarriesItsColour() {
        TrafficLane rule = lane("beta", null, Map.of("tag", "beta"), "X-Lane");

        assertThat(colour(r -> r, rule)).isEqualTo(new TrafficColour("X-Lane", "beta"));
        assertThat(colour(r -> r.header("x-lane", "gray"), rule).name()).isEqualTo("gray");
        assertThat(colour(r -> r.header("baggage", "X-Lane=gray"), rule).name()).isEqualTo("gray");
        assertThat(colour(r -> r.header("baggage", "x-lane=gray"), rule).name()).isEqualTo("beta");
    }

    @Test
    void aColourWithAKeyOfItsOwnPassesApplicationsThatDoNotKnowItsRule() {
        TrafficLane rule = lane("beta", null, Map.of("tag", "beta"), "x-lane");
        Lanes first = Lanes.compile(List.of(rule), SELF);
        TrafficColour given = first.colour(RequestView.builder().build());

        Map<String, String> sent = carried(first, given, null);
        TrafficColour between = Lanes.none().colour(request(sent));
        Map<String, String> passedOn = carried(Lanes.none(), between, sent.get("baggage"));
        TrafficColour last = Lanes.compile(List.of(rule), SELF).colour(request(passedOn));

        assertThat(sent)
                .containsExactly(
                        Map.entry("x-lane", "beta"),
                        Map.entry(KEY, "beta"),
                        Map.entry("baggage", "x-lane=beta," + KEY + "=beta"));
        assertThat(between).isEqualTo(BETA);
        assertThat(last).as("with its own key again").isEqualTo(given);
    }

    private static RequestView request(Map<String, String> headers) {
        RequestView.Builder request = RequestView.builder();
        headers.forEach(request::header);
        return request.build();
    }

    @Test
    void anEntryMayRefuseTheColoursThatCallersComeWith() {
        Lanes entry = Lanes.compile(List.of(insiders("beta")), SELF, new LaneSettings(false, true));
        RequestView spoofed =
                RequestView.builder().header(KEY, "gray").header("baggage", KEY + "=gray").build();
        RequestView insider =
                RequestView.builder()
                        .header(KEY, "gray")
                        .path("/api")
                        .header("x-user-tier", "insider")
                        .build();

        assertThat(entry.receive(spoofed)).isNull();
        assertThat(entry.receive(insider)).isEqualTo(BETA);
        assertThat(entry.colour(spoofed).name()).as("of a call of its own").isEqualTo("gray");
        assertThat(Lanes.none().receive(spoofed).name()).isEqualTo("gray");
        assertThat(entry.isKey("X-OpenSergo-Traffic")).isTrue();
        assertThat(entry.isKey("x-other")).isFalse();
        assertThat(entry.withoutColour("a=b," + KEY + "=gray")).isEqualTo("a=b");
    }

    @Test
    void aColourIsCarriedInItsHeaderAndInTheBaggage() {
        assertThat(carried(BETA, null))
                .containsExactly(Map.entry(KEY, "beta"), Map.entry("baggage", KEY + "=beta"));
    }

    @Test
    void otherMembersOfTheBaggageAreKept() {
        String baggage = "user=a%20b;secret , broken, " + KEY + "=gray;x=1,tenant=7";

        assertThat(carried(BETA, baggage))
                .containsEntry("baggage", KEY + "=beta,user=a%20b;secret,tenant=7");
    }

    @Test
    void aColourThatWouldBreakAHeaderTravelsEncodedOnly() {
        var colour = new TrafficColour(KEY, "beta\r\nset-cookie: x");

        assertThat(carried(colour, null))
                .containsExactly(Map.entry("baggage", KEY + "=beta%0D%0Aset-cookie:%20x"));
    }

    @Test
    void aKeyThatIsNoNameOfAHeaderLeavesTheDefaultKey() {
        assertThat(carried(new TrafficColour("two words", "beta"), "a=b"))
                .containsExactly(Map.entry(KEY, "beta"), Map.entry("baggage", KEY + "=beta,a=b"));
    }

    @Test
    void aColourTravelsInTheContext() {
        Mono<TrafficColour> inner =
                Mono.deferContextual(context -> Mono.justOrEmpty(TrafficColour.from(context)));

        StepVerifier.create(inner.contextWrite(BETA.toContext())).expectNext(BETA).verifyComplete();
        assertThat(TrafficColour.from(Context.empty())).isNull();
    }

    @Test
    void aColourNeedsAKeyAndAName() {
        assertThatThrownBy(() -> new TrafficColour("", "beta"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("key");
        assertThatThrownBy(() -> new TrafficColour(KEY, ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name");
        assertThat(BETA).hasToString("x-opensergo-traffic=beta");
    }

    private static List<Map<String, String>> prefer(
            Lanes lanes, @Nullable TrafficColour colour, List<Map<String, String>> instances) {
        return lanes.prefer(colour, instances, labels -> labels);
    }

    @Test
    void prefersInstancesThatHaveTheColourInATag() {
        Map<String, String> lane = Map.of("lane", "beta");
        Map<String, String> tag = Map.of("tag", "beta");
        Map<String, String> own = Map.of("opensergo.io/lane", "beta");
        Map<String, String> other = Map.of("tag", "gray");
        Map<String, String> plain = Map.of("version", "beta");

        assertThat(prefer(Lanes.none(), BETA, List.of(plain, lane, other, tag, own)))
                .containsExactly(lane, tag, own);
    }

    @Test
    void prefersTheBaselineWhenNoInstanceHasTheColour() {
        Map<String, String> gray = Map.of("tag", "gray");
        Map<String, String> plain = Map.of("version", "v1");

        assertThat(prefer(Lanes.none(), BETA, List.of(gray, plain))).containsExactly(plain);
    }

    @Test
    void takesAllWhenThereIsNoBaselineEither() {
        List<Map<String, String>> instances = List.of(Map.of("tag", "gray"), Map.of("lane", "x"));

        assertThat(prefer(Lanes.none(), BETA, instances)).isSameAs(instances);
        assertThat(prefer(Lanes.none(), BETA, List.of())).isEmpty();
    }

    @Test
    void aRequestWithoutColourPrefersTheBaseline() {
        Map<String, String> gray = Map.of("tag", "gray");
        Map<String, String> plain = Map.of("version", "v1");
        Map<String, String> other = Map.of("version", "v2");

        assertThat(prefer(Lanes.none(), null, List.of(gray, plain, other)))
                .containsExactly(plain, other);
        assertThat(prefer(Lanes.none(), null, List.of(plain, gray, other)))
                .containsExactly(plain, other);
    }

    @Test
    void aRequestWithoutColourMayGoAnywhereIfThereIsNoBaselineOrTheSettingSaysSo() {
        List<Map<String, String>> lanes = List.of(Map.of("tag", "gray"), Map.of("lane", "x"));
        List<Map<String, String>> plain = List.of(Map.of(), Map.of("version", "v1"));
        List<Map<String, String>> mixed = List.of(Map.of("tag", "gray"), Map.of());
        Lanes anywhere = Lanes.compile(List.of(), SELF, new LaneSettings(true, false));

        assertThat(prefer(Lanes.none(), null, lanes)).isSameAs(lanes);
        assertThat(prefer(Lanes.none(), null, plain)).isSameAs(plain);
        assertThat(prefer(anywhere, null, mixed)).isSameAs(mixed);
    }

    @Test
    void theWorkloadOfARuleSaysWhichInstancesCarryItsColour() {
        Lanes lanes =
                Lanes.compile(
                        List.of(lane("beta", null, Map.of("build", "7"), null)),
                        WorkloadIdentity.unknown());
        Map<String, String> selected = Map.of("build", "7", "zone", "a");
        Map<String, String> tagged = Map.of("tag", "beta");
        Map<String, String> plain = Map.of("build", "6");

        assertThat(prefer(lanes, BETA, List.of(tagged, plain, selected))).containsExactly(selected);
        assertThat(prefer(lanes, new TrafficColour(KEY, "x"), List.of(selected, plain)))
                .containsExactly(plain);
        assertThat(lanes.carries(BETA, selected)).isTrue();
        assertThat(lanes.carries(BETA, tagged)).isFalse();
        assertThat(lanes.isBaseline(selected)).isFalse();
        assertThat(lanes.isBaseline(tagged)).isFalse();
        assertThat(lanes.isBaseline(plain)).isTrue();
    }

    @Test
    void severalRulesOfOneLaneSelectTogether() {
        Lanes lanes =
                Lanes.compile(
                        List.of(
                                lane("beta", null, Map.of("build", "7"), null),
                                lane("beta", null, Map.of("build", "8"), "other-key")),
                        WorkloadIdentity.unknown());

        assertThat(lanes.carries(BETA, Map.of("build", "7"))).isTrue();
        assertThat(lanes.carries(BETA, Map.of("build", "8"))).isTrue();
    }
}
