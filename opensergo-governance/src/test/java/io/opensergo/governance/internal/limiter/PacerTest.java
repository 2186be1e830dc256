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
}
