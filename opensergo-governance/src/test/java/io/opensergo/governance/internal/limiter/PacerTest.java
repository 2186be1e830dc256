package io.opensergo.governance.internal.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PacerTest {

    private static final long MILLI = 1_000_000L;

    @Test
    void aThreadThatReadTheTimeEarlierDoesNotEndTheLine() {
        Pacer pacer = Pacer.of(MILLI, 10 * MILLI);
        for (int i = 0; i <= 10; i++) {
            pacer.tryAcquire(0);
        }

        assertThat(pacer.tryAcquire(-1)).isEqualTo(Pacer.REFUSED);
        assertThat(pacer.tryAcquire(0)).isEqualTo(Pacer.REFUSED);
        assertThat(pacer.tryAcquire(MILLI)).isEqualTo(10 * MILLI);
    }

    @Test
    void aPlaceInTheMiddleGoesToTheNextRequestThatComes() {
        Pacer pacer = line(4);

        pacer.leave(0, 2 * MILLI);

        assertThat(pacer.peek(MILLI)).isEqualTo(MILLI);
        assertThat(pacer.tryAcquire(MILLI)).isEqualTo(MILLI);
        assertThat(pacer.tryAcquire(MILLI)).isEqualTo(4 * MILLI);
    }

    @Test
    void aFullLineTakesWhoeverGetsAFreePlace() {
        Pacer pacer = line(10);
        assertThat(pacer.tryAcquire(0)).isEqualTo(Pacer.REFUSED);

        pacer.leave(0, 3 * MILLI);

        assertThat(pacer.tryAcquire(0)).isEqualTo(3 * MILLI);
        assertThat(pacer.tryAcquire(0)).isEqualTo(Pacer.REFUSED);
    }

    @Test
    void theLineGetsShorterByAllThatLeaveItsEndInWhateverOrder() {
        Pacer pacer = line(5);

        pacer.leave(0, 4 * MILLI);
        pacer.leave(0, 3 * MILLI);
        pacer.leave(0, 5 * MILLI);

        assertThat(pacer.tryAcquire(0)).isEqualTo(3 * MILLI);
        assertThat(pacer.tryAcquire(0)).isEqualTo(4 * MILLI);
    }

    @Test
    void aFreePlaceThatIsPastIsNotGivenAway() {
        Pacer pacer = line(3);

        pacer.leave(0, MILLI);

        assertThat(pacer.tryAcquire(MILLI + 1)).isEqualTo(3 * MILLI - 1);
    }

    @Test
    void aFreePlaceIsNotGivenAwayIfTheIntervalIsLongerByNow() {
        Pacer pacer = line(3);
        pacer.leave(0, 2 * MILLI);

        assertThat(pacer.edited(2 * MILLI, 10 * MILLI).tryAcquire(0)).isEqualTo(5 * MILLI);
    }

    @Test
    void aRequestThatHadNotToWaitGivesTheLineBackIfNobodyCame() {
        Pacer pacer = Pacer.of(MILLI, 10 * MILLI);
        pacer.tryAcquire(1_000_037);

        pacer.leaveLast(1_000_037 / Pacer.RESOLUTION * Pacer.RESOLUTION);

        assertThat(pacer.tryAcquire(1_000_038)).isZero();
    }

    @Test
    void aRequestThatHadNotToWaitDoesNotGiveBackThePlaceOfAnother() {
        Pacer pacer = line(1);

        pacer.leaveLast(0);

        assertThat(pacer.tryAcquire(0)).isEqualTo(2 * MILLI);
    }

    /** A line of so many requests that wait, behind one that had not to. */
    private static Pacer line(int length) {
        Pacer pacer = Pacer.of(MILLI, 10 * MILLI);
        for (int i = 0; i <= length; i++) {
            assertThat(pacer.tryAcquire(0)).isEqualTo(i * MILLI);
        }
        return pacer;
    }
}
