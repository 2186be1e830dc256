package io.opensergo.controlplane.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The meters of a control plane with a client. */
class ControlPlaneMetricsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private final ControlPlane controlPlane = ControlPlane.builder().port(0).source(rules).start();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicLong now = new AtomicLong();

    @AfterEach
    void close() {
        controlPlane.close();
    }

    private void bind() {
        new ControlPlaneMetrics(controlPlane, Tags.empty(), now::get).bindTo(registry);
    }

    private double valueLater(String name, String... tags) {
        now.addAndGet(TimeUnit.SECONDS.toNanos(1));
        return value(name, tags);
    }

    private double value(String name, String... tags) {
        return registry.get("opensergo.control.plane." + name)
                .tags(tags)
                .meter()
                .measure()
                .iterator()
                .next()
                .getValue();
    }

    private static RateLimitStrategy limit(String name) {
        return RateLimitStrategy.builder(Metadata.of("default", "shop", name))
                .threshold(1)
                .statDuration(Duration.ofSeconds(1))
                .build();
    }

    private OpenSergoClient client() {
        return OpenSergoClients.builder()
                .endpoints("localhost:" + controlPlane.port())
                .app("shop")
                .build();
    }

    @Test
    void tellOfSubscribersAndOfWhatTheyAccept() {
        rules.put(limit("first"));
        bind();

        try (OpenSergoClient client = client()) {
            var seen = new AtomicLong();
            client.rules(RateLimitStrategy.KIND).subscribe(rules -> seen.set(rules.rules().size()));
            client.rules(ConcurrencyLimitStrategy.KIND).subscribe();
            await().atMost(PATIENCE).until(() -> seen.get() == 1);
            rules.put(limit("second"));

            await().atMost(PATIENCE).until(() -> valueLater("pushes.accepted") >= 2);
            assertThat(value("rules")).isEqualTo(2);
            assertThat(value("revision")).isEqualTo((double) controlPlane.status().revision());
            assertThat(value("connections")).isEqualTo(1);
            assertThat(value("streams")).isEqualTo(1);
            assertThat(value("pushes")).isGreaterThanOrEqualTo(2);
            await().atMost(PATIENCE).until(() -> valueLater("subscriptions.behind") == 0);
            await().atMost(PATIENCE).until(() -> valueLater("subscriptions") == 2);
        }
        await().atMost(PATIENCE).until(() -> valueLater("streams") == 0);
    }

    @Test
    void haveAReasonForEachRefusal() {
        bind();

        assertThat(registry.find("opensergo.control.plane.refusals").meters()).hasSize(17);
        assertThat(value("refusals", "reason", "stuck_subscribers")).isZero();
        assertThat(value("refusals", "reason", "unauthenticated")).isZero();
    }

    @Test
    void oneRequestOfTheRegistrySeesOneMoment() {
        bind();
        assertThat(value("rules")).isZero();

        rules.put(limit("first"));

        assertThat(value("rules")).isZero();
        assertThat(valueLater("rules")).isEqualTo(1);
    }

    @Test
    void tellTwoControlPlanesApartByTags() {
        try (ControlPlane other = ControlPlane.builder().port(0).start()) {
            new ControlPlaneMetrics(controlPlane, Tags.of("replica", "a")).bindTo(registry);
            new ControlPlaneMetrics(other, Tags.of("replica", "b")).bindTo(registry);

            assertThat(registry.find("opensergo.control.plane.rules").gauges()).hasSize(2);
        }
    }
}
