package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class BackoffTest {

    @Test
    void boundDoublesFromMinToMax() {
        var backoff =
                new Backoff(Duration.ofMillis(100), Duration.ofMillis(1000), 1, bound -> bound - 1);

        assertThat(backoff.next()).hasMillis(100);
        assertThat(backoff.next()).hasMillis(200);
        assertThat(backoff.next()).hasMillis(400);
        assertThat(backoff.next()).hasMillis(800);
        assertThat(backoff.next()).hasMillis(1000);
        assertThat(backoff.next()).hasMillis(1000);
    }

    @Test
    void resetStartsAgainAtMin() {
        var backoff =
                new Backoff(Duration.ofMillis(100), Duration.ofMillis(1000), 1, bound -> bound - 1);
        backoff.next();
        backoff.next();

        backoff.reset();

        assertThat(backoff.next()).hasMillis(100);
    }

    @Property(seed = "20261123", tries = 300)
    void delayIsNeverBeyondMaxNorZero(
            @ForAll @LongRange(min = 1, max = 100_000) long min,
            @ForAll @LongRange(min = 0, max = 10_000_000) long more,
            @ForAll @IntRange(min = 1, max = 200) int failures) {
        var backoff =
                new Backoff(
                        Duration.ofMillis(min),
                        Duration.ofMillis(min + more),
                        1,
                        new Random(1)::nextLong);
        for (int i = 0; i < failures; i++) {
            assertThat(backoff.next().toMillis()).isBetween(1L, min + more);
        }
    }
}
