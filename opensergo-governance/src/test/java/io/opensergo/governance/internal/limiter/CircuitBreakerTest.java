package io.opensergo.governance.internal.limiter;

import static io.opensergo.governance.internal.limiter.CircuitBreaker.NO_PROBE;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.internal.limiter.CircuitBreaker.Admission;
import io.opensergo.governance.internal.limiter.CircuitBreaker.Phase;
import io.opensergo.governance.internal.limiter.CircuitBreaker.Settings;
import io.opensergo.governance.internal.limiter.CircuitBreaker.Window;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {

    private static final long MILLI = 1_000_000L;
    private static final long DAY = 86_400_000 * MILLI;
    private static final Settings SETTINGS = new Settings(false, 50, 1, 160, MILLI, 1);

    @Test
    void aThreadThatReadTheTimeEarlierDoesNotShortenTheWait() {
        CircuitBreaker breaker = open(5 * MILLI);

        assertThat(breaker.tryAcquire(3 * MILLI, 0)).isEqualTo(Admission.REFUSE);

        assertThat(breaker.tryAcquire(5 * MILLI, 0)).isEqualTo(Admission.REFUSE);
        assertThat(breaker.retryAfter(5 * MILLI)).isEqualTo(MILLI);
    }

    @Test
    void peeksTheProbeAfterOneWasGivenBackAndTheClockSetBack() {
        CircuitBreaker breaker = open(0);
        breaker.tryAcquire(MILLI, 7);
        breaker.giveBackProbe(MILLI, 7);

        assertThat(breaker.peek(-DAY)).isEqualTo(Admission.PROBE);
        assertThat(breaker.tryAcquire(-DAY, 8)).isEqualTo(Admission.PROBE);
        assertThat(breaker.phase()).isEqualTo(Phase.HALF_OPEN);
    }

    @Test
    void aShorterWindowForgetsByTheBeginningOfThePartIfTheTimeIsEarlier() {
        var lenient = new Settings(false, 100, 100, 160, MILLI, 1);
        CircuitBreaker breaker = CircuitBreaker.of(lenient, (from, to) -> {});
        breaker.record(0, 0, true, NO_PROBE);
        breaker.record(20, 0, true, NO_PROBE);

        CircuitBreaker edited = breaker.edited(new Settings(false, 100, 100, 16, MILLI, 1), true);
        edited.record(15, 0, true, NO_PROBE);

        assertThat(edited.window(20)).isEqualTo(new Window(2, 2));
        assertThat(edited.window(15)).isEqualTo(new Window(2, 2));
    }

    @Test
    void whatIsCountedByAMeaningThatWasEditedAwayIsLeftOut() {
        var failed = new Settings(false, 50, 4, 160, MILLI, 1);
        var slow = new Settings(true, 50, 4, 160, MILLI, 10);
        CircuitBreaker before = CircuitBreaker.of(failed, (from, to) -> {});
        before.record(0, 0, true, NO_PROBE);

        CircuitBreaker edited = before.edited(slow, true);
        edited.record(0, 11, false, NO_PROBE);
        before.record(0, 0, true, NO_PROBE);
        before.record(0, 0, true, NO_PROBE);

        assertThat(edited.window(0)).isEqualTo(new Window(1, 1));
        assertThat(before.window(0)).isEqualTo(new Window(0, 0));
        assertThat(edited.phase()).isEqualTo(Phase.CLOSED);
    }

    @Test
    void anEditThereAndBackForgetsToo() {
        var failed = new Settings(false, 50, 4, 160, MILLI, 1);
        var slow = new Settings(true, 50, 4, 160, MILLI, 10);
        CircuitBreaker before = CircuitBreaker.of(failed, (from, to) -> {});
        before.record(0, 0, true, NO_PROBE);

        CircuitBreaker edited = before.edited(slow, true).edited(failed, true);

        assertThat(edited.window(0)).isEqualTo(new Window(0, 0));
        edited.record(0, 0, true, NO_PROBE);
        assertThat(edited.window(0)).isEqualTo(new Window(1, 1));
    }

    @Test
    void aProbeThatIsGivenBackLateLeavesTheOneAfterItOnItsWay() {
        CircuitBreaker breaker = open(0);
        breaker.tryAcquire(MILLI, 1);
        breaker.tryAcquire(2 * MILLI, 2);

        breaker.giveBackProbe(2 * MILLI, 1);

        assertThat(breaker.tryAcquire(2 * MILLI, 3)).isEqualTo(Admission.REFUSE);
        breaker.giveBackProbe(2 * MILLI, 2);
        assertThat(breaker.tryAcquire(2 * MILLI, 3)).isEqualTo(Admission.PROBE);
    }

    private static CircuitBreaker open(long now) {
        CircuitBreaker breaker = CircuitBreaker.of(SETTINGS, (from, to) -> {});
        breaker.record(now, 0, true, NO_PROBE);
        assertThat(breaker.phase()).isEqualTo(Phase.OPEN);
        return breaker;
    }
}
