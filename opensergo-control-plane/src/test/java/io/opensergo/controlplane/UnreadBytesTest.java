package io.opensergo.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What may be handed to the transport, and who is told when there is room again. */
class UnreadBytesTest {

    private static final long LIMIT = 1_000_000;
    private static final long LARGE = 100_000;

    private final UnreadBytes unread = new UnreadBytes(LIMIT);
    private final List<String> told = new ArrayList<>();

    @Test
    void largeMessageWaitsUntilItHasItsPlaceAndIsToldOnce() {
        assertThat(unread.acquire(LIMIT - 1000, () -> {})).isTrue();

        assertThat(unread.acquire(LARGE, () -> told.add("large"))).isFalse();
        assertThat(told).isEmpty();
        unread.release(500);
        assertThat(told).isEmpty();

        unread.release(LARGE);
        unread.release(1000);

        assertThat(told).containsExactly("large");
    }

    @Test
    void messageLargerThanTheLimitGoesOutAlone() {
        assertThat(unread.acquire(1, () -> {})).isTrue();
        assertThat(unread.acquire(2 * LIMIT, () -> told.add("huge"))).isFalse();

        unread.release(1);

        assertThat(told).containsExactly("huge");
        assertThat(unread.acquire(2 * LIMIT, () -> {})).isTrue();
    }

    @Test
    void whoWaitsNoMoreIsNotTold() {
        Runnable later = () -> told.add("gone");
        unread.acquire(LIMIT, () -> {});
        unread.acquire(LARGE, later);

        unread.forget(later);
        unread.release(LIMIT);

        assertThat(told).isEmpty();
    }

    @Test
    void whoGotAPlaceForAnotherMessageIsNotToldOfTheFirst() {
        Runnable later = () -> told.add("later");
        unread.acquire(LIMIT, () -> {});
        unread.acquire(LARGE, later);

        assertThat(unread.acquire(1000, later)).isTrue();

        unread.release(LIMIT);
        assertThat(told).isEmpty();
        assertThat(unread.excess()).isZero();
    }

    @Test
    void whatALargeMessageLacksIsInExcessWhileItWaits() {
        unread.acquire(LIMIT - 1000, () -> {});
        assertThat(unread.excess()).isZero();

        Runnable later = () -> {};
        unread.acquire(LARGE, later);

        assertThat(unread.excess()).isEqualTo(LARGE - 1000);
        unread.forget(later);
        assertThat(unread.excess()).isZero();
    }

    @Test
    void whatIsBeyondTheLimitIsInExcessDownToThreeQuarters() {
        unread.acquire(LIMIT, () -> {});

        assertThat(unread.acquire(1000, () -> {})).isTrue();

        assertThat(unread.excess()).isEqualTo(LIMIT / 4 + 1000);
    }

    /** Each acquires as a stream does, and goes on only when it is told to. */
    @Test
    void nobodyWaitsForEver() throws Exception {
        int rounds = 20_000;
        var done = new CountDownLatch(3);
        for (int i = 0; i < 3; i++) {
            var wakeUps = new Semaphore(0);
            Runnable later = wakeUps::release;
            long bytes = LIMIT * 2 / 3 + i;
            var thread =
                    new Thread(
                            () -> {
                                for (int round = 0; round < rounds; round++) {
                                    while (!unread.acquire(bytes, later)) {
                                        wakeUps.acquireUninterruptibly();
                                    }
                                    unread.release(bytes);
                                }
                                done.countDown();
                            });
            thread.setDaemon(true);
            thread.start();
        }

        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(unread.excess()).isZero();
    }
}
