package io.opensergo.governance.internal.limiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class OverloadControlTest {

    private static final long SECOND = 1_000_000_000;
    private static final long TENTH = SECOND / 10;
    private static final double OVER = 0.9;

    private final ProcessLoad load = new ProcessLoad();
    private final OverloadControl capacity = OverloadControl.byCapacity(0.8, load);
    private final OverloadControl share = OverloadControl.byShare(0.8, 0.9);

    @Test
    void theShareThatIsRefusedGrowsWithTheLoad() {
        assertThat(shareAt(0.8)).isZero();
        assertThat(shareAt(0.81)).isEqualTo(0.1, within(0.01));
        assertThat(shareAt(0.85)).isEqualTo(0.5, within(0.01));
        assertThat(shareAt(0.89)).isEqualTo(0.9, within(0.01));
        assertThat(shareAt(0.9)).isEqualTo(1);
        assertThat(shareAt(1)).isEqualTo(1);
    }

    @Test
    void nothingIsRefusedIfTheLoadIsNotKnown() {
        assertThat(shareAt(-1)).isZero();
        assertThat(shareAt(Double.NaN)).isZero();
    }

    @Test
    void ofFewRequestsTheSameShareIsRefusedAsOfMany() {
        share.measured(0.85, TENTH);
        int refused = 0;
        for (int i = 1; i <= 100; i++) {
            boolean expected = share.wouldRefuse();
            assertThat(share.wouldRefuse()).isEqualTo(expected);
            assertThat(share.refuses()).isEqualTo(expected);
            refused += expected ? 1 : 0;
            assertThat((double) refused).isEqualTo(i / 2.0, within(1.5));
        }
    }

    @Test
    void theFirstLimitIsTheCapacityAndAShortQueue() {
        complete(8);

        capacity.measured(OVER, 0);

        assertThat(admittedAtOnce()).isEqualTo(12);
    }

    @Test
    void theLimitFallsWhileTheCpuIsNearlyFull() {
        complete(8);
        capacity.measured(OVER, 0);

        measure(1, 30);

        assertThat(admittedAtOnce()).isEqualTo(3);
    }

    @Test
    void itDoesNotFallBelowWhatTheProcessHasShownThatItCanBear() {
        complete(8);
        capacity.measured(0.5, TENTH);
        capacity.measured(OVER, TENTH);

        measure(1, 100);

        assertThat(admittedAtOnce()).isEqualTo(8);
    }

    @Test
    void itRisesWhileTheCpuIsNotFullAndRequestsAreRefused() {
        complete(8);
        capacity.measured(OVER, 0);

        for (int i = 0; i < 20; i++) {
            admittedAtOnce();
            capacity.measured(0.87, TENTH);
        }

        assertThat(admittedAtOnce()).isBetween(17, 25);
    }

    @Test
    void itStaysWhereItIsIfNothingIsRefused() {
        complete(8);
        capacity.measured(OVER, 0);

        measure(0.87, 20);

        assertThat(admittedAtOnce()).isEqualTo(12);
    }

    @Test
    void itIsWithoutEffectWithinASecondBelowTheThresholdAndDoesNotEndAtOnce() {
        complete(8);
        capacity.measured(OVER, 0);

        capacity.measured(0.7, TENTH);
        assertThat(admittedAtOnce()).isBetween(13, 20);
        for (int i = 0; i < 9; i++) {
            capacity.measured(0.7, TENTH);
        }
        assertThat(admittedAtOnce()).isGreaterThan(500);
    }

    @Test
    void itEndsWhenNothingWasRefusedForASecond() {
        complete(8);
        capacity.measured(OVER, 0);

        measure(0.7, 10);

        assertThat(capacity.state()).isEqualTo("any number may be in flight");
    }

    @Test
    void itEndsIfTheLoadIsNotKnown() {
        complete(8);
        capacity.measured(OVER, 0);

        capacity.measured(Double.NaN, TENTH);

        assertThat(capacity.state()).isEqualTo("any number may be in flight");
    }

    @Test
    void thereIsNoneBeforeAnythingIsKnownAndOneAsSoonAsItIs() {
        capacity.measured(OVER, 0);
        assertThat(capacity.state()).isEqualTo("any number may be in flight");

        complete(8);

        assertThat(admittedAtOnce()).isEqualTo(12);
        capacity.measured(OVER, 0);
        assertThat(admittedAtOnce()).isEqualTo(12);
    }

    @Test
    void oneRequestAtATimeIsNeverRefused() {
        complete(0.01);
        capacity.measured(OVER, 0);

        measure(1, 100);

        assertThat(admittedAtOnce()).isEqualTo(2);
    }

    /** Completes as many as keep a number in flight all the time for half a second. */
    private void complete(double inFlight) {
        for (int i = 0; i < 100; i++) {
            load.record(0, (long) (inFlight * SECOND / 200));
        }
        load.record(SECOND / 2, 1);
    }

    private void measure(double cpu, int times) {
        for (int i = 0; i < times; i++) {
            capacity.measured(cpu, TENTH);
        }
    }

    private double shareAt(double cpu) {
        share.measured(cpu, TENTH);
        int refused = 0;
        for (int i = 0; i < 1_000; i++) {
            refused += share.refuses() ? 1 : 0;
        }
        return refused / 1_000.0;
    }

    /** Returns how many of those that come at once are admitted, and ends them. */
    private int admittedAtOnce() {
        int admitted = 0;
        while (admitted < 1_000 && !capacity.refuses()) {
            load.inFlight().acquire();
            admitted++;
        }
        for (int i = 0; i < admitted; i++) {
            load.inFlight().release();
        }
        return admitted;
    }
}
