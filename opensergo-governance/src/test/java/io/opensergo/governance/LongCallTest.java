package io.opensergo.governance;

import static io.opensergo.governance.Rules.on;
import static io.opensergo.governance.Rules.slowBreaker;
import static io.opensergo.governance.Rules.throttling;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.time.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that take days, as streams do, are slow like any other. */
class LongCallTest {

    private static final Duration SLOW = Duration.ofMillis(300);

    @ParameterizedTest
    @ValueSource(longs = {1, 38, 40, 77, 79, 1_000, 24 * 365, 24 * 390})
    void aCallOfManyHoursIsSlow(long hours) {
        var ticker = new ManualTicker(Long.MAX_VALUE - 1);
        try (Governor governor =
                Governor.builder()
                        .ticker(ticker)
                        .rules(on("a", slowBreaker("slow", SLOW)))
                        .build()) {
            Guard guard = governor.guard("a");
            long first = guard.acquire();
            long second = guard.acquire();
            ticker.advance(Duration.ofHours(hours));

            guard.release(first, Outcome.SUCCESS);
            guard.release(second, Outcome.SUCCESS);

            assertThat(guard.explain().admitted()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {40, 24 * 365})
    void aThrottledCallOfManyHoursIsSlow(long hours) {
        var ticker = new ManualTicker();
        var pace = throttling("pace", Duration.ofSeconds(1), Duration.ofSeconds(10));
        try (Governor governor =
                Governor.builder()
                        .ticker(ticker)
                        .rules(on("a", pace, slowBreaker("slow", SLOW)))
                        .build()) {
            Guard guard = governor.guard("a");
            long first = guard.acquire();
            long waiting = guard.acquire();
            ticker.advanceNanos(guard.waitNanos(waiting));
            long second = guard.proceed(waiting);
            ticker.advance(Duration.ofHours(hours));

            guard.release(first, Outcome.SUCCESS);
            guard.release(second, Outcome.SUCCESS);

            assertThat(guard.explain().admitted()).isFalse();
        }
    }
}
