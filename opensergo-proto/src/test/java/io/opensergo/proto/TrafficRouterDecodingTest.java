package io.opensergo.proto;

import static io.opensergo.proto.Wires.decode;
import static io.opensergo.proto.Wires.decodeOne;
import static io.opensergo.proto.Wires.reasonOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.TextFormat;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UnknownFieldSet;
import io.opensergo.proto.internal.envoy.config.core.v3.TypedExtensionConfig;
import io.opensergo.proto.internal.envoy.config.route.v3.ClusterSpecifierPlugin;
import io.opensergo.proto.internal.envoy.config.route.v3.Route;
import io.opensergo.proto.internal.envoy.config.route.v3.RouteAction;
import io.opensergo.proto.internal.envoy.config.route.v3.RouteConfiguration;
import io.opensergo.proto.internal.envoy.config.route.v3.RouteMatch;
import io.opensergo.proto.internal.envoy.config.route.v3.VirtualHost;
import io.opensergo.proto.internal.envoy.config.route.v3.WeightedCluster;
import io.opensergo.proto.internal.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import io.opensergo.proto.internal.router.v1.ClusterFallbackConfig_ClusterConfig;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.Destination.Port;
import io.opensergo.rules.traffic.HeaderOperations;
import io.opensergo.rules.traffic.HeaderOperations.Changes;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.StringMatch;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What other ends send. */
class TrafficRouterDecodingTest {
    private static final String SUFFIX = ".shop.svc.cluster.local";

    private static RouteConfiguration configuration(Route... routes) {
        return RouteConfiguration.newBuilder()
                .setName("r")
                .addVirtualHosts(
                        VirtualHost.newBuilder()
                                .setName("r")
                                .addDomains("pricing" + SUFFIX)
                                .addAllRoutes(List.of(routes)))
                .build();
    }

    private static Route route(String text) {
        try {
            return TextFormat.parse(text, Route.class);
        } catch (TextFormat.ParseException e) {
            throw new AssertionError(e);
        }
    }

    private static Route matching(String match) {
        return route("match { " + match + " } route { cluster: 'outbound||v|p" + SUFFIX + "' }");
    }

    private static HttpMatch matchOf(String match) {
        List<HttpMatch> matches = decodeRoute(matching(match)).match();
        return matches.isEmpty() ? HttpMatch.builder().build() : matches.get(0);
    }

    private static HttpRoute decodeRoute(Route route) {
        return decodeOne(TrafficRouter.KIND, configuration(route)).http().get(0);
    }

    private static Destination destination(RouteAction.Builder action) {
        return decodeRoute(Route.newBuilder().setRoute(action).build())
                .route()
                .get(0)
                .destination();
    }

    private static String reason(Route route) {
        return reasonOf(TrafficRouter.KIND, configuration(route));
    }

    @Nested
    class Routers {

        @Test
        void aRouterOfThePublicControlPlaneIsRead() {
            Route route =
                    route(
                            """
                            match {
                              headers { name: 'x-b' prefix_match: 'p' }
                              headers { name: 'x-a' exact_match: 'e' }
                              headers { name: 'x-c' safe_regex_match { google_re2 {} regex: '\\\\d' } }
                            }
                            route { cluster: 'outbound||beta|pricing.shop.svc.cluster.local' }
                            """);

            TrafficRouter router = decodeOne(TrafficRouter.KIND, configuration(route));

            assertThat(router.name()).isEqualTo("r");
            assertThat(router.metadata().namespace()).isEqualTo("shop");
            assertThat(router.app()).isEqualTo(Wires.APP);
            assertThat(router.hosts()).containsExactly("pricing");
            assertThat(router.http())
                    .containsExactly(
                            HttpRoute.builder()
                                    .match(
                                            List.of(
                                                    HttpMatch.builder()
                                                            .headers(
                                                                    Map.of(
                                                                            "x-a",
                                                                                    StringMatch
                                                                                            .exact(
                                                                                                    "e"),
                                                                            "x-b",
                                                                                    StringMatch
                                                                                            .prefix(
                                                                                                    "p"),
                                                                            "x-c",
                                                                                    StringMatch
                                                                                            .regex(
                                                                                                    "\\d")))
                                                            .build()))
                                    .route(
                                            List.of(
                                                    RouteDestination.of(
                                                            Destination.of("pricing", "beta"))))
                                    .build());
        }

        @Test
        void aVirtualHostNamesTheRouterIfTheConfigurationDoesNot() {
            var nameless = configuration().toBuilder().clearName().build();

            assertThat(decodeOne(TrafficRouter.KIND, nameless).name()).isEqualTo("r");
        }

        @Test
        void everyBadRouteIsNamed() {
            RouteConfiguration bad =
                    configuration(matching("grpc {}"), matching(""), route("filter_action {}"));

            assertThat(reasonOf(TrafficRouter.KIND, bad))
                    .contains("routes[0].match.grpc must be", "routes[2].filter_action must be")
                    .doesNotContain("routes[1]");
        }

        @Test
        void severalVirtualHostsAreRejected() {
            var two = configuration().toBuilder().addVirtualHosts(VirtualHost.getDefaultInstance());

            assertThat(reasonOf(TrafficRouter.KIND, two.build()))
                    .endsWith("virtual_hosts must be one at most, was 2");
        }

        @Test
        void whatARouterCannotSayButNeedNotIsLeftOutWithAWarning() {
            Route route =
                    route(
                            """
                            request_headers_to_add {
                              header { key: 'a' value: '1' } append_action: ADD_IF_ABSENT
                            }
                            route {
                              regex_rewrite { substitution: '/' }
                              request_mirror_policies { cluster: 'm' }
                              request_mirror_policies { cluster: 'n' }
                              cors { max_age: 'soon' }
                            }
                            """);

            var decoded = decode(TrafficRouter.KIND, configuration(route));

            assertThat(decoded.rules()).hasSize(1);
            assertThat(decoded.warnings())
                    .allMatch(
                            each -> each.startsWith("item 0 (TrafficRouter 'r'): virtual_hosts[0]"))
                    .hasSize(4);
        }
    }

    @Nested
    class Destinations {

        @Test
        void aRouteWithoutDestinationsHasNone() {
            assertThat(decodeRoute(route("route { weighted_clusters {} }")).route()).isEmpty();
            assertThat(decodeRoute(route("route {}")).route()).isEmpty();
            assertThat(decodeRoute(route("")).route()).isEmpty();
        }

        @ParameterizedTest
        @CsvSource({
            "pricing.shop.svc.cluster.local, pricing",
            "pricing.shop.svc.cluster.local.shop.svc.cluster.local, pricing",
            "pricing.depot.svc.cluster.local.shop.svc.cluster.local, pricing.depot.svc.cluster.local",
            "pricing.depot.svc.cluster.local, pricing.depot.svc.cluster.local",
            "*.shop.svc.cluster.local, *",
            "*, *",
            ".shop.svc.cluster.local, .shop.svc.cluster.local"
        })
        void domainsAndClustersLoseTheSuffixAlsoTwice(String qualified, String host) {
            var configuration = configuration().toBuilder();
            configuration.getVirtualHostsBuilder(0).setDomains(0, qualified);

            assertThat(decodeOne(TrafficRouter.KIND, configuration.build()).hosts())
                    .containsExactly(host);
            assertThat(destination(RouteAction.newBuilder().setCluster("outbound||s|" + qualified)))
                    .isEqualTo(Destination.of(host, "s"));
        }

        @Test
        void clusterNamesAreRead() {
            assertThat(destination(RouteAction.newBuilder().setCluster("outbound|||p" + SUFFIX)))
                    .isEqualTo(Destination.of("p"));
            assertThat(destination(RouteAction.newBuilder().setCluster("outbound|80|v|p" + SUFFIX)))
                    .isEqualTo(
                            Destination.builder()
                                    .host("p")
                                    .subset("v")
                                    .port(Port.builder().number(80).build())
                                    .build());
            assertThat(destination(RouteAction.newBuilder().setCluster("plain-cluster")))
                    .isEqualTo(Destination.of("plain-cluster"));
            assertThat(destination(RouteAction.newBuilder().setCluster("outbound|x")))
                    .isEqualTo(Destination.of("outbound|x"));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"outbound|http|v|p", "outbound|70000|v|p", "outbound|99999999999||p"})
        void aClusterNameWithABadPortIsRejected(String cluster) {
            assertThat(reason(route("route { cluster: '" + cluster + "' }")))
                    .startsWith(
                            "item 0 (TrafficRouter 'r'): virtual_hosts[0].routes[0].route.cluster must"
                                    + " have a port from 1 to 65535, or none, was \"");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "outbound||v|"})
        void aClusterWithoutAHostIsRejected(String cluster) {
            assertThat(reason(route("route { cluster: '" + cluster + "' }")))
                    .contains(
                            "routes[0].route.cluster.host must be a text of 1 to 1024 characters");
        }

        @Test
        void theFallbackPluginIsReadAloneAndAmongWeightedClusters() {
            Any config =
                    Any.pack(
                            ClusterFallbackConfig_ClusterConfig.newBuilder()
                                    .setRoutingCluster("outbound||beta|p" + SUFFIX)
                                    .setFallbackCluster("outbound||stable|q" + SUFFIX)
                                    .build());
            Destination expected = Destination.of("p", "beta").orElse("q", "stable");
            var plugin =
                    ClusterSpecifierPlugin.newBuilder()
                            .setExtension(
                                    TypedExtensionConfig.newBuilder()
                                            .setName("any name")
                                            .setTypedConfig(config));
            var weighted =
                    WeightedCluster.newBuilder()
                            .addClusters(
                                    ClusterWeight.newBuilder()
                                            .setName("outbound||beta|p" + SUFFIX)
                                            .setWeight(UInt32Value.of(0))
                                            .putTypedPerFilterConfig(
                                                    "envoy.router.cluster_specifier_plugin"
                                                            + ".cluster_fallback",
                                                    config));

            assertThat(
                            destination(
                                    RouteAction.newBuilder()
                                            .setInlineClusterSpecifierPlugin(plugin)))
                    .isEqualTo(expected);
            assertThat(destination(RouteAction.newBuilder().setWeightedClusters(weighted)))
                    .isEqualTo(expected);
        }

        @Test
        void anotherPluginIsRejected() {
            var plugin =
                    ClusterSpecifierPlugin.newBuilder()
                            .setExtension(
                                    TypedExtensionConfig.newBuilder()
                                            .setTypedConfig(Any.pack(UInt32Value.of(1))));
            var action = RouteAction.newBuilder().setInlineClusterSpecifierPlugin(plugin);

            assertThat(reason(Route.newBuilder().setRoute(action).build()))
                    .contains(
                            "route.inline_cluster_specifier_plugin must hold a"
                                    + " io.opensergo.proto.router.v1.ClusterFallbackConfig_ClusterConfig,"
                                    + " was \"type.googleapis.com/google.protobuf.UInt32Value\"");
        }

        @Test
        void clustersNamedByAHeaderAreRejected() {
            assertThat(reason(route("route { cluster_header: 'x' }")))
                    .contains("cluster_specifier must be cluster, weighted_clusters or");
        }

        @Test
        void weightsAndOtherUnsignedNumbersBeyondAnIntAreRejected() {
            Route route =
                    route(
                            "route { weighted_clusters { clusters { name: 'a' weight {"
                                    + " value: 4294967294 } } } }");

            assertThat(reason(route))
                    .contains("clusters[0].weight must be at most 2147483647, was 4294967294");
        }
    }

    @Nested
    class HeaderConditions {

        @ParameterizedTest
        @CsvSource(
                delimiter = ';',
                value = {
                    "exact_match: 'v'; exact; v",
                    "prefix_match: 'v'; prefix; v",
                    "suffix_match: 'v.'; regex; .*v\\.",
                    "contains_match: 'v.'; regex; .*v\\..*",
                    "safe_regex_match { regex: 'v+' }; regex; v+",
                    "present_match: true; present; ''",
                    "''; present; ''",
                    "string_match { exact: 'v' }; exact; v",
                    "string_match { prefix: 'v' }; prefix; v",
                    "string_match { suffix: 'v' }; regex; .*v",
                    "string_match { contains: 'v' }; regex; .*v.*",
                    "string_match { safe_regex { regex: 'v+' } }; regex; v+",
                    "string_match { exact: 'v' ignore_case: true }; regex; (?i)v",
                    "string_match { prefix: 'v' ignore_case: true }; regex; (?i)v.*",
                    "string_match { suffix: 'v' ignore_case: true }; regex; (?i).*v",
                    "string_match { contains: 'v' ignore_case: true }; regex; (?i).*v.*",
                    "exact_match: 'v' treat_missing_header_as_empty: true; exact; v"
                })
        void everyFormOfAHeaderConditionIsRead(String form, String type, String value) {
            StringMatch expected =
                    switch (type) {
                        case "exact" -> StringMatch.exact(value);
                        case "prefix" -> StringMatch.prefix(value);
                        case "regex" -> StringMatch.regex(value);
                        default -> StringMatch.present();
                    };

            assertThat(matchOf("headers { name: 'h' " + form + " }").headers())
                    .isEqualTo(Map.of("h", expected));
            assertThat(matchOf("headers { name: 'h' invert_match: true " + form + " }"))
                    .isEqualTo(HttpMatch.builder().withoutHeaders(Map.of("h", expected)).build());
        }

        @Test
        void absenceIsTheOppositeOfPresence() {
            assertThat(matchOf("headers { name: 'h' present_match: false }").withoutHeaders())
                    .isEqualTo(Map.of("h", StringMatch.present()));
            assertThat(
                            matchOf("headers { name: 'h' present_match: false invert_match: true }")
                                    .headers())
                    .isEqualTo(Map.of("h", StringMatch.present()));
        }

        @Test
        void pseudoHeadersAreFieldsOfTheirOwn() {
            assertThat(
                            matchOf(
                                    "headers { name: ':method' exact_match: 'GET' }"
                                            + " headers { name: ':scheme' exact_match: 'https' }"
                                            + " headers { name: ':authority' prefix_match: 'a' }"
                                            + " headers { name: 'h' exact_match: 'v' }"))
                    .isEqualTo(
                            HttpMatch.builder()
                                    .method(StringMatch.exact("GET"))
                                    .scheme(StringMatch.exact("https"))
                                    .authority(StringMatch.prefix("a"))
                                    .headers(Map.of("h", StringMatch.exact("v")))
                                    .build());
        }

        @Test
        void severalConditionsOnOneHeaderMustAllHold() {
            assertThat(
                            matchOf(
                                            "headers { name: 'h' present_match: true }"
                                                    + " headers { name: 'h' prefix_match: 'v' }"
                                                    + " headers { name: 'h' prefix_match: 'v1' }"
                                                    + " headers { name: 'h' exact_match: 'v1.2' }"
                                                    + " headers { name: 'h' safe_regex_match {"
                                                    + " regex: 'v.*' } }")
                                    .headers())
                    .isEqualTo(Map.of("h", StringMatch.exact("v1.2")));
        }

        @Test
        void alternativesThatThePublicControlPlaneMergedNeverMatch() {
            Route route =
                    matching(
                            "headers { name: 'h' exact_match: 'a' }"
                                    + " headers { name: 'h' exact_match: 'b' }");

            var decoded = decode(TrafficRouter.KIND, configuration(route));

            StringMatch condition =
                    decoded.rules().get(0).http().get(0).match().get(0).headers().get("h");
            assertThat(condition).isInstanceOf(StringMatch.Regex.class);
            String regex = ((StringMatch.Regex) Objects.requireNonNull(condition)).value();
            for (String value : List.of("", "a", "b", "ab", "\n")) {
                assertThat(com.google.re2j.Pattern.matches(regex, value)).isFalse();
            }
            assertThat(decoded.warnings())
                    .containsExactly(
                            "item 0 (TrafficRouter 'r'): virtual_hosts[0].routes[0] can never match:"
                                    + " its conditions on header 'h' exclude each other");
        }

        @Test
        void twoRegularExpressionsOnOneHeaderAreRejected() {
            assertThat(
                            reason(
                                    matching(
                                            "headers { name: 'h' safe_regex_match { regex: 'a' } }"
                                                    + " headers { name: 'h' safe_regex_match { regex: 'b' } }")))
                    .contains("routes[0].match.headers[1] must be the only condition of its name");
        }

        @Test
        void unwantedConditionsOnOneHeaderAreJoined() {
            assertThat(
                            matchOf(
                                            "headers { name: 'h' exact_match: 'a.' invert_match: true }"
                                                    + " headers { name: 'h' prefix_match: 'b' invert_match: true }")
                                    .withoutHeaders())
                    .isEqualTo(Map.of("h", StringMatch.regex("(?:a\\.)|(?:b.*)")));
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = ';',
                value = {
                    "runtime_fraction {}; match.runtime_fraction must be left out",
                    "grpc {}; match.grpc must be left out",
                    "tls_context {}; match.tls_context must be left out",
                    "dynamic_metadata {}; match.dynamic_metadata must be left out",
                    "filter_state {}; match.filter_state must be left out",
                    "connect_matcher {}; match.connect_matcher must be left out",
                    "path_match_policy {}; match.path_match_policy must be left out",
                    "headers { range_match {} }; match.headers[0].range_match must be left out",
                    "headers { string_match {} }; match.headers[0].string_match must have one of",
                    "headers { safe_regex_match { regex: '(' } }; match.headers[0] must be a regular",
                    "headers { exact_match: '' treat_missing_header_as_empty: true };"
                            + " match.headers[0].treat_missing_header_as_empty must be false",
                    "query_parameters { name: 'q' present_match: false };"
                            + " match.query_parameters[0].present_match must be true",
                    "safe_regex { regex: '(' }; match must be a regular expression"
                })
        void aConditionThatARecordCannotExpressIsRejectedSinceTheRuleWouldSelectMore(
                String match, String reason) {
            assertThat(reason(matching(match)))
                    .contains("item 0 (TrafficRouter 'r'): virtual_hosts[0].routes[0]." + reason);
        }

        @Test
        void soIsAConditionOfALaterVersionOfEnvoy() {
            var later = UnknownFieldSet.Field.newBuilder().addVarint(1).build();
            RouteMatch match =
                    RouteMatch.newBuilder()
                            .setPrefix("/")
                            .setUnknownFields(
                                    UnknownFieldSet.newBuilder().addField(900, later).build())
                            .build();

            assertThat(reason(matching("").toBuilder().setMatch(match).build()))
                    .contains("virtual_hosts[0].routes[0].match.field 900 must be left out");
        }

        @Test
        void aForgedMarkOfAnAlternativeJoinsNothing() {
            String mark =
                    "metadata { filter_metadata { key: 'opensergo' value { fields { key: 'alternative'"
                            + " value { bool_value: true } } } } }";
            Route first = route(mark + " route { cluster: 'a' }");
            Route other = route(mark + " route { cluster: 'b' }");

            assertThat(decodeOne(TrafficRouter.KIND, configuration(first, other)).http())
                    .hasSize(2);
        }
    }

    @Nested
    class PathsAndQueries {

        @Test
        void aRouteWithoutAPathMatchesEveryPath() {
            assertThat(decodeRoute(matching("")).match()).isEmpty();
            assertThat(decodeRoute(matching("prefix: '/'")).match()).isEmpty();
        }

        @Test
        void aNamelessQueryParameterIsKeptSinceItCanNeverMatch() {
            Route route = matching("query_parameters { string_match { exact: '1' } }");

            var decoded = decode(TrafficRouter.KIND, configuration(route));

            assertThat(decoded.rules().get(0).http().get(0).match().get(0).queryParams())
                    .isEqualTo(Map.of("", StringMatch.exact("1")));
            assertThat(decoded.warnings())
                    .containsExactly(
                            "item 0 (TrafficRouter 'r'): virtual_hosts[0].routes[0] can never match:"
                                    + " its query parameter 0 has no name");
        }

        @ParameterizedTest
        @CsvSource({
            "'', /shop, true",
            "'', /shop/a, true",
            "'', /shopping, false",
            "'', /SHOP, false"
        })
        void aPathSeparatedPrefixHoldsForThePathAndBelow(
                String ignored, String path, boolean holds) {
            var uri = matchOf("path_separated_prefix: '/shop'").uri();

            assertThat(Objects.requireNonNull(uri))
                    .isInstanceOfSatisfying(
                            StringMatch.Regex.class,
                            regex -> assertThat(path.matches(regex.value())).isEqualTo(holds));
        }

        @Test
        void caseOfThePathIsReadAsItsOpposite() {
            assertThat(matchOf("path: '/a' case_sensitive { value: false }"))
                    .isEqualTo(
                            HttpMatch.builder()
                                    .uri(StringMatch.exact("/a"))
                                    .ignoreUriCase(true)
                                    .build());
        }
    }

    @Nested
    class Actions {

        @Test
        void badDurationsAreRejected() {
            assertThat(reason(route("route { timeout { nanos: 2000000000 } }")))
                    .contains("route.timeout must be a duration");
        }

        @Test
        void headerChangesAreReadInTheirDeprecatedFormToo() {
            Route route =
                    route(
                            """
                            request_headers_to_add { header { key: 'a' value: '1' } append { value: true } }
                            request_headers_to_add { header { key: 'b' value: '2' } append {} }
                            request_headers_to_remove: 'c'
                            """);

            assertThat(decodeRoute(route).headers())
                    .isEqualTo(
                            HeaderOperations.builder()
                                    .request(
                                            Changes.builder()
                                                    .add(Map.of("a", "1"))
                                                    .set(Map.of("b", "2"))
                                                    .remove(List.of("c"))
                                                    .build())
                                    .build());
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = ';',
                value = {
                    "redirect { prefix_rewrite: '/b' }; rewrites the path of a redirect",
                    "redirect { regex_rewrite { substitution: '/b' } }; rewrites the path of a"
                            + " redirect",
                    "direct_response { status: 200 body { filename: '/etc/passwd' } };"
                            + " has a body in another place than the message",
                    "direct_response { status: 200 body { environment_variable: 'HOME' } };"
                            + " has a body in another place than the message"
                })
        void whatAnAnswerOfARouteCannotSayIsLeftOutWithAWarning(String action, String warning) {
            var decoded = decode(TrafficRouter.KIND, configuration(route(action)));

            assertThat(decoded.rules()).hasSize(1);
            assertThat(decoded.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("item 0 (TrafficRouter 'r'): virtual_hosts[0].routes[0]")
                    .contains(warning);
        }

        @Test
        void httpsRedirectsAndSpacedListsAreRead() {
            HttpRoute redirect =
                    decodeRoute(route("redirect { https_redirect: true response_code: FOUND }"));
            HttpRoute cors = decodeRoute(route("route { cors { allow_methods: ' GET , ,POST' } }"));

            assertThat(Objects.requireNonNull(redirect.redirect()).scheme()).isEqualTo("https");
            assertThat(redirect.redirect().redirectCode()).isEqualTo(302);
            assertThat(Objects.requireNonNull(cors.corsPolicy()).allowMethods())
                    .containsExactly("GET", "POST");
        }
    }
}
