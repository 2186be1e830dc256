package io.opensergo.governance.internal.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.opensergo.governance.internal.load.CpuCounters.Used;
import java.util.List;
import org.junit.jupiter.api.Test;

class CpuMeterTest {

    private static final long MILLI = 1_000_000L;

    private long now = Long.MAX_VALUE - 20 * MILLI;
    private long used;
    private double cpus = 4;
    private final CpuMeter meter =
            new CpuMeter(List.of(new Used(() -> used, () -> cpus), passed -> -1), () -> now);

    @Test
    void doesNotKnowItWhenFirstAsked() {
        assertThat(meter.usage()).isNegative();
    }

    @Test
    void tellsTheShareOfTheProcessorsSinceItsOwnLastReading() {
        meter.usage();
        use(100, 200);

        assertThat(meter.usage()).isEqualTo(0.5);
    }

    @Test
    void givesThoseWhoAskAtTheSameTimeTheSameMeasurement() {
        meter.usage();
        use(100, 400);

        assertThat(meter.usage()).isEqualTo(1);
        assertThat(meter.usage()).isEqualTo(1);
        use(10, 0);
        assertThat(meter.usage()).isEqualTo(1);
    }

    @Test
    void knowsFractionsOfAProcessor() {
        cpus = 0.5;
        meter.usage();
        use(100, 50);

        assertThat(meter.usage()).isEqualTo(1);
    }

    @Test
    void isNeverMoreThanAllOfIt() {
        meter.usage();
        use(100, 500);

        assertThat(meter.usage()).isEqualTo(1);
    }

    @Test
    void averagesOverHalfASecond() {
        meter.usage();
        use(100, 400);
        meter.usage();

        for (int i = 0; i < 5; i++) {
            use(100, 0);
            meter.usage();
        }

        assertThat(meter.usage()).isEqualTo(Math.exp(-1), within(1e-9));
    }

    @Test
    void averagesAlikeHoweverOftenItIsAsked() {
        meter.usage();
        use(100, 400);
        meter.usage();

        use(500, 0);

        assertThat(meter.usage()).isEqualTo(Math.exp(-1), within(1e-9));
    }

    @Test
    void beginsAnewAfterAPause() {
        meter.usage();
        use(100, 400);
        meter.usage();
        use(60_000, 240_000);

        assertThat(meter.usage()).isNegative();
        use(100, 40);
        assertThat(meter.usage()).isEqualTo(0.1, within(1e-9));
    }

    @Test
    void tellsTheGreatestOfSeveralMeasures() {
        var several =
                new CpuMeter(
                        List.of(passed -> 0.3, passed -> 0.7, passed -> -1, passed -> Double.NaN),
                        () -> now);
        several.usage();
        use(100, 0);

        assertThat(several.usage()).isEqualTo(0.7);
    }

    @Test
    void doesNotKnowItIfNoMeasureDoes() {
        var none = new CpuMeter(List.of(passed -> -1), () -> now);
        none.usage();
        use(100, 0);

        assertThat(none.usage()).isNegative();
    }

    private void use(long millis, long cpuMillis) {
        now += millis * MILLI;
        used += cpuMillis * MILLI;
    }
}
