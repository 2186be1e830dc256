package io.opensergo.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The value of {@code Retry-After}. */
class RejectionReplyTest {

    @ParameterizedTest
    @CsvSource({"PT0.000000001S, 1", "PT0.5S, 1", "PT1S, 1", "PT1.000000001S, 2", "PT60S, 60"})
    void secondsAreWholeAndNeverTooFew(Duration wait, long seconds) {
        assertThat(RejectionReply.seconds(wait)).isEqualTo(seconds);
    }
}
