package io.opensergo.governance.routing;

import static io.opensergo.governance.routing.Routers.SUFFIX;
import static io.opensergo.governance.routing.Routers.nameOf;
import static io.opensergo.governance.routing.Routers.route;
import static io.opensergo.governance.routing.Routers.router;
import static io.opensergo.governance.routing.Routers.table;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.Metadata;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.StringMatch;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which routers a request is tried with. */
class HostsTest {

    private static final HttpMatch NEVER =
            HttpMatch.builder().method(StringMatch.exact("NEVER")).build();

    /** Returns the first host of the router that decides. */
    private static String decides(RouteTable table, String host) {
        return nameOf(table.route(RequestView.builder().host(host).build()));
    }

    private static RouteTable tableOf(String... hosts) {
        return table(
                List.of(hosts).stream()
                        .map(host -> router(List.of(host), route(host)))
                        .toArray(TrafficRouter[]::new));
    }

    @ParameterizedTest
    @CsvSource({
        "api.shop.com, api.shop.com",
        "www.shop.com, *.shop.com",
        "www.my.shop.com, *.shop.com",
        "www.book.com, *.com",
        "api.org, api.*",
        "api.shop.org, api.shop.*",
        "other, *",
        "'', *",
    })
    void theMostSpecificHostWinsWhateverTheOrder(String host, String expected) {
        String[] hosts = {
            "*", "api.*", "api.shop.*", "*.com", "*.shop.com", "api.shop.com",
        };
        String[] reversed = {
            "api.shop.com", "*.shop.com", "*.com", "api.shop.*", "api.*", "*",
        };

        assertThat(decides(tableOf(hosts), host)).isEqualTo(expected);
        assertThat(decides(tableOf(reversed), host)).isEqualTo(expected);
    }

    @Test
    void aWildcardStandsForOneCharacterAtLeast() {
        RouteTable table = tableOf("*.com", "shop.*");

        assertThat(decides(table, ".com")).isEqualTo("none");
        assertThat(decides(table, "shop.")).isEqualTo("none");
    }

    @Test
    void aStarInTheMiddleIsAStar() {
        RouteTable table = tableOf("a*b");

        assertThat(decides(table, "a*b")).isEqualTo("a*b");
        assertThat(decides(table, "axb")).isEqualTo("none");
    }

    @Test
    void aHostEqualsItsQualifiedForm() {
        assertThat(decides(tableOf("pricing"), "pricing" + SUFFIX)).isEqualTo("pricing");
        assertThat(decides(tableOf("pricing" + SUFFIX), "pricing")).isEqualTo("pricing" + SUFFIX);
        assertThat(decides(tableOf("*cing"), "pricing" + SUFFIX)).isEqualTo("*cing");
    }

    @Test
    void aHostOfAnotherNamespaceIsAnotherHost() {
        String elsewhere = "pricing.other.svc.cluster.local";

        assertThat(decides(tableOf("pricing"), elsewhere)).isEqualTo("none");
        assertThat(decides(tableOf(elsewhere), "pricing")).isEqualTo("none");
        assertThat(decides(tableOf(elsewhere), elsewhere)).isEqualTo(elsewhere);
    }

    @Test
    void theNamespaceIsThatOfTheRouter() {
        TrafficRouter router =
                TrafficRouter.ofHttp(
                        Metadata.of("other", "app", "r"), List.of("pricing"), List.of(route("r")));

        assertThat(decides(table(router), "pricing.other.svc.cluster.local")).isEqualTo("r");
        assertThat(decides(table(router), "pricing" + SUFFIX)).isEqualTo("none");
    }

    @Test
    void caseDoesNotMatter() {
        assertThat(decides(tableOf("Pricing"), "pRICING")).isEqualTo("Pricing");
        assertThat(decides(tableOf("Pricing"), "pricing.SHOP.svc.cluster.LOCAL"))
                .isEqualTo("Pricing");
        assertThat(decides(tableOf("*.Shop.com"), "api.sHOP.COM")).isEqualTo("*.Shop.com");
        assertThat(decides(tableOf("Api.*"), "aPI.shop")).isEqualTo("Api.*");
    }

    @Test
    void routersOfOneHostAreTriedInOrder() {
        RouteTable table =
                table(
                        router(List.of("pricing"), route("never", NEVER)),
                        router(List.of("other", "pricing" + SUFFIX), route("second")),
                        router(List.of("pricing"), route("third")));

        assertThat(decides(table, "pricing")).isEqualTo("second");
    }

    @Test
    void aLessSpecificHostIsNotTriedWhenNoRouteMatches() {
        RouteTable table =
                table(
                        router(List.of("pricing"), route("never", NEVER)),
                        router(List.of("*"), route("any")));

        assertThat(decides(table, "pricing")).isEqualTo("none");
        assertThat(decides(table, "other")).isEqualTo("any");
    }

    @Test
    void aRouterWithoutHostsIsTriedForEveryHostInItsPlace() {
        RouteTable first =
                table(
                        router(List.of(), route("all")),
                        router(List.of("pricing"), route("pricing")));
        RouteTable second =
                table(
                        router(List.of("pricing"), route("pricing")),
                        router(List.of(), route("all")));

        assertThat(decides(first, "pricing")).isEqualTo("all");
        assertThat(decides(second, "pricing")).isEqualTo("pricing");
        assertThat(decides(second, "other")).isEqualTo("all");
    }

    @Test
    void aRequestThatDoesNotSayItsHostIsTriedWithEveryRouter() {
        RouteTable table =
                table(
                        router(List.of("pricing"), route("never", NEVER)),
                        router(List.of("cart"), route("cart")),
                        router(List.of(), route("all")));

        assertThat(decides(table, null)).isEqualTo("cart");
    }
}
