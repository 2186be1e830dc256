package io.opensergo.quota.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.QuotaHealth;
import io.opensergo.testsupport.LogCapture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Instances that lose their Redis, which comes back without what it counted. */
class RedisOutageTest {

    private static final int INSTANCES = 6;
    private static final long THRESHOLD = 100;
    private static final long CREDIT = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void restartOfRedisKeepsTheBoundAndIsLoggedByTwoLinesOfEachInstance() {
        try (LogCapture log = LogCapture.open();
                RedisProcess redis = RedisProcess.started()) {
            List<GlobalQuota> quotas = new ArrayList<>();
            for (int i = 0; i < INSTANCES; i++) {
                quotas.add(
                        RedisGlobalQuota.builder(redis.uri())
                                .commandTimeout(PATIENCE) // a stall is no outage
                                .connect());
            }
            var instances = new BusyInstances(INSTANCES, THRESHOLD, quotas);
            long begin;
            long noticed;
            try (instances) {
                awaitWindows(2);
                begin = BusyInstances.window();
                redis.stop();
                await().atMost(PATIENCE).until(() -> instances.allAre(true));
                noticed = BusyInstances.window();
                awaitWindows(2);
                redis.start();
                await().atMost(PATIENCE).until(() -> instances.allAre(false));
                awaitWindows(5);
            } finally {
                quotas.forEach(GlobalQuota::close);
            }

            instances.assumeSteadyMachine();
            long bound = THRESHOLD + INSTANCES * (CREDIT + 1) + INSTANCES;
            assertThat(instances.admittedByWindow())
                    .allSatisfy(
                            (window, admitted) -> {
                                boolean begins = window >= begin && window <= noticed;
                                assertThat(admitted)
                                        .isLessThanOrEqualTo(
                                                begins ? bound + THRESHOLD + INSTANCES : bound);
                            });
            assertThat(log.linesOf(QuotaHealth.class)).hasSize(2 * INSTANCES);
            assertThat(log.text()).doesNotContain("onErrorDropped").doesNotContain("\tat ");
        }
    }

    private static void awaitWindows(int count) {
        long end = BusyInstances.window() + count;
        await().atMost(PATIENCE).until(() -> BusyInstances.window() >= end);
    }
}
