package io.opensergo.governance.internal.limiter;

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

        assertThat(breaker.tryAcquire(3 * MILLI)).isEqualTo(Admission.REFUSE);

        assertThat(breaker.tryAcquire(5 * MILLI)).isEqualTo(Admission.REFUSE);
        assertThat(breaker.retryAfter(5 * MILLI)).isEqualTo(MILLI);
    }

    @Test
    void peeksTheProbeAfterOneWasGivenBackAndTheClockSetBack() {
        CircuitBreaker breaker = open(0);
        breaker.tryAcquire(MILLI);
        breaker.giveBackProbe(MILLI);

        assertThat(breaker.peek(-DAY)).isEqualTo(Admission.PROBE);
        assertThat(breaker.tryAcquire(-DAY)).isEqualTo(Admission.PROBE);
        assertThat(breaker.phase()).isEqualTo(Phase.HALF_OPEN);
    }

    @Test
    void aShorterWindowForgetsByTheBeginningOfThePartIfTheTimeIsEarlier() {
        var lenient = new Settings(false, 100, 100, 160, MILLI, 1);
        CircuitBreaker breaker = CircuitBreaker.of(lenient, (from, to) -> {});
        breaker.record(0, 0, true, false);
        breaker.record(20, 0, true, false);

        CircuitBreaker edited = breaker.edited(new Settings(false, 100, 100, 16, MILLI, 1));
        edited.record(15, 0, true, false);

        assertThat(edited.window(20)).isEqualTo(new Window(2, 2));
        assertThat(edited.window(15)).isEqualTo(new Window(2, 2));
    }

    private static CircuitBreaker open(long now) {
        CircuitBreaker breaker = CircuitBreaker.of(SETTINGS, (from, to) -> {});
        breaker.record(now, 0, true, false);
        assertThat(breaker.phase()).isEqualTo(Phase.OPEN);
        return breaker;
    }
}
