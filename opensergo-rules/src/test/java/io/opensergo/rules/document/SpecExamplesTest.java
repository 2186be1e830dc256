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
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction.Behavior;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction.Header;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction.ProvidedResponse;
import io.opensergo.rules.faulttolerance.LimitMode;
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
                new FaultToleranceRule(
                        Metadata.of("shop", "checkout", "protect-checkout"),
                        List.of(
                                new ResourceRef("POST:/orders"),
                                new ResourceRef("GET:/orders/{id}")),
                        List.of(
                                new StrategyRef("orders-per-second", StrategyKind.RATE_LIMIT),
                                new StrategyRef("orders-breaker", StrategyKind.CIRCUIT_BREAKER)),
                        "busy-page"),
                new RateLimitStrategy(
                        Metadata.of("shop", "checkout", "orders-per-second"),
                        RateLimitStrategy.MetricType.REQUEST_AMOUNT,
                        LimitMode.LOCAL,
                        120,
                        Duration.ofSeconds(2)),
                new ThrottlingStrategy(
                        Metadata.of("shop", "mailer", "mail-pacing"),
                        Duration.ofMillis(25),
                        Duration.ofMillis(750)),
                new ConcurrencyLimitStrategy(
                        Metadata.of("shop", "reports", "report-slots"), LimitMode.LOCAL, 6),
                new CircuitBreakerStrategy(
                        Metadata.of("shop", "checkout", "orders-breaker"),
                        TriggerType.SLOW_REQUEST_RATIO,
                        0.45,
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(4),
                        12,
                        new SlowConditions(Duration.ofMillis(300)),
                        null),
                new AdaptiveOverloadProtectionStrategy(
                        Metadata.of("shop", "checkout", "node-guard"),
                        AdaptiveOverloadProtectionStrategy.MetricType.CPU_PERCENTAGE,
                        Threshold.ofCpu(0.82),
                        AdaptiveStrategy.BBR),
                new HttpRequestFallbackAction(
                        Metadata.of("shop", "checkout", "busy-page"),
                        Behavior.RETURN_PROVIDED_RESPONSE,
                        new ProvidedResponse(
                                429,
                                "{\"error\":\"try again shortly\"}",
                                List.of(new Header("Retry-After", "2")))),
                TrafficRouter.ofHttp(
                        Metadata.of("shop", "pricing", "pricing"),
                        List.of("pricing"),
                        List.of(
                                HttpRoute.builder()
                                        .name("beta-testers")
                                        .match(
                                                HttpMatch.builder()
                                                        .headers(
                                                                Map.of(
                                                                        "x-cohort",
                                                                        StringMatch.exact("beta")))
                                                        .build(),
                                                HttpMatch.builder()
                                                        .queryParams(
                                                                Map.of(
                                                                        "preview",
                                                                        StringMatch.exact("1")))
                                                        .build())
                                        .route(
                                                RouteDestination.of(
                                                        Destination.of("pricing", "beta")
                                                                .orElse("pricing", "stable")))
                                        .build(),
                                HttpRoute.builder()
                                        .name("canary")
                                        .route(
                                                RouteDestination.of(
                                                        Destination.of("pricing", "stable"), 95),
                                                RouteDestination.of(
                                                        Destination.of("pricing", "beta"), 5))
                                        .build())),
                new TrafficLane(
                        Metadata.of("shop", "gateway", "beta-lane"),
                        new TrafficLane.Rules(
                                new TrafficLane.Traffic(
                                        new TrafficLane.HttpTraffic(
                                                Map.of("x-user-tier", StringMatch.exact("insider")),
                                                StringMatch.prefix("/api"))),
                                new TrafficLane.Workload(Map.of("tag", "beta")),
                                new TrafficLane.Lane("beta"),
                                "x-opensergo-traffic")),
                new VirtualWorkload(
                        Metadata.of("shop", "pricing", "pricing"),
                        "pricing",
                        "deployment",
                        List.of(
                                new VirtualWorkload.Subset("stable", Map.of("version", "v3")),
                                new VirtualWorkload.Subset("beta", Map.of("version", "v4"))),
                        new VirtualWorkload.TrafficPolicy("random")),
                new VirtualDatabase(
                        unbound("orders"),
                        List.of(
                                new VirtualDatabase.Service(
                                        "orders",
                                        new VirtualDatabase.MySql(
                                                "orders", "127.0.0.1", 3307, "app", "change-me"),
                                        "orders-rw",
                                        null,
                                        "orders-crypt",
                                        null,
                                        null))),
                new DatabaseEndpoint(
                        unbound("orders_primary"),
                        new DatabaseEndpoint.Database(
                                new DatabaseEndpoint.MySql(
                                        "jdbc:mysql://10.1.0.5:3306/orders",
                                        "app",
                                        "change-me",
                                        20_000,
                                        45_000,
                                        1_200_000,
                                        30,
                                        2))),
                new ReadWriteSplitting(
                        unbound("orders-rw"),
                        new ReadWriteSplitting.Rules(
                                new ReadWriteSplitting.StaticStrategy(
                                        "orders_primary",
                                        List.of("orders_replica_a", "orders_replica_b"),
                                        "spread"),
                                null,
                                List.of(
                                        new ReadWriteSplitting.LoadBalancer(
                                                "spread",
                                                ReadWriteSplitting.LoadBalancerType.ROUND_ROBIN)))),
                new Sharding(
                        unbound("orders-shards"),
                        Map.of(
                                "t_line",
                                new Sharding.Table(
                                        "shard_${0..3}.t_line",
                                        new ShardingStrategy.Standard("customer_id", "by_customer"),
                                        null,
                                        new Sharding.KeyGenerateStrategy("line_id", "flake"))),
                        Map.of(),
                        List.of(),
                        List.of("t_country"),
                        null,
                        null,
                        null,
                        null,
                        Map.of(
                                "by_customer",
                                new Algorithm(
                                        "INLINE",
                                        Map.of(
                                                "algorithm-expression",
                                                "shard_${customer_id % 4}"))),
                        Map.of("flake", new Algorithm("SNOWFLAKE", Map.of()))),
                new Encryption(
                        unbound("orders-crypt"),
                        Map.of(
                                "card",
                                new Algorithm("AES", Map.of("aes-key-value", "change-me-too"))),
                        Map.of(
                                "t_payment",
                                new Encryption.Table(
                                        Map.of(
                                                "card_no",
                                                new Encryption.Column(
                                                        null,
                                                        "card_no_enc",
                                                        "card",
                                                        "card_no_idx")))),
                        true),
                new Shadow(
                        unbound("orders-shadow"),
                        Map.of(
                                "loadtest",
                                new Shadow.DataSource("orders_primary", "orders_loadtest")),
                        Map.of("t_line", new Shadow.Table(List.of("loadtest"), List.of("robots"))),
                        Map.of(
                                "robots",
                                new Algorithm(
                                        "REGEX_MATCH",
                                        Map.of(
                                                "operation",
                                                "insert",
                                                "column",
                                                "customer_id",
                                                "regex",
                                                "^9.*")))),
                new DatabaseDiscovery(
                        unbound("orders-group"),
                        Map.of(
                                "orders-group",
                                new DatabaseDiscovery.Group(
                                        List.of("orders_a", "orders_b"), "beat", "mgr")),
                        Map.of(
                                "beat",
                                new DatabaseDiscovery.Heartbeat(
                                        Map.of("keep-alive-cron", "0/10 * * * * ?"))),
                        Map.of(
                                "mgr",
                                new Algorithm(
                                        "MySQL.MGR",
                                        Map.of(
                                                "group-name",
                                                "2c1f0a6e-0000-4000-8000-0123456789ab")))),
                new DistributedTransaction(
                        unbound("orders-txn"),
                        new DistributedTransaction.Transaction(
                                DistributedTransaction.TransactionType.XA,
                                DistributedTransaction.Provider.ATOMIKOS)));
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
        return new Metadata(name, "default", Map.of(), Map.of());
    }
}
