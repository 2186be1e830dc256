package io.opensergo.quota.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.governance.quota.GlobalQuota;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Many instances that want more than the limit, at a distance from Redis. */
class RedisContentionTest {

    private static final int WINDOWS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static RedisProcess redis;

    @BeforeAll
    static void startRedis() {
        redis = RedisProcess.started();
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @Test
    void twentyInstancesKeepTheBoundAndReportNoOutageTenMillisecondsAway() {
        assertBoundAndNoOutage(20, 20, 200, 10, 200 + 20 * 5);
    }

    @Test
    void threeInstancesKeepTheBoundAndReportNoOutageSixtyMillisecondsAway() {
        assertBoundAndNoOutage(3, 3, 100, 60, 100 + 3 * 10);
    }

    @Test
    void hundredInstancesKeepTheBoundAndReportNoOutageTenMillisecondsAway() {
        assertBoundAndNoOutage(100, 4, 200, 10, 200 + 100);
    }

    private static void assertBoundAndNoOutage(
            int count, int connections, long threshold, int roundTripMillis, long bound) {
        List<GlobalQuota> quotas = new ArrayList<>();
        try (var line = new DelayingProxy(redis.port(), roundTripMillis)) {
            for (int i = 0; i < connections; i++) {
                quotas.add(
                        RedisGlobalQuota.builder(line.uri())
                                .commandTimeout(Duration.ofSeconds(10))
                                .connect());
            }
            var instances = new BusyInstances(count, threshold, quotas);
            try (instances) {
                long end = BusyInstances.window() + WINDOWS;
                await().atMost(PATIENCE).until(() -> BusyInstances.window() >= end);
            } finally {
                quotas.forEach(GlobalQuota::close);
            }

            instances.assumeSteadyMachine();
            assertThat(instances.anyFailed()).isFalse();
            assertThat(instances.admittedByWindow().values())
                    .hasSizeGreaterThanOrEqualTo(WINDOWS)
                    .allMatch(admitted -> admitted <= bound + count);
        }
    }
}
