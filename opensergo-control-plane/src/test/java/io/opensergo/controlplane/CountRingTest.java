package io.opensergo.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.controlplane.CountRing.Count;
import org.junit.jupiter.api.Test;

class CountRingTest {

    private static final long SLOT = Span.SLOT_NANOS;

    private final CountRing ring = new CountRing();

    @Test
    void spreadsWhatWasReportedOverTheTimeThatItIsOf() {
        ring.add(Count.PASSED, 100, Span.of(SLOT / 2, 3 * SLOT));

        assertThat(ring.get(Count.PASSED, 0)).isEqualTo(20);
        assertThat(ring.get(Count.PASSED, 1)).isEqualTo(40);
        assertThat(ring.get(Count.PASSED, 2)).isEqualTo(40);
        assertThat(ring.get(Count.PASSED, 3)).isZero();
    }

    @Test
    void losesNothingByRounding() {
        ring.add(Count.REFUSED, 7, Span.of(0, 10 * SLOT));

        long sum = 0;
        for (int i = 0; i <= 10; i++) {
            sum += ring.get(Count.REFUSED, i);
        }
        assertThat(sum).isEqualTo(7);
    }

    @Test
    void keepsFiveMinutes() {
        ring.add(Count.PASSED, 1, Span.of(0, 0));
        ring.add(Count.PASSED, 2, Span.of(59 * SLOT, 59 * SLOT));
        assertThat(ring.get(Count.PASSED, 0)).isEqualTo(1);

        ring.add(Count.PASSED, 4, Span.of(60 * SLOT, 60 * SLOT));

        assertThat(ring.get(Count.PASSED, 0)).isZero();
        assertThat(ring.get(Count.PASSED, 59)).isEqualTo(2);
        assertThat(ring.get(Count.PASSED, 60)).isEqualTo(4);
        assertThat(ring.get(Count.PASSED, 61)).isZero();
    }

    @Test
    void keepsNothingOfASlotThatIsUsedAgain() {
        ring.add(Count.PASSED, 5, Span.of(3 * SLOT, 3 * SLOT));
        ring.add(Count.REFUSED, 1, Span.of(1000 * SLOT, 1000 * SLOT));

        for (long slot = 941; slot <= 1000; slot++) {
            assertThat(ring.get(Count.PASSED, slot)).isZero();
        }
    }

    @Test
    void aReportThatWasLongInComingIsOfTheLastFiveMinutes() {
        ring.add(Count.PASSED, 600, Span.of(0, 500 * SLOT));

        assertThat(ring.get(Count.PASSED, 441)).isPositive();
        assertThat(ring.get(Count.PASSED, 440)).isZero();
    }

    @Test
    void stopsAtTheGreatestNumber() {
        ring.add(Count.PASSED, Long.MAX_VALUE / 4, Span.of(SLOT, SLOT));
        ring.add(Count.PASSED, Long.MAX_VALUE / 4, Span.of(SLOT, SLOT));

        assertThat(ring.get(Count.PASSED, 1)).isEqualTo(Integer.MAX_VALUE);
    }
}
