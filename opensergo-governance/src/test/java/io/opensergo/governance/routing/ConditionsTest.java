package io.opensergo.governance.routing;

import static io.opensergo.governance.routing.Routers.route;
import static io.opensergo.governance.routing.Routers.router;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpMatchBuilder;
import io.opensergo.rules.traffic.StringMatch;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each condition of a match asks of a request. */
class ConditionsTest {

    private static final WorkloadIdentity CART =
            WorkloadIdentity.of("shop", Map.of("app", "cart", "version", "v1"));

    private static boolean holds(HttpMatchBuilder match, RequestView.Builder request) {
        return holds(match, request, CART);
    }

    private static boolean holds(
            HttpMatchBuilder match, RequestView.Builder request, WorkloadIdentity self) {
        TrafficRouter router = router(List.of(), route("r", match.build()));
        return RouteTable.compile(List.of(router), List.of(), self)
                .route(request.build())
                .isFound();
    }

    private static HttpMatchBuilder match() {
        return HttpMatch.builder();
    }

    private static RequestView.Builder request() {
        return RequestView.builder();
    }

    private static boolean uriHolds(StringMatch uri, String path) {
        return holds(match().uri(uri), request().path(path));
    }

    private static boolean headerHolds(StringMatch wanted, String found) {
        return holds(match().headers(Map.of("x-env", wanted)), request().header("x-env", found));
    }

    @Test
    void anEmptyMatchHoldsForEveryRequest() {
        assertThat(holds(match(), request())).isTrue();
    }

    @Test
    void everyFieldOfAMatchMustHold() {
        HttpMatchBuilder both =
                match().method(StringMatch.exact("GET")).uri(StringMatch.prefix("/a"));

        assertThat(holds(both, request().method("GET").path("/a/b"))).isTrue();
        assertThat(holds(both, request().method("PUT").path("/a/b"))).isFalse();
        assertThat(holds(both, request().method("GET").path("/b"))).isFalse();
    }

    @Test
    void anExactUriIsTheWholePath() {
        assertThat(uriHolds(StringMatch.exact("/a"), "/a")).isTrue();
        assertThat(uriHolds(StringMatch.exact("/a"), "/a/")).isFalse();
        assertThat(uriHolds(StringMatch.exact("/a"), "/A")).isFalse();
    }

    @Test
    void aPrefixIsAPrefixOfCharactersNotOfSegments() {
        assertThat(uriHolds(StringMatch.prefix("/a"), "/a")).isTrue();
        assertThat(uriHolds(StringMatch.prefix("/a"), "/abc")).isTrue();
        assertThat(uriHolds(StringMatch.prefix("/a"), "/")).isFalse();
        assertThat(uriHolds(StringMatch.prefix("/a"), "/Abc")).isFalse();
    }

    @Test
    void anEmptyPrefixHoldsForEveryValueThatIsThere() {
        assertThat(headerHolds(StringMatch.prefix(""), "")).isTrue();
        assertThat(headerHolds(StringMatch.prefix(""), "gray")).isTrue();
        assertThat(holds(match().headers(Map.of("x", StringMatch.prefix(""))), request()))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "gr[ae]y, gray, true",
        "gr[ae]y, grey, true",
        "gr[ae]y, xgrey, false",
        "gr[ae]y, greyx, false",
        "gray|blue, blue, true",
        "gray|blue, grayblue, false",
        "(?i)gray, GRAY, true",
        "gray, GRAY, false",
        ".*a.*, gray, true",
        ".*a.*, blue, false",
        "a.*a, a, false",
        "a.*a, aa, true",
    })
    void aRegexMustMatchTheWholeValue(String regex, String value, boolean expected) {
        assertThat(headerHolds(StringMatch.regex(regex), value)).isEqualTo(expected);
    }

    @Test
    void theDotOfARegexIsNoEndOfALine() {
        assertThat(headerHolds(StringMatch.regex("a.*b"), "a\nb")).isFalse();
        assertThat(headerHolds(StringMatch.regex("(?s)a.*b"), "a\nb")).isTrue();
    }

    @Test
    void presentHoldsForAnyValueEvenAnEmptyOne() {
        assertThat(headerHolds(StringMatch.present(), "")).isTrue();
        assertThat(uriHolds(StringMatch.present(), "/any")).isTrue();
        assertThat(holds(match().uri(StringMatch.present()), request())).isFalse();
    }

    @Test
    void ignoringCaseIsForExactUrisAndPrefixes() {
        assertThat(
                        holds(
                                match().uri(StringMatch.exact("/Api")).ignoreUriCase(true),
                                request().path("/aPI")))
                .isTrue();
        assertThat(
                        holds(
                                match().uri(StringMatch.exact("/Api")).ignoreUriCase(true),
                                request().path("/api/")))
                .isFalse();
        assertThat(
                        holds(
                                match().uri(StringMatch.prefix("/Api")).ignoreUriCase(true),
                                request().path("/API/x")))
                .isTrue();
        assertThat(
                        holds(
                                match().uri(StringMatch.regex("/api")).ignoreUriCase(true),
                                request().path("/API")))
                .isFalse();
    }

    @Test
    void ignoringCaseOfUrisLeavesHeadersAlone() {
        HttpMatchBuilder match =
                match().headers(Map.of("x-env", StringMatch.exact("gray"))).ignoreUriCase(true);

        assertThat(holds(match, request().header("x-env", "GRAY"))).isFalse();
    }

    @Test
    void namesOfHeadersIgnoreCaseAndValuesDoNot() {
        HttpMatchBuilder match = match().headers(Map.of("X-Env", StringMatch.exact("Gray")));

        assertThat(holds(match, request().header("x-eNV", "Gray"))).isTrue();
        assertThat(holds(match, request().header("x-env", "gray"))).isFalse();
    }

    @Test
    void aHeaderNamedTwiceInDifferentCaseMustFulfilBoth() {
        HttpMatchBuilder match =
                match().headers(
                                Map.of(
                                        "x-env", StringMatch.prefix("g"),
                                        "X-ENV", StringMatch.regex(".*y")));

        assertThat(holds(match, request().header("x-env", "gray"))).isTrue();
        assertThat(holds(match, request().header("x-env", "green"))).isFalse();
        assertThat(holds(match, request().header("x-env", "silky"))).isFalse();
    }

    @Test
    void aHeaderThatIsThereTwiceIsOneValueJoinedByAComma() {
        HttpMatchBuilder match = match().headers(Map.of("x", StringMatch.exact("a,b")));

        assertThat(holds(match, request().header("x", "a").header("X", "b"))).isTrue();
    }

    @Test
    void aMissingHeaderFulfilsNothing() {
        assertThat(holds(match().headers(Map.of("x", StringMatch.regex(".*"))), request()))
                .isFalse();
        assertThat(holds(match().headers(Map.of("x", StringMatch.present())), request())).isFalse();
    }

    @Test
    void noHeaderOfWithoutHeadersMayMatch() {
        HttpMatchBuilder match =
                match().withoutHeaders(
                                Map.of(
                                        "x-env", StringMatch.exact("gray"),
                                        "x-debug", StringMatch.present()));

        assertThat(holds(match, request())).isTrue();
        assertThat(holds(match, request().header("x-env", "blue"))).isTrue();
        assertThat(holds(match, request().header("x-env", "gray"))).isFalse();
        assertThat(holds(match, request().header("x-debug", ""))).isFalse();
    }

    @Test
    void pseudoHeadersAreWhatTheyStandFor() {
        HttpMatchBuilder match =
                match().headers(Map.of(":authority", StringMatch.exact("shop.com")))
                        .withoutHeaders(Map.of(":method", StringMatch.exact("PUT")));

        assertThat(holds(match, request().authority("shop.com").method("GET"))).isTrue();
        assertThat(holds(match, request().authority("shop.com").method("PUT"))).isFalse();
    }

    @Test
    void everyQueryParameterMustHoldAndItsNameMindsCase() {
        HttpMatchBuilder match =
                match().queryParams(
                                Map.of("q", StringMatch.exact("1"), "r", StringMatch.present()));

        assertThat(holds(match, request().query("q", "1").query("r", ""))).isTrue();
        assertThat(holds(match, request().query("q", "1"))).isFalse();
        assertThat(holds(match, request().query("Q", "1").query("r", ""))).isFalse();
    }

    @Test
    void ofAQueryParameterThatIsThereTwiceTheFirstCounts() {
        HttpMatchBuilder match = match().queryParams(Map.of("q", StringMatch.exact("1")));

        assertThat(holds(match, request().query("q", "1").query("q", "2"))).isTrue();
        assertThat(holds(match, request().query("q", "2").query("q", "1"))).isFalse();
    }

    @Test
    void schemeMethodAndAuthorityAreTextsToo() {
        HttpMatchBuilder match =
                match().scheme(StringMatch.exact("https"))
                        .method(StringMatch.regex("GET|HEAD"))
                        .authority(StringMatch.prefix("shop."));

        assertThat(holds(match, request().scheme("https").method("HEAD").authority("shop.com:80")))
                .isTrue();
        assertThat(holds(match, request().scheme("http").method("GET").authority("shop.com")))
                .isFalse();
        assertThat(holds(match, request())).isFalse();
    }

    @Test
    void aPortMustBeEqualAndAnUnknownOneIsNot() {
        assertThat(holds(match().port(8080), request().port(8080))).isTrue();
        assertThat(holds(match().port(8080), request().port(80))).isFalse();
        assertThat(holds(match().port(8080), request())).isFalse();
    }

    @Test
    void everySourceLabelMustBeOfThisProcess() {
        assertThat(holds(match().sourceLabels(Map.of("app", "cart")), request())).isTrue();
        assertThat(holds(match().sourceLabels(Map.of("app", "cart", "version", "v1")), request()))
                .isTrue();
        assertThat(holds(match().sourceLabels(Map.of("app", "cart", "version", "v2")), request()))
                .isFalse();
        assertThat(holds(match().sourceLabels(Map.of("zone", "a")), request())).isFalse();
    }

    @Test
    void theSourceNamespaceMustBeThatOfThisProcess() {
        assertThat(holds(match().sourceNamespace("shop"), request())).isTrue();
        assertThat(holds(match().sourceNamespace("other"), request())).isFalse();
        assertThat(holds(match().sourceNamespace("shop"), request(), WorkloadIdentity.unknown()))
                .isFalse();
    }

    @Test
    void oneOfTheGatewaysMustBeThisProcess() {
        var edge = new WorkloadIdentity(Map.of(), null, Set.of("edge"));

        assertThat(holds(match().gateways(List.of("inner", "edge")), request(), edge)).isTrue();
        assertThat(holds(match().gateways(List.of("inner")), request(), edge)).isFalse();
        assertThat(holds(match().gateways(List.of("edge")), request())).isFalse();
    }

    @Test
    void meshIsEveryProcessThatIsNoGateway() {
        var edge = new WorkloadIdentity(Map.of(), null, Set.of("edge"));

        assertThat(holds(match().gateways(List.of("mesh")), request())).isTrue();
        assertThat(holds(match().gateways(List.of("mesh")), request(), edge)).isFalse();
    }

    @Test
    void gatewaysOfAMatchReplaceThoseOfTheRouter() {
        var router =
                TrafficRouter.builder(Routers.metadata("r"))
                        .gateways(List.of("edge"))
                        .http(
                                List.of(
                                        route(
                                                "of match",
                                                match().gateways(List.of("mesh")).build()),
                                        route("of router")))
                        .build();
        var edge = new WorkloadIdentity(Map.of(), null, Set.of("edge"));

        assertThat(nameOf(router, CART)).isEqualTo("of match");
        assertThat(nameOf(router, edge)).isEqualTo("of router");
    }

    private static String nameOf(TrafficRouter router, WorkloadIdentity self) {
        return Routers.nameOf(
                RouteTable.compile(List.of(router), List.of(), self).route(request().build()));
    }
}
