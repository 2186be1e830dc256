package io.opensergo.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be handed to the transport, for whom, and who is told when there is room again. */
class UnreadBytesTest {

    private static final long LIMIT = 1_000_000;
    private static final long LARGE = 100_000;
    private static final String A = "a";
    private static final String B = "b";

    private final UnreadBytes unread = new UnreadBytes(LIMIT);
    private final List<String> told = new ArrayList<>();

    /** Has a client hold so many bytes in small messages as it can get. */
    private long fill(String client) {
        long held = 0;
        while (unread.acquire(client, 1000, () -> {})) {
            held += 1000;
        }
        return held;
    }

    @Test
    void aClientMayHoldAsMuchAsItLeavesFree() {
        assertThat(fill(A)).isEqualTo(LIMIT);

        assertThat(fill(B)).isEqualTo(LIMIT / 2);
    }

    @Test
    void aClientThatHoldsNothingFindsAPlaceWhateverOneOtherLeavesUnread() {
        assertThat(unread.acquire(A, 10 * LIMIT, () -> {})).isTrue();
        unread.release(A, 10 * LIMIT);
        fill(A);

        assertThat(unread.acquire(B, 60_000, () -> {})).isTrue();
    }

    @Test
    void largeMessageWaitsUntilItHasItsPlaceAndIsToldOnce() {
        assertThat(unread.acquire(A, LIMIT - 1000, () -> {})).isTrue();

        assertThat(unread.acquire(B, LARGE, () -> told.add("large"))).isFalse();
        assertThat(told).isEmpty();
        unread.release(A, 500);
        assertThat(told).isEmpty();

        unread.release(A, LARGE);
        unread.release(A, 1000);

        assertThat(told).containsExactly("large");
    }

    @Test
    void messageLargerThanTheLimitGoesOutAlone() {
        assertThat(unread.acquire(A, 1, () -> {})).isTrue();
        assertThat(unread.acquire(B, 2 * LIMIT, () -> told.add("huge"))).isFalse();

        unread.release(A, 1);

        assertThat(told).containsExactly("huge");
        assertThat(unread.acquire(B, 2 * LIMIT, () -> {})).isTrue();
    }

    @Test
    void whoWaitsNoMoreIsNotTold() {
        Runnable later = () -> told.add("gone");
        unread.acquire(A, LIMIT, () -> {});
        unread.acquire(B, LARGE, later);

        unread.forget(B, later);
        unread.release(A, LIMIT);

        assertThat(told).isEmpty();
    }

    @Test
    void whoGotAPlaceForAnotherMessageIsNotToldOfTheFirst() {
        Runnable later = () -> told.add("later");
        unread.acquire(A, LIMIT, () -> {});
        unread.acquire(B, LARGE, later);

        assertThat(unread.acquire(B, 1000, later)).isTrue();

        unread.release(A, LIMIT);
        assertThat(told).isEmpty();
        assertThat(unread.excess()).isZero();
    }

    @Test
    void onlyThoseAreToldForWhomThereIsAPlaceTogether() {
        unread.acquire(A, LIMIT, () -> {});
        for (String name : List.of("first", "second", "third")) {
            unread.acquire(B, LIMIT / 4, () -> told.add(name));
        }

        unread.release(A, LIMIT);

        assertThat(told).containsExactly("first", "second");
    }

    @Test
    void thePlaceOfOneThatWasToldAndDoesNotWantItGoesToTheNext() {
        Runnable first = () -> told.add("first");
        unread.acquire(A, LIMIT, () -> {});
        unread.acquire(B, 2 * LIMIT, first);
        unread.acquire(B, 2 * LIMIT, () -> told.add("second"));
        unread.release(A, LIMIT);
        assertThat(told).containsExactly("first");

        unread.forget(B, first);

        assertThat(told).containsExactly("first", "second");
    }

    @Test
    void whatALargeMessageLacksIsInExcessWhileItWaits() {
        unread.acquire(A, LIMIT - 1000, () -> {});
        assertThat(unread.excess()).isZero();

        Runnable later = () -> {};
        unread.acquire(B, LARGE, later);

        assertThat(unread.excess()).isEqualTo(LARGE - 1000);
        assertThat(unread.excessOfClients()).isEmpty();
        unread.forget(B, later);
        assertThat(unread.excess()).isZero();
    }

    @Test
    void whatAClientLacksOfItsOwnShareIsInItsOwnExcess() {
        unread.acquire(A, LIMIT / 2, () -> {});

        unread.acquire(A, LARGE, () -> {});

        assertThat(unread.excess()).isZero();
        assertThat(unread.excessOfClients()).containsExactly(Map.entry(A, LARGE / 2));
    }

    @Test
    void whatIsBeyondTheLimitIsInExcessDownToThreeQuarters() {
        unread.acquire(A, LIMIT, () -> {});

        assertThat(unread.acquire(B, 1000, () -> {})).isTrue();

        assertThat(unread.excess()).isEqualTo(LIMIT / 4 + 1000);
    }

    @Test
    void nobodyGivesBackWhatItDoesNotHold() {
        unread.acquire(A, 1000, () -> {});

        assertThatThrownBy(() -> unread.release(A, 1001)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> unread.release(B, 1)).isInstanceOf(IllegalStateException.class);
    }

    /** Each acquires as a stream does, and goes on only when it is told to. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void nobodyWaitsForEver(int clients) throws Exception {
        int rounds = 20_000;
        var done = new CountDownLatch(3);
        for (int i = 0; i < 3; i++) {
            var wakeUps = new Semaphore(0);
            Runnable later = wakeUps::release;
            String client = "client " + i % clients;
            long bytes = LIMIT * 2 / 3 + i;
            var thread =
                    new Thread(
                            () -> {
                                for (int round = 0; round < rounds; round++) {
                                    while (!unread.acquire(client, bytes, later)) {
                                        wakeUps.acquireUninterruptibly();
                                    }
                                    unread.release(client, bytes);
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
