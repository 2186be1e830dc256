package io.opensergo.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Breaks everything at random while rules change, and holds what each subscriber sees against what
 * must hold at all times, and in the end against the source.
 *
 * <p>A few clients for a few seconds in the ordinary build; 500 clients of 20 keys each for a
 * minute by {@code mvn -Plong -pl verification/reliability -am verify}, for longer by {@code
 * -Dchaos.seconds=600}, and once more by {@code -Dchaos.seed=}.
 */
class ChaosTest {

    /** Of 10,000 subscriptions on two processors, or of one that a settling client holds back. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Whoever has lost its way in the chaos misses what comes after it. */
    private static final int ROUNDS_AFTERWARDS = 5;

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void everySubscriberEndsUpWithTheRulesOfTheSourceAndNeverSawAnythingElse() throws Exception {
        String given = System.getProperty("chaos.seed", "");
        long seed =
                given.isEmpty() ? ThreadLocalRandom.current().nextLong() : Long.parseLong(given);
        long seconds = Long.getLong("chaos.seconds", 5);
        var extent =
                new Chaos.Extent(
                        seed,
                        Integer.getInteger("chaos.clients", 8),
                        Integer.getInteger("chaos.keys", 5),
                        // half-open connections take the keepalive of gRPC to find: 10 s or more
                        seconds > 30);
        System.out.println("chaos of " + seconds + " s: " + extent);
        try (var chaos = new Chaos(extent)) {
            awaitQuiet(chaos);
            chaos.begin();
            endureFor(chaos, Duration.ofSeconds(seconds));
            chaos.calmDown();
            awaitQuiet(chaos);
            for (int round = 0; round < ROUNDS_AFTERWARDS; round++) {
                chaos.changeInPeace();
                awaitQuiet(chaos);
            }
            System.out.println("chaos over: " + chaos.log().counts());
        }
    }

    private static void endureFor(Chaos chaos, Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        await().atMost(duration.plus(PATIENCE))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> System.nanoTime() - end > 0 || !chaos.violations().isEmpty());
        assertThat(chaos.violations()).as(chaos::report).isEmpty();
    }

    /** Waits until everybody holds the rules of the source and has said so to the control plane. */
    private static void awaitQuiet(Chaos chaos) {
        try {
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> chaos.behind().isEmpty() || !chaos.violations().isEmpty());
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(200))
                    .until(chaos::isSettledAtTheControlPlane);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(chaos.report(), e);
        }
        assertThat(chaos.violations()).as(chaos::report).isEmpty();
        assertThat(chaos.behind()).as(chaos::report).isEmpty();
    }
}
