package io.opensergo.governance.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.time.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class InMemoryGlobalQuotaTest extends GlobalQuotaContract {

    @Override
    protected GlobalQuota open() {
        return new InMemoryGlobalQuota(ticker);
    }

    @Test
    void lowerThresholdCountsWhatWasGranted() {
        var window = Duration.ofSeconds(10);
        var key = key("GET:/foo");
        try (GlobalQuota quota = open()) {
            quota.acquire(key, new QuotaLimit(100, window), 20).block();

            QuotaGrant grant = quota.acquire(key, new QuotaLimit(15, window), 1).block();

            assertThat(grant.permits()).isZero();
        }
    }

    @Test
    void forgetsWindowsThatHaveEnded() {
        var limit = new QuotaLimit(1, Duration.ofSeconds(1));
        try (var quota = new InMemoryGlobalQuota(ticker)) {
            for (int i = 0; i < 10_000; i++) {
                quota.acquire(key("GET:/" + i), limit, 1).block();
                ticker.advance(Duration.ofMillis(10));
            }

            assertThat(quota.size()).isLessThanOrEqualTo(201);
        }
    }

    @Test
    void clockThatGoesBackAndOverflowsGrantsNothingMore() {
        var time = new ManualTicker(Long.MAX_VALUE - 10);
        var limit = new QuotaLimit(3, Duration.ofSeconds(10));
        var key = key("GET:/foo");
        try (var quota = new InMemoryGlobalQuota(time)) {
            quota.acquire(key, limit, 3).block();
            time.advance(Duration.ofSeconds(-5));
            QuotaGrant back = quota.acquire(key, limit, 1).block();
            time.advance(Duration.ofSeconds(14));
            QuotaGrant overflown = quota.acquire(key, limit, 1).block();

            assertThat(back).isEqualTo(new QuotaGrant(0, limit.window()));
            assertThat(overflown).isEqualTo(new QuotaGrant(0, Duration.ofSeconds(1)));
        }
    }
}
