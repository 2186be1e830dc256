package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StabilityTest {

    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration ALMOST = Stability.STABLE.minusNanos(1);

    private final Backoff backoff =
            new Backoff(Duration.ofMillis(50), Duration.ofMinutes(1), 1, bound -> bound - 1);
    private final Stability stability = new Stability(backoff);

    private void fail(Duration connectedFor) {
        stability.ended(true, connectedFor, false);
    }

    private void returnInVain() {
        stability.moved(true);
        fail(AT_ONCE);
    }

    @Test
    void connectionsThatDoNotLastAreMadeLessAndLessOften() {
        for (long millis = 50; millis <= 3200; millis *= 2) {
            fail(ALMOST);
            assertThat(backoff.next()).hasMillis(millis);
        }
    }

    @Test
    void backoffBeginsAnewAfterAConnectionThatLasted() {
        fail(ALMOST);
        backoff.next();
        backoff.next();

        fail(Stability.STABLE);

        assertThat(backoff.next()).hasMillis(50);
    }

    @Test
    void connectionAfterOneThatDidNotLastHasToProveItself() {
        assertThat(stability.isUnsteady()).isFalse();
        fail(ALMOST);
        assertThat(stability.isUnsteady()).isTrue();
        stability.ended(false, Duration.ZERO, false);
        assertThat(stability.isUnsteady()).isTrue();
        fail(Stability.STABLE);
        assertThat(stability.isUnsteady()).isFalse();
    }

    @Test
    void serverThatRefusesHasToProveItself() {
        stability.ended(false, Duration.ZERO, true);

        assertThat(stability.isUnsteady()).isTrue();
    }

    @Test
    void serverThatCannotBeReachedHasNothingToProve() {
        stability.ended(false, Duration.ZERO, false);

        assertThat(stability.isUnsteady()).isFalse();
    }

    @Test
    void betterEndpointThatDoesNotLastIsReturnedToHalfAsOftenEachTime() {
        assertThat(stability.failBackFactor()).isOne();
        returnInVain();
        assertThat(stability.failBackFactor()).isEqualTo(2);
        fail(AT_ONCE); // not after a return
        assertThat(stability.failBackFactor()).isEqualTo(2);
        for (int i = 0; i < 10; i++) {
            returnInVain();
        }
        assertThat(stability.failBackFactor()).isEqualTo(64);
    }

    @Test
    void betterEndpointIsReturnedToAsOftenAsBeforeOnceAConnectionHasLasted() {
        returnInVain();

        fail(Stability.STABLE);

        assertThat(stability.failBackFactor()).isOne();
    }
}
