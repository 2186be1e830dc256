package io.opensergo.governance.internal.limiter;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.QuotaFailurePolicy;
import io.opensergo.governance.quota.QuotaHealth;
import io.opensergo.governance.quota.QuotaKey;
import io.opensergo.testsupport.LogCapture;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** A limiter over a store that answers as the test says. */
abstract class ScriptedLimiter {

    static final Duration WINDOW = Duration.ofSeconds(10);

    static final QuotaKey KEY = new QuotaKey("shop", "checkout", "GET:/foo", "limit");

    static final int INSTANCES = 4;

    final ManualTicker ticker = new ManualTicker(Long.MAX_VALUE - 1_000_000_000L);

    final ScriptedQuota quota = new ScriptedQuota(ticker);

    final QuotaHealth health = new QuotaHealth(ticker);

    final LogCapture log = LogCapture.open();

    @AfterEach
    void closeLog() {
        log.close();
    }

    LeasedLimiter limiter(long threshold) {
        return limiter(quota, threshold, QuotaFailurePolicy.FAIL_LOCAL);
    }

    LeasedLimiter limiter(GlobalQuota store, long threshold, QuotaFailurePolicy policy) {
        return new LeasedLimiter(
                store, KEY, threshold, WINDOW.toNanos(), policy, () -> INSTANCES, health, ticker);
    }

    long admitted(LeasedLimiter limiter, int requests) {
        long admitted = 0;
        for (int i = 0; i < requests; i++) {
            admitted += limiter.tryAcquire(ticker.nanos()) == 0 ? 1 : 0;
        }
        return admitted;
    }
}
