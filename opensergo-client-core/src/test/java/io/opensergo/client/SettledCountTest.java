package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

class SettledCountTest {

    private final Queue<Runnable> timers = new ArrayDeque<>();
    private final List<Integer> told = new ArrayList<>();
    private final SettledCount count =
            new SettledCount(this::schedule, Duration.ofSeconds(30), told::add);

    private Disposable schedule(Duration delay, Runnable task) {
        timers.add(task);
        return () -> timers.remove(task);
    }

    private void passTime() {
        Runnable due = timers.poll();
        assertThat(due).isNotNull();
        due.run();
    }

    @Test
    void risesAtOnce() {
        count.offer(1);
        count.offer(3);
        count.offer(3);

        assertThat(told).containsExactly(1, 3);
        assertThat(timers).isEmpty();
    }

    @Test
    void fallsWhenItHasStayedLow() {
        count.offer(5);
        count.offer(2);
        assertThat(count.current()).isEqualTo(5);

        passTime();

        assertThat(told).containsExactly(5, 2);
        assertThat(timers).isEmpty();
    }

    @Test
    void fallsOnlyToTheHighestOfTheMeantime() {
        count.offer(100);
        count.offer(1);
        count.offer(60);
        count.offer(2);

        passTime();
        assertThat(told).containsExactly(100, 60);
        passTime();
        assertThat(told).containsExactly(100, 60, 2);
    }

    @Test
    void aMoveToAnotherControlPlaneThatCountsFromOneChangesNothing() {
        count.offer(100);
        for (int i = 1; i <= 100; i++) {
            count.offer(i);
        }

        assertThat(told).containsExactly(100);
        assertThat(timers).isEmpty();
    }

    @Test
    void whatWasOnItsWayWhenItStopsDoesNotCount() {
        count.offer(5);
        count.offer(2);
        count.stop();

        assertThat(timers).isEmpty();
        assertThat(count.current()).isEqualTo(5);
    }
}
