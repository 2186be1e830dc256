package io.opensergo.client.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opensergo.api.ConnectionState;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleKey;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.api.Target;
import io.opensergo.client.CacheEvent;
import io.opensergo.client.LimitEvent;
import io.opensergo.client.LimitEvent.Limit;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.client.PushEvent;
import io.opensergo.client.PushEvent.Result;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClientMetricsTest {

    private static final RuleKey SHOP = key("shop");
    private static final RuleKey TILL = key("till");
    private static final String[] RATE = {"kind", "RateLimitStrategy"};

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private long nanos = -1_000;
    private final ClientMetrics metrics = new ClientMetrics(Tags.of("client", "a"), () -> nanos);

    private static RuleKey key(String app) {
        return new RuleKey(Target.of(app), RateLimitStrategy.KIND);
    }

    private double value(String name, String... tags) {
        return registry.get("opensergo.client." + name)
                .tags(tags)
                .tags("client", "a")
                .meter()
                .measure()
                .iterator()
                .next()
                .getValue();
    }

    private Timer timer(String name) {
        return registry.get("opensergo.client." + name).timer();
    }

    private void become(Phase phase) {
        var state = new ConnectionState(phase, "localhost", Instant.EPOCH, null);
        metrics.onState(state, state);
    }

    private static PushEvent push(RuleKey key, Result result, @Nullable Duration propagation) {
        return new PushEvent(key, 1, result, 2, 0, 5_000, propagation, null);
    }

    @Test
    void showsThePhaseOfTheConnection() {
        metrics.bindTo(registry);
        assertThat(value("state", "phase", "connecting")).isEqualTo(1);

        become(Phase.STALE);

        assertThat(value("state", "phase", "connecting")).isZero();
        assertThat(value("state", "phase", "stale")).isEqualTo(1);
        assertThat(registry.find("opensergo.client.state").gauges()).hasSize(Phase.values().length);
    }

    /** An application makes its registry when it likes, and the rules may have come by then. */
    @Test
    void countersBeginWithWhatHappenedBeforeTheyAreBound() {
        metrics.onFollow(SHOP);
        metrics.onPush(push(SHOP, Result.ACCEPTED, null));
        metrics.onReconnect("localhost", Duration.ofSeconds(3));

        metrics.bindTo(registry);
        assertThat(value("pushes", "result", "accepted")).isEqualTo(1);
        assertThat(value("pushes", "result", "rejected")).isZero();
        assertThat(value("reconnects")).isEqualTo(1);

        metrics.onPush(push(SHOP, Result.ACCEPTED, null));
        var later = new SimpleMeterRegistry();
        metrics.bindTo(later);
        assertThat(value("pushes", "result", "accepted")).isEqualTo(2);
        assertThat(
                        later.get("opensergo.client.pushes")
                                .tags("result", "accepted")
                                .counter()
                                .count())
                .isEqualTo(2);

        metrics.close();
        assertThat(registry.getMeters()).isEmpty();
        assertThat(later.getMeters()).isEmpty();
    }

    @Test
    void countsReconnectsAndTimesOutages() {
        metrics.bindTo(registry);
        assertThat(value("reconnects")).isZero();

        metrics.onReconnect("localhost", Duration.ofSeconds(3));
        metrics.onReconnect("localhost", Duration.ofSeconds(4));

        assertThat(value("reconnects")).isEqualTo(2);
        assertThat(timer("outage").totalTime(TimeUnit.SECONDS)).isEqualTo(7);
    }

    @Test
    void countsPushesByKindAndResultAndTimesThem() {
        metrics.bindTo(registry);
        metrics.onFollow(SHOP);
        for (Result result : Result.values()) {
            assertThat(value("pushes", "result", result.name().toLowerCase(Locale.ROOT))).isZero();
        }

        metrics.onPush(push(SHOP, Result.ACCEPTED, null));
        metrics.onPush(push(SHOP, Result.ACCEPTED, Duration.ofMillis(20)));
        metrics.onPush(new PushEvent(SHOP, 1, Result.OUTDATED, 0, 0, 0, null, "older"));

        assertThat(value("pushes", "kind", "RateLimitStrategy", "result", "accepted")).isEqualTo(2);
        assertThat(value("pushes", "kind", "RateLimitStrategy", "result", "outdated")).isEqualTo(1);
        assertThat(timer("decode").count()).isEqualTo(2);
        assertThat(timer("decode").totalTime(TimeUnit.NANOSECONDS)).isEqualTo(10_000);
        assertThat(timer("propagation").count()).isEqualTo(1);
        assertThat(timer("propagation").totalTime(TimeUnit.MILLISECONDS)).isEqualTo(20);
    }

    @Test
    void showsTheAgeOfTheRulesThatWereConfirmedLongestAgo() {
        metrics.bindTo(registry);
        metrics.onFollow(SHOP);
        metrics.onFollow(TILL);
        assertThat(value("keys", RATE)).isEqualTo(2);
        assertThat(value("rules.age", RATE)).isNaN();

        metrics.onPush(push(SHOP, Result.ACCEPTED, null));
        nanos += Duration.ofSeconds(10).toNanos();
        metrics.onPush(push(TILL, Result.PARTLY_REJECTED, null));
        nanos += Duration.ofSeconds(5).toNanos();
        assertThat(value("rules.age", RATE)).isEqualTo(15);

        metrics.onPush(push(SHOP, Result.REJECTED, null));
        assertThat(value("rules.age", RATE)).isEqualTo(15);
        metrics.onPush(push(SHOP, Result.UNCHANGED, null));
        assertThat(value("rules.age", RATE)).isEqualTo(5);

        metrics.onForget(TILL);
        metrics.onPush(push(TILL, Result.ACCEPTED, null));
        assertThat(value("keys", RATE)).isEqualTo(1);
        assertThat(value("rules.age", RATE)).isZero();
    }

    @Test
    void rulesFromTheDiskAreAsOldAsTheyAre() {
        metrics.bindTo(registry);
        metrics.onFollow(SHOP);

        metrics.onCache(
                new CacheEvent(SHOP, CacheEvent.Result.EXPIRED, Duration.ofDays(9), "too old"));
        assertThat(value("rules.age", RATE)).isNaN();
        metrics.onCache(
                new CacheEvent(SHOP, CacheEvent.Result.LOADED, Duration.ofMinutes(1), null));

        assertThat(value("rules.age", RATE)).isEqualTo(60);
        assertThat(value("cache", "kind", "RateLimitStrategy", "result", "loaded")).isEqualTo(1);
        assertThat(value("cache", "kind", "RateLimitStrategy", "result", "expired")).isEqualTo(1);
    }

    @Test
    void countsRefusalsLimitsAndSetsThatSettled() {
        metrics.bindTo(registry);
        assertThat(value("limits", "limit", "rules_per_snapshot")).isZero();

        metrics.onRefusal(new SubscriptionRefusedException(SHOP, 500, "no such kind"));
        metrics.onLimit(new LimitEvent(Limit.RULES_PER_SNAPSHOT, 1, 2, SHOP));
        metrics.onLimit(new LimitEvent(Limit.MESSAGE_BYTES, 1, -1, null));
        metrics.onSettled(SHOP, Duration.ofSeconds(1), true);
        metrics.onSettled(SHOP, Duration.ofSeconds(1), false);

        assertThat(value("refusals", RATE)).isEqualTo(1);
        assertThat(value("limits", "limit", "rules_per_snapshot")).isEqualTo(1);
        assertThat(value("limits", "limit", "message_bytes")).isEqualTo(1);
        assertThat(value("settled", "replaced", "true")).isEqualTo(1);
        assertThat(value("settled", "replaced", "false")).isEqualTo(1);
    }

    @Test
    void registryThatIsBoundLaterKnowsTheKindsFromBefore() {
        metrics.onFollow(SHOP);
        metrics.onFollow(new RuleKey(Target.of("shop"), ConcurrencyLimitStrategy.KIND));
        metrics.onPush(push(SHOP, Result.ACCEPTED, null));

        metrics.bindTo(registry);

        assertThat(value("keys", RATE)).isEqualTo(1);
        assertThat(value("rules.age", RATE)).isZero();
        assertThat(value("keys", "kind", "ConcurrencyLimitStrategy")).isEqualTo(1);
        assertThat(value("pushes", "kind", "RateLimitStrategy", "result", "accepted")).isEqualTo(1);
    }

    @Test
    void closingRemovesEveryMeterFromEveryRegistry() {
        var other = new SimpleMeterRegistry();
        other.counter("mine");
        metrics.bindTo(registry);
        metrics.bindTo(other);
        metrics.onFollow(SHOP);
        metrics.onPush(push(SHOP, Result.ACCEPTED, Duration.ZERO));
        metrics.onReconnect("localhost", Duration.ZERO);
        metrics.onSettled(SHOP, Duration.ZERO, true);
        assertThat(registry.getMeters()).hasSizeGreaterThan(10);

        metrics.close();
        metrics.onPush(push(SHOP, Result.ACCEPTED, Duration.ZERO));

        assertThat(registry.getMeters()).isEmpty();
        assertThat(other.getMeters()).hasSize(1);
    }

    @Test
    void clientsInOneRegistryAreToldApartByTheirTags() {
        var second = new ClientMetrics(Tags.of("client", "b"));
        metrics.bindTo(registry);
        second.bindTo(registry);

        second.onReconnect("localhost", Duration.ZERO);

        assertThat(value("reconnects")).isZero();
        second.close();
        assertThat(value("reconnects")).isZero();
    }

    @Test
    void followsAClientThatItIsGivenTo() {
        metrics.bindTo(registry);
        OpenSergoClient client =
                OpenSergoClients.builder()
                        .endpoints("http://localhost:1")
                        .listener(metrics)
                        .build();
        try (client) {
            client.rules(Target.of("shop"), RateLimitStrategy.KIND).subscribe();
            await().until(() -> value("state", "phase", "recovering") == 1);
            await().until(() -> registry.find("opensergo.client.keys").tags(RATE).gauge() != null);
        }
        await().until(() -> value("state", "phase", "closed") == 1);
    }
}
