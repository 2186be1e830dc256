package io.opensergo.rules.document;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.Examples;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.database.Algorithm;
import io.opensergo.rules.database.DatabaseDiscovery;
import io.opensergo.rules.database.DatabaseEndpoint;
import io.opensergo.rules.database.DistributedTransaction;
import io.opensergo.rules.database.Encryption;
import io.opensergo.rules.database.ReadWriteSplitting;
import io.opensergo.rules.database.Shadow;
import io.opensergo.rules.database.Sharding;
import io.opensergo.rules.database.ShardingStrategy;
import io.opensergo.rules.database.VirtualDatabase;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.Threshold;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.SlowConditions;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.TriggerType;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction.Header;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction.ProvidedResponse;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.StrategyKind;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.StringMatch;
import io.opensergo.rules.traffic.TrafficLane;
import io.opensergo.rules.traffic.TrafficRouter;
import io.opensergo.rules.traffic.VirtualWorkload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SpecExamplesTest {

    static Stream<Rule> rules() {
        return Stream.of(
                FaultToleranceRule.builder(Metadata.of("shop", "checkout", "protect-checkout"))
                        .targets(
                                List.of(
                                        ResourceRef.of("POST:/orders"),
                                        ResourceRef.of("GET:/orders/{id}")))
                        .strategies(
                                List.of(
                                        StrategyRef.builder()
                                                .name("orders-per-second")
                                                .kind(StrategyKind.RATE_LIMIT)
                                                .build(),
                                        StrategyRef.builder()
                                                .name("orders-breaker")
                                                .kind(StrategyKind.CIRCUIT_BREAKER)
                                                .build()))
                        .fallbackAction("busy-page")
                        .build(),
                RateLimitStrategy.builder(Metadata.of("shop", "checkout", "orders-per-second"))
                        .threshold(120)
                        .statDuration(Duration.ofSeconds(2))
                        .build(),
                ThrottlingStrategy.builder(Metadata.of("shop", "mailer", "mail-pacing"))
                        .minIntervalOfRequests(Duration.ofMillis(25))
                        .queueTimeout(Duration.ofMillis(750))
                        .build(),
                ConcurrencyLimitStrategy.builder(Metadata.of("shop", "reports", "report-slots"))
                        .maxConcurrency(6)
                        .build(),
                CircuitBreakerStrategy.builder(Metadata.of("shop", "checkout", "orders-breaker"))
                        .strategy(TriggerType.SLOW_REQUEST_RATIO)
                        .triggerRatio(0.45)
                        .statDuration(Duration.ofSeconds(20))
                        .recoveryTimeout(Duration.ofSeconds(4))
                        .minRequestAmount(12)
                        .slowConditions(SlowConditions.of(Duration.ofMillis(300)))
                        .build(),
                AdaptiveOverloadProtectionStrategy.builder(
                                Metadata.of("shop", "checkout", "node-guard"))
                        .metricType(AdaptiveOverloadProtectionStrategy.MetricType.CPU_PERCENTAGE)
                        .triggerThreshold(Threshold.ofCpu(0.82))
                        .adaptiveStrategy(AdaptiveStrategy.BBR)
                        .build(),
                HttpRequestFallbackAction.builder(Metadata.of("shop", "checkout", "busy-page"))
                        .behaviorDesc(
                                ProvidedResponse.builder()
                                        .responseStatusCode(429)
                                        .responseContentBody("{\"error\":\"try again shortly\"}")
                                        .responseAdditionalHeaders(
                                                List.of(
                                                        Header.builder()
                                                                .key("Retry-After")
                                                                .value("2")
                                                                .build()))
                                        .build())
                        .build(),
                TrafficRouter.ofHttp(
                        Metadata.of("shop", "pricing", "pricing"),
                        List.of("pricing"),
                        List.of(
                                HttpRoute.builder()
                                        .name("beta-testers")
                                        .match(
                                                List.of(
                                                        HttpMatch.builder()
                                                                .headers(
                                                                        Map.of(
                                                                                "x-cohort",
                                                                                StringMatch.exact(
                                                                                        "beta")))
                                                                .build(),
                                                        HttpMatch.builder()
                                                                .queryParams(
                                                                        Map.of(
                                                                                "preview",
                                                                                StringMatch.exact(
                                                                                        "1")))
                                                                .build()))
                                        .route(
                                                List.of(
                                                        RouteDestination.of(
                                                                Destination.of("pricing", "beta")
                                                                        .orElse(
                                                                                "pricing",
                                                                                "stable"))))
                                        .build(),
                                HttpRoute.builder()
                                        .name("canary")
                                        .route(
                                                List.of(
                                                        RouteDestination.of(
                                                                Destination.of("pricing", "stable"),
                                                                95),
                                                        RouteDestination.of(
                                                                Destination.of("pricing", "beta"),
                                                                5)))
                                        .build())),
                TrafficLane.builder(Metadata.of("shop", "gateway", "beta-lane"))
                        .rules(
                                TrafficLane.Rules.builder()
                                        .lane(TrafficLane.Lane.of("beta"))
                                        .traffic(
                                                TrafficLane.Traffic.builder()
                                                        .http(
                                                                TrafficLane.HttpTraffic.builder()
                                                                        .headers(
                                                                                Map.of(
                                                                                        "x-user-tier",
                                                                                        StringMatch
                                                                                                .exact(
                                                                                                        "insider")))
                                                                        .uri(
                                                                                StringMatch.prefix(
                                                                                        "/api"))
                                                                        .build())
                                                        .build())
                                        .workload(
                                                TrafficLane.Workload.builder()
                                                        .selector(Map.of("tag", "beta"))
                                                        .build())
                                        .traceIdBaggage("x-opensergo-traffic")
                                        .build())
                        .build(),
                VirtualWorkload.builder(Metadata.of("shop", "pricing", "pricing"))
                        .host("pricing")
                        .type("deployment")
                        .subsets(
                                List.of(
                                        VirtualWorkload.Subset.builder()
                                                .name("stable")
                                                .labels(Map.of("version", "v3"))
                                                .build(),
                                        VirtualWorkload.Subset.builder()
                                                .name("beta")
                                                .labels(Map.of("version", "v4"))
                                                .build()))
                        .trafficPolicy(
                                VirtualWorkload.TrafficPolicy.builder()
                                        .loadBalancePolicy("random")
                                        .build())
                        .build(),
                VirtualDatabase.builder(unbound("orders"))
                        .services(
                                List.of(
                                        VirtualDatabase.Service.builder()
                                                .name("orders")
                                                .databaseMySql(
                                                        VirtualDatabase.MySql.builder()
                                                                .db("orders")
                                                                .host("127.0.0.1")
                                                                .port(3307)
                                                                .user("app")
                                                                .password("change-me")
                                                                .build())
                                                .readWriteSplitting("orders-rw")
                                                .encryption("orders-crypt")
                                                .build()))
                        .build(),
                DatabaseEndpoint.builder(unbound("orders_primary"))
                        .database(
                                DatabaseEndpoint.Database.builder()
                                        .mySql(
                                                DatabaseEndpoint.MySql.builder()
                                                        .url("jdbc:mysql://10.1.0.5:3306/orders")
                                                        .username("app")
                                                        .password("change-me")
                                                        .connectionTimeout(20_000)
                                                        .idleTimeoutMilliseconds(45_000)
                                                        .maxLifetimeMilliseconds(1_200_000)
                                                        .maxPoolSize(30)
                                                        .minPoolSize(2)
                                                        .build())
                                        .build())
                        .build(),
                ReadWriteSplitting.builder(unbound("orders-rw"))
                        .rules(
                                ReadWriteSplitting.Rules.builder()
                                        .staticStrategy(
                                                ReadWriteSplitting.StaticStrategy.builder()
                                                        .writeDataSourceName("orders_primary")
                                                        .readDataSourceNames(
                                                                List.of(
                                                                        "orders_replica_a",
                                                                        "orders_replica_b"))
                                                        .loadBalancerName("spread")
                                                        .build())
                                        .loadBalancers(
                                                List.of(
                                                        ReadWriteSplitting.LoadBalancer.builder()
                                                                .loadBalancerName("spread")
                                                                .type(
                                                                        ReadWriteSplitting
                                                                                .LoadBalancerType
                                                                                .ROUND_ROBIN)
                                                                .build()))
                                        .build())
                        .build(),
                Sharding.builder(unbound("orders-shards"))
                        .tables(
                                Map.of(
                                        "t_line",
                                        Sharding.Table.builder()
                                                .actualDataNodes("shard_${0..3}.t_line")
                                                .databaseStrategy(
                                                        ShardingStrategy.Standard.builder()
                                                                .shardingColumn("customer_id")
                                                                .shardingAlgorithmName(
                                                                        "by_customer")
                                                                .build())
                                                .keyGenerateStrategy(
                                                        Sharding.KeyGenerateStrategy.builder()
                                                                .column("line_id")
                                                                .keyGeneratorName("flake")
                                                                .build())
                                                .build()))
                        .broadcastTables(List.of("t_country"))
                        .shardingAlgorithms(
                                Map.of(
                                        "by_customer",
                                        Algorithm.builder()
                                                .type("INLINE")
                                                .props(
                                                        Map.of(
                                                                "algorithm-expression",
                                                                "shard_${customer_id % 4}"))
                                                .build()))
                        .keyGenerators(
                                Map.of("flake", Algorithm.builder().type("SNOWFLAKE").build()))
                        .build(),
                Encryption.builder(unbound("orders-crypt"))
                        .encryptors(
                                Map.of(
                                        "card",
                                        Algorithm.builder()
                                                .type("AES")
                                                .props(Map.of("aes-key-value", "change-me-too"))
                                                .build()))
                        .tables(
                                Map.of(
                                        "t_payment",
                                        Encryption.Table.builder()
                                                .columns(
                                                        Map.of(
                                                                "card_no",
                                                                Encryption.Column.builder()
                                                                        .cipherColumn("card_no_enc")
                                                                        .encryptorName("card")
                                                                        .assistedQueryColumn(
                                                                                "card_no_idx")
                                                                        .build()))
                                                .build()))
                        .queryWithCipherColumn(true)
                        .build(),
                Shadow.builder(unbound("orders-shadow"))
                        .dataSources(
                                Map.of(
                                        "loadtest",
                                        Shadow.DataSource.builder()
                                                .sourceDataSourceName("orders_primary")
                                                .shadowDataSourceName("orders_loadtest")
                                                .build()))
                        .tables(
                                Map.of(
                                        "t_line",
                                        Shadow.Table.builder()
                                                .dataSourceNames(List.of("loadtest"))
                                                .shadowAlgorithmNames(List.of("robots"))
                                                .build()))
                        .shadowAlgorithms(
                                Map.of(
                                        "robots",
                                        Algorithm.builder()
                                                .type("REGEX_MATCH")
                                                .props(
                                                        Map.of(
                                                                "operation",
                                                                "insert",
                                                                "column",
                                                                "customer_id",
                                                                "regex",
                                                                "^9.*"))
                                                .build()))
                        .build(),
                DatabaseDiscovery.builder(unbound("orders-group"))
                        .dataSources(
                                Map.of(
                                        "orders-group",
                                        DatabaseDiscovery.Group.builder()
                                                .dataSourceNames(List.of("orders_a", "orders_b"))
                                                .discoveryHeartbeatName("beat")
                                                .discoveryTypeName("mgr")
                                                .build()))
                        .discoveryHeartbeats(
                                Map.of(
                                        "beat",
                                        DatabaseDiscovery.Heartbeat.builder()
                                                .props(Map.of("keep-alive-cron", "0/10 * * * * ?"))
                                                .build()))
                        .discoveryTypes(
                                Map.of(
                                        "mgr",
                                        Algorithm.builder()
                                                .type("MySQL.MGR")
                                                .props(
                                                        Map.of(
                                                                "group-name",
                                                                "2c1f0a6e-0000-4000-8000-0123456789ab"))
                                                .build()))
                        .build(),
                DistributedTransaction.builder(unbound("orders-txn"))
                        .transaction(
                                DistributedTransaction.Transaction.builder()
                                        .defaultType(DistributedTransaction.TransactionType.XA)
                                        .providerType(DistributedTransaction.Provider.ATOMIKOS)
                                        .build())
                        .build());
    }

    static Stream<RuleKind<?>> kinds() {
        return RuleKinds.standard().all().stream();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void readsStrictlyToTheValuesItShows(Rule expected) {
        ReadResult result = RuleReader.strict().read(Examples.of(expected.kind()), "example.yaml");

        assertThat(result.allProblems()).isEmpty();
        assertThat(result.rules()).containsExactly(expected);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyKindHasAnExampleWhoseValuesAreChecked(RuleKind<?> kind) {
        assertThat(rules().map(Rule::kind)).contains(kind);
    }

    private static Metadata unbound(String name) {
        return Metadata.builder().name(name).build();
    }
}
