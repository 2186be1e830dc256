package io.opensergo.governance.routing;

import static io.opensergo.governance.routing.Routers.nameOf;
import static io.opensergo.governance.routing.Routers.route;
import static io.opensergo.governance.routing.Routers.router;
import static io.opensergo.governance.routing.Routers.table;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpMatchBuilder;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.StringMatch;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What a decision reads of a request does not grow with the number of routes, of whatever sort;
 * that is what its time grows with.
 */
class IndexGrowthTest {

    private static final int ROUTES = 10_000;

    /** Counts the look-ups of attributes. */
    private static final class CountingRequest implements RequestView {

        private final RequestView request;
        private int reads;

        CountingRequest(RequestView.Builder request) {
            this.request = request.build();
        }

        @Override
        public @Nullable String path() {
            reads++;
            return request.path();
        }

        @Override
        public @Nullable String header(String lowerCaseName) {
            reads++;
            return request.header(lowerCaseName);
        }
    }

    private static void assertFewReads(
            IntFunction<HttpMatchBuilder> match, IntFunction<RequestView.Builder> request) {
        RouteTable table =
                table(
                        router(
                                List.of(),
                                IntStream.range(0, ROUTES)
                                        .mapToObj(i -> route("" + i, match.apply(i).build()))
                                        .toArray(HttpRoute[]::new)));

        for (int i = 0; i < ROUTES; i += 7) {
            var counting = new CountingRequest(request.apply(i));
            assertThat(nameOf(table.route(counting))).isEqualTo("" + i);
            assertThat(counting.reads).as("reads for route %s", i).isLessThanOrEqualTo(12);
        }
        var unknown = new CountingRequest(RequestView.builder().path("/?").header("x", "?"));
        assertThat(table.route(unknown).isFound()).isFalse();
        assertThat(unknown.reads).isLessThanOrEqualTo(12);
    }

    private static RequestView.Builder path(String path) {
        return RequestView.builder().path(path);
    }

    @Test
    void ofExactHeaders() {
        assertFewReads(
                i -> HttpMatch.builder().headers(Map.of("x", StringMatch.exact("g" + i))),
                i -> RequestView.builder().header("x", "g" + i));
    }

    @Test
    void ofPrefixes() {
        assertFewReads(
                i -> HttpMatch.builder().uri(StringMatch.prefix("/service-" + i + "/")),
                i -> path("/service-" + i + "/items"));
    }

    @Test
    void ofPrefixesIgnoringCase() {
        assertFewReads(
                i ->
                        HttpMatch.builder()
                                .uri(StringMatch.prefix("/Service-" + i + "/"))
                                .ignoreUriCase(true),
                i -> path("/SERVICE-" + i + "/items"));
    }

    @Test
    void ofExactUrisIgnoringCase() {
        assertFewReads(
                i ->
                        HttpMatch.builder()
                                .uri(StringMatch.exact("/Service-" + i))
                                .ignoreUriCase(true),
                i -> path("/SERVICE-" + i));
    }

    @Test
    void ofRegexesThatDifferInTheirPrefix() {
        assertFewReads(
                i -> HttpMatch.builder().uri(StringMatch.regex("/service-" + i + "/[a-z]+")),
                i -> path("/service-" + i + "/items"));
    }

    @Test
    void ofRegexesThatDifferInTheirMiddle() {
        assertFewReads(
                i -> HttpMatch.builder().uri(StringMatch.regex("/[a-z]+/item-" + i + "/.*")),
                i -> path("/shop/item-" + i + "/price"));
    }

    @Test
    void ofPairsOfHeadersNeitherOfWhichTellsThemApart() {
        assertFewReads(
                i ->
                        HttpMatch.builder()
                                .headers(
                                        Map.of(
                                                "x", StringMatch.exact("x" + i / 100),
                                                "y", StringMatch.exact("y" + i % 100))),
                i -> RequestView.builder().header("x", "x" + i / 100).header("y", "y" + i % 100));
    }

    @Test
    void ofTwoConditionsOneOfWhichAllShare() {
        assertFewReads(
                i ->
                        HttpMatch.builder()
                                .uri(StringMatch.prefix("/api"))
                                .headers(Map.of("x", StringMatch.exact("g" + i))),
                i -> path("/api/items").header("x", "g" + i));
    }

    @Test
    void ofAHeaderOfItsOwnEachBesideAPathThatTellsThemApart() {
        assertFewReads(
                i ->
                        HttpMatch.builder()
                                .uri(StringMatch.exact("/service-" + i / 2))
                                .headers(Map.of("x-" + i, StringMatch.exact("on"))),
                i -> path("/service-" + i / 2).header("x-" + i, "on"));
    }
}
