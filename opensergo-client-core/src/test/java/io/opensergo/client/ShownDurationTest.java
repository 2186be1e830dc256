package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownDurationTest {

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0 s",
        "PT5S, 5 s",
        "PT0.25S, 250 ms",
        "PT1.5S, 1500 ms",
        "PT90S, 90 s",
        "PT10M, 10 min",
        "PT72H, 72 h",
        "PT0.0000001S, 0 ms",
        "PT-1S, -1 s"
    })
    void isANumberAndAUnit(Duration duration, String shown) {
        assertThat(ShownDuration.of(duration)).isEqualTo(shown);
    }
}
