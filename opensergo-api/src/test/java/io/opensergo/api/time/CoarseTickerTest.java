package io.opensergo.api.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CoarseTickerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Test
    void sharesOneTimeUntilTheNextReading() {
        try (var ticker = CoarseTicker.start(Duration.ofMillis(100))) {
            await().atMost(PATIENCE).until(() -> isShared(ticker.nanos(), ticker.nanos()));
        }
    }

    private static boolean isShared(long first, long second) {
        return first == second;
    }

    @Test
    void moves() {
        try (var ticker = CoarseTicker.start()) {
            long start = ticker.nanos();

            await().atMost(PATIENCE).until(() -> ticker.nanos() - start > 5_000_000);
        }
    }

    @Test
    void neverRunsAheadOfTheClock() {
        try (var ticker = CoarseTicker.start()) {
            for (int i = 0; i < 100_000; i++) {
                long coarse = ticker.nanos();

                assertThat(System.nanoTime() - coarse).isNotNegative();
            }
        }
    }

    @Test
    void sleepsWhileNobodyAsksAndWakesUpWhenSomebodyDoes() {
        try (var ticker = CoarseTicker.start(Duration.ofNanos(100_000))) {
            await().atMost(PATIENCE).until(() -> !ticker.isSharing());

            long before = System.nanoTime();
            assertThat(ticker.nanos() - before).isNotNegative();

            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> ticker.nanos() != 0 && ticker.isSharing());
        }
    }

    @Test
    void isExactOnceClosed() {
        var ticker = CoarseTicker.start();
        ticker.close();
        await().atMost(PATIENCE).until(() -> !ticker.isSharing());

        long before = System.nanoTime();
        long now = ticker.nanos();

        assertThat(now - before).isNotNegative();
        assertThat(System.nanoTime() - now).isNotNegative();
    }

    @Test
    void endsItsThreadWhenClosed() {
        var ticker = CoarseTicker.start();
        ticker.close();

        await().atMost(PATIENCE)
                .until(
                        () ->
                                Thread.getAllStackTraces().keySet().stream()
                                        .noneMatch(
                                                one -> one.getName().equals("opensergo-ticker")));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 99_999, 100_000_001})
    void refusesAResolutionOutOfBounds(long nanos) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CoarseTicker.start(Duration.ofNanos(nanos)))
                .withMessageContaining("resolution");
    }
}
