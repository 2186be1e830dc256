package io.opensergo.proto;

import static io.opensergo.proto.Wires.CODEC;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import io.opensergo.proto.internal.envoy.config.route.v3.FilterConfig;
import io.opensergo.proto.internal.envoy.config.route.v3.Route;
import io.opensergo.proto.internal.envoy.config.route.v3.RouteConfiguration;
import io.opensergo.proto.internal.router.v1.ClusterFallbackConfig_ClusterConfig;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.traffic.CorsPolicy;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.Destination.Port;
import io.opensergo.rules.traffic.HeaderOperations;
import io.opensergo.rules.traffic.HeaderOperations.Changes;
import io.opensergo.rules.traffic.HttpDirectResponse;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRedirect;
import io.opensergo.rules.traffic.HttpRetry;
import io.opensergo.rules.traffic.HttpRewrite;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.HttpRouteBuilder;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.StringMatch;
import io.opensergo.rules.traffic.TrafficRouter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a public client sees of a router, and what it cannot see. */
class TrafficRouterEncodingTest {
    private static final Metadata METADATA = Metadata.of(Wires.NAMESPACE, Wires.APP, "pricing");

    private static final RouteDestination BETA =
            RouteDestination.of(Destination.of("pricing", "beta"));

    private static final String FQDN = "pricing.shop.svc.cluster.local";

    private static final String PLUGIN = "envoy.router.cluster_specifier_plugin.cluster_fallback";

    private static TrafficRouter router(HttpRoute... http) {
        return TrafficRouter.ofHttp(METADATA, List.of("pricing"), List.of(http));
    }

    private static HttpRouteBuilder toBeta() {
        return HttpRoute.builder().route(List.of(BETA));
    }

    private static RouteConfiguration encode(TrafficRouter router) {
        try {
            return CODEC.encode(List.of(router)).data().get(0).unpack(RouteConfiguration.class);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Route> routes(HttpRoute... http) {
        return encode(router(http)).getVirtualHosts(0).getRoutesList();
    }

    private static HttpMatch header(String name, StringMatch condition) {
        return HttpMatch.builder().headers(Map.of(name, condition)).build();
    }

    @Nested
    class Conditions {

        @Test
        void everyConditionThatARouteHasIsSent() throws Exception {
            HttpMatch match =
                    HttpMatch.builder()
                            .uri(StringMatch.prefix("/api"))
                            .ignoreUriCase(true)
                            .method(StringMatch.exact("GET"))
                            .scheme(StringMatch.exact("https"))
                            .authority(StringMatch.regex(".*\\.example\\.org"))
                            .headers(
                                    Map.of(
                                            "b", StringMatch.present(),
                                            "a", StringMatch.prefix("x")))
                            .withoutHeaders(
                                    Map.of(
                                            "c", StringMatch.exact("no"),
                                            "d", StringMatch.present(),
                                            "e", StringMatch.regex(".*")))
                            .queryParams(
                                    Map.of(
                                            "q", StringMatch.regex("\\d+"),
                                            "r", StringMatch.present()))
                            .statPrefix("stats")
                            .build();

            Route route = routes(toBeta().match(List.of(match)).build()).get(0);

            assertThat(route.getStatPrefix()).isEqualTo("stats");
            assertThat(TextFormat.printer().printToString(route.getMatch()))
                    .isEqualTo(
                            """
                            prefix: "/api"
                            case_sensitive {
                            }
                            headers {
                              name: ":method"
                              string_match {
                                exact: "GET"
                              }
                            }
                            headers {
                              name: ":scheme"
                              string_match {
                                exact: "https"
                              }
                            }
                            headers {
                              name: ":authority"
                              string_match {
                                safe_regex {
                                  regex: ".*\\\\.example\\\\.org"
                                }
                              }
                            }
                            headers {
                              name: "a"
                              string_match {
                                prefix: "x"
                              }
                            }
                            headers {
                              name: "b"
                              present_match: true
                            }
                            headers {
                              name: "c"
                              invert_match: true
                              string_match {
                                exact: "no"
                              }
                              treat_missing_header_as_empty: true
                            }
                            headers {
                              name: "d"
                              present_match: true
                              invert_match: true
                            }
                            headers {
                              name: "e"
                              invert_match: true
                              string_match {
                                safe_regex {
                                  regex: ".*"
                                }
                              }
                            }
                            query_parameters {
                              name: "q"
                              string_match {
                                safe_regex {
                                  regex: "\\\\d+"
                                }
                              }
                            }
                            query_parameters {
                              name: "r"
                              present_match: true
                            }
                            """);
        }

        @Test
        void eachAlternativeOfAConditionIsARouteOfItsOwnInOrder() {
            List<Route> routes =
                    routes(
                            toBeta().match(
                                            List.of(
                                                    header("a", StringMatch.exact("1")),
                                                    header("b", StringMatch.exact("2"))))
                                    .build(),
                            HttpRoute.builder()
                                    .route(List.of(RouteDestination.of(Destination.of("pricing"))))
                                    .build());

            assertThat(routes)
                    .extracting(route -> route.getMatch().getHeadersList().toString())
                    .satisfiesExactly(
                            first -> assertThat(first).contains("\"a\""),
                            second -> assertThat(second).contains("\"b\""),
                            third -> assertThat(third).isEqualTo("[]"));
            assertThat(routes)
                    .extracting(route -> route.getRoute().getCluster())
                    .containsExactly(
                            "outbound||beta|" + FQDN,
                            "outbound||beta|" + FQDN,
                            "outbound|||" + FQDN);
        }

        @Test
        void aConditionThatARouteCannotExpressIsNotSentInPart() {
            HttpMatch ofCaller =
                    HttpMatch.builder()
                            .uri(StringMatch.prefix("/api"))
                            .sourceLabels(Map.of("app", "tester"))
                            .build();
            HttpRoute entry =
                    toBeta().match(List.of(ofCaller, header("a", StringMatch.present()))).build();

            assertThat(routes(entry)).hasSize(1).allMatch(route -> !route.hasMetadata());
            assertThat(routes(toBeta().match(List.of(ofCaller)).build())).isEmpty();
            assertThat(Wires.roundTrip(TrafficRouter.KIND, List.of(router(entry))).rules())
                    .containsExactly(router(entry));
        }
    }

    @Nested
    class Destinations {

        @Test
        void severalDestinationsAreWeightedClusters() {
            Route route =
                    routes(
                                    HttpRoute.builder()
                                            .route(
                                                    List.of(
                                                            RouteDestination.of(
                                                                    Destination.of(
                                                                            "pricing", "stable"),
                                                                    95),
                                                            BETA))
                                            .build())
                            .get(0);

            var clusters = route.getRoute().getWeightedClusters();
            assertThat(clusters.getClusters(0).getName()).isEqualTo("outbound||stable|" + FQDN);
            assertThat(clusters.getClusters(0).getWeight().getValue()).isEqualTo(95);
            assertThat(clusters.getClusters(1).hasWeight()).isFalse();
        }

        @Test
        void aRouteWithoutDestinationsIsAnEmptyWeightedCluster() {
            Route route = routes(HttpRoute.builder().build()).get(0);

            assertThat(route.getRoute().hasWeightedClusters()).isTrue();
            assertThat(route.getRoute().getWeightedClusters().getClustersList()).isEmpty();
        }

        @Test
        void aFallbackIsTheInlinePlugin() throws Exception {
            Destination destination = Destination.of("pricing", "beta").orElse("pricing", "stable");

            Route route =
                    routes(
                                    HttpRoute.builder()
                                            .route(List.of(RouteDestination.of(destination)))
                                            .build())
                            .get(0);

            var extension = route.getRoute().getInlineClusterSpecifierPlugin().getExtension();
            assertThat(extension.getName()).isEqualTo(PLUGIN);
            assertThat(extension.getTypedConfig().getTypeUrl())
                    .isEqualTo(
                            "type.googleapis.com/"
                                    + "io.opensergo.proto.router.v1.ClusterFallbackConfig_ClusterConfig");
            assertThat(extension.getTypedConfig().unpack(ClusterFallbackConfig_ClusterConfig.class))
                    .isEqualTo(
                            ClusterFallbackConfig_ClusterConfig.newBuilder()
                                    .setRoutingCluster("outbound||beta|" + FQDN)
                                    .setFallbackCluster("outbound||stable|" + FQDN)
                                    .build());
        }

        @Test
        void aFallbackAmongSeveralDestinationsLeavesTheirNamesAndWeightsToEveryClient()
                throws Exception {
            Destination destination = Destination.of("pricing", "beta").orElse("other", null);

            Route route =
                    routes(
                                    HttpRoute.builder()
                                            .route(
                                                    List.of(
                                                            RouteDestination.of(destination, 5),
                                                            BETA))
                                            .build())
                            .get(0);

            var cluster = route.getRoute().getWeightedClusters().getClusters(0);
            assertThat(cluster.getName()).isEqualTo("outbound||beta|" + FQDN);
            assertThat(cluster.getWeight().getValue()).isEqualTo(5);
            var config = cluster.getTypedPerFilterConfigOrThrow(PLUGIN).unpack(FilterConfig.class);
            assertThat(config.getIsOptional()).isTrue();
            assertThat(
                            config.getConfig()
                                    .unpack(ClusterFallbackConfig_ClusterConfig.class)
                                    .getFallbackCluster())
                    .isEqualTo("outbound|||other.shop.svc.cluster.local");
        }

        @Test
        void aQualifiedHostIsNotQualifiedAgain() {
            HttpRoute entry =
                    HttpRoute.builder()
                            .route(
                                    List.of(
                                            RouteDestination.of(
                                                    Destination.of(
                                                            "stock.depot.svc.cluster.local",
                                                            "v1"))))
                            .build();
            TrafficRouter router =
                    TrafficRouter.ofHttp(
                            METADATA, List.of("a.b.svc.cluster.local"), List.of(entry));

            assertThat(encode(router).getVirtualHosts(0).getDomainsList())
                    .containsExactly("a.b.svc.cluster.local");
            assertThat(encode(router).getVirtualHosts(0).getRoutes(0).getRoute().getCluster())
                    .isEqualTo("outbound||v1|stock.depot.svc.cluster.local");
            assertThat(CODEC.encode(List.of(router)).details()).isEmpty();
        }
    }

    @Nested
    class WholeRouters {

        @Test
        void aRouterIsARouteConfigurationWithOneVirtualHost() throws Exception {
            var router =
                    router(
                            toBeta().name("testers")
                                    .match(List.of(header("x-cohort", StringMatch.exact("beta"))))
                                    .build());

            assertThat(encode(router))
                    .isEqualTo(
                            TextFormat.parse(
                                    """
                                    name: "pricing"
                                    virtual_hosts {
                                      name: "pricing"
                                      domains: "pricing.shop.svc.cluster.local"
                                      routes {
                                        name: "testers"
                                        match {
                                          prefix: "/"
                                          headers {
                                            name: "x-cohort"
                                            string_match { exact: "beta" }
                                          }
                                        }
                                        route {
                                          cluster: "outbound||beta|pricing.shop.svc.cluster.local"
                                        }
                                      }
                                    }
                                    """,
                                    RouteConfiguration.class));
        }

        static List<HttpRoute> expressible() {
            var changes =
                    Changes.builder()
                            .add(Map.of("a", "1"))
                            .set(Map.of("b", "2", "c", ""))
                            .remove(List.of("d"))
                            .build();
            Destination beta = Destination.of("pricing", "beta");
            HttpMatch one = header("x", StringMatch.exact("1"));
            HttpMatch two = header("y", StringMatch.regex("\\d"));
            HttpMatch any = HttpMatch.builder().build();
            HttpMatch prefix = HttpMatch.builder().uri(StringMatch.prefix("/a")).build();
            return List.of(
                    toBeta().build(),
                    toBeta().name("named").match(List.of(one)).build(),
                    toBeta().match(List.of(one, two)).build(),
                    toBeta().match(List.of(one, one)).build(),
                    toBeta().match(List.of(any, one)).build(),
                    toBeta().match(List.of(one, any)).build(),
                    toBeta().match(List.of(one, two))
                            .headers(
                                    HeaderOperations.builder()
                                            .request(changes)
                                            .response(changes)
                                            .build())
                            .build(),
                    toBeta().headers(HeaderOperations.builder().response(changes).build()).build(),
                    HttpRoute.builder().match(List.of(one)).build(),
                    HttpRoute.builder()
                            .route(
                                    List.of(
                                            RouteDestination.of(
                                                    Destination.builder()
                                                            .host("p")
                                                            .subset("s")
                                                            .port(
                                                                    Port.builder()
                                                                            .number(8080)
                                                                            .build())
                                                            .build())))
                            .build(),
                    HttpRoute.builder()
                            .route(List.of(RouteDestination.of(beta.orElse("p", "v"))))
                            .build(),
                    HttpRoute.builder()
                            .route(List.of(RouteDestination.of(beta.orElse("p", null), 3), BETA))
                            .build(),
                    HttpRoute.builder()
                            .route(
                                    List.of(
                                            RouteDestination.builder()
                                                    .destination(beta.orElse("p", "v"))
                                                    .headers(
                                                            HeaderOperations.builder()
                                                                    .request(changes)
                                                                    .build())
                                                    .build()))
                            .build(),
                    HttpRoute.builder()
                            .redirect(
                                    HttpRedirect.builder()
                                            .uri("/new")
                                            .authority("h")
                                            .scheme("https")
                                            .port(8443)
                                            .redirectCode(307)
                                            .build())
                            .build(),
                    HttpRoute.builder()
                            .redirect(HttpRedirect.builder().authority("h").build())
                            .build(),
                    HttpRoute.builder()
                            .match(List.of(one, two))
                            .directResponse(
                                    HttpDirectResponse.builder()
                                            .status(503)
                                            .body(new HttpDirectResponse.StringBody("no"))
                                            .build())
                            .build(),
                    HttpRoute.builder()
                            .directResponse(
                                    HttpDirectResponse.builder()
                                            .status(200)
                                            .body(new HttpDirectResponse.BytesBody("AAE="))
                                            .build())
                            .build(),
                    HttpRoute.builder()
                            .directResponse(HttpDirectResponse.builder().status(404).build())
                            .build(),
                    toBeta().match(List.of(prefix))
                            .rewrite(HttpRewrite.builder().uri("/b").authority("h").build())
                            .build(),
                    toBeta().rewrite(HttpRewrite.builder().authority("h").build()).build(),
                    toBeta().timeout(Duration.ofMillis(1500))
                            .retries(
                                    HttpRetry.builder()
                                            .attempts(3)
                                            .perTryTimeout(Duration.ofNanos(5))
                                            .retryOn(List.of("5xx", "reset"))
                                            .build())
                            .build(),
                    toBeta().timeout(Duration.ZERO).retries(HttpRetry.builder().build()).build(),
                    toBeta().mirror(Destination.of("shadow")).mirrorRatio(0.07).build(),
                    toBeta().mirror(Destination.of("shadow", "v")).build(),
                    toBeta().corsPolicy(
                                    CorsPolicy.builder()
                                            .allowOrigins(
                                                    List.of(
                                                            StringMatch.exact("o"),
                                                            StringMatch.regex("p.*")))
                                            .allowMethods(List.of("GET", "POST"))
                                            .allowHeaders(List.of("h"))
                                            .maxAge(Duration.ofHours(24))
                                            .allowCredentials(true)
                                            .build())
                            .build());
        }

        @ParameterizedTest
        @MethodSource("expressible")
        void whatARouteConfigurationCanExpressNeedsNoDetail(HttpRoute entry) {
            TrafficRouter router = router(entry, entry, toBeta().name("last").build(), entry);

            EncodedRules encoded = CODEC.encode(List.of(router));
            var decoded =
                    CODEC.decode(
                            TrafficRouter.KIND,
                            Wires.NAMESPACE,
                            Wires.APP,
                            encoded.data(),
                            List.of());

            assertThat(decoded.rejected()).isEmpty();
            assertThat(decoded.rules()).containsExactly(router);
            assertThat(encoded.details()).isEmpty();
        }

        @Test
        void equalNeighboursStayApart() {
            HttpRoute entry = toBeta().match(List.of(header("x", StringMatch.present()))).build();
            TrafficRouter router = router(entry, entry);

            assertThat(Wires.roundTrip(TrafficRouter.KIND, List.of(router)).rules())
                    .containsExactly(router);
            assertThat(CODEC.encode(List.of(router)).details()).isEmpty();
        }

        @Test
        void aRouterWithoutHostsAndRoutesNeedsNoDetail() {
            TrafficRouter empty = TrafficRouter.ofHttp(METADATA, List.of(), List.of());

            assertThat(CODEC.encode(List.of(empty)).details()).isEmpty();
            assertThat(Wires.roundTrip(TrafficRouter.KIND, List.of(empty)).rules())
                    .containsExactly(empty);
        }
    }
}
