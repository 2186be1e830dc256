package io.opensergo.governance.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.testsupport.LogCapture;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QuotaHealthTest {

    private static final QuotaKey KEY = new QuotaKey("shop", "checkout", "GET:/foo", "limit");

    private final ManualTicker ticker = new ManualTicker();
    private final QuotaHealth health = new QuotaHealth(ticker);
    private final LogCapture log = LogCapture.open();

    @AfterEach
    void closeLog() {
        log.close();
    }

    private void fail() {
        health.failed(KEY, QuotaFailurePolicy.FAIL_LOCAL, "connection refused");
    }

    @Test
    void outageIsLoggedOnceAndSoIsItsEnd() {
        for (int i = 0; i < 100; i++) {
            fail();
        }
        health.answered();
        health.answered();

        assertThat(log.linesOf(QuotaHealth.class))
                .satisfiesExactly(
                        line ->
                                assertThat(line)
                                        .contains("limit of GET:/foo in shop/checkout")
                                        .contains("connection refused")
                                        .endsWith("each instance enforces its share"),
                        line -> assertThat(line).contains("can be used again"));
    }

    @Test
    void storeThatIsWellSaysNothing() {
        health.answered();

        assertThat(log.text()).isEmpty();
        assertThat(health.isDown()).isFalse();
    }

    @Test
    void outagesThatFollowEachOtherCloselyAreLoggedOnceInAWhile() {
        for (int i = 0; i < 100; i++) {
            fail();
            health.answered();
            ticker.advance(Duration.ofMillis(250));
        }

        assertThat(log.linesOf(QuotaHealth.class)).hasSize(6);
        assertThat(health.failures()).isEqualTo(100);
        assertThat(health.outages()).isEqualTo(100);
    }

    @Test
    void flagFollowsTheLatestRequest() {
        fail();
        assertThat(health.isDown()).isTrue();

        health.answered();
        assertThat(health.isDown()).isFalse();
    }
}
