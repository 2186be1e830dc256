package io.opensergo.governance.action;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Retries stay within what requests and time bring, whatever callers do. */
class RetryBudgetProperties {

    private final AtomicLong now = new AtomicLong();

    private RetryBudget full() {
        return new RetryBudget(now::get);
    }

    private void passMillis(long millis) {
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private static int retries(RetryBudget budget, int wanted) {
        int got = 0;
        for (int i = 0; i < wanted; i++) {
            got += budget.tryRetry() ? 1 : 0;
        }
        return got;
    }

    @Property(tries = 300, seed = "20261204")
    void neverExceedsCapacityAndAFifthOfRequestsAndOneASecond(
            @ForAll @Size(max = 60) List<@IntRange(max = 2999) Integer> steps) {
        RetryBudget budget = full();
        long requests = 0;
        long millis = 0;
        long retries = 0;

        for (int step : steps) {
            int size = step / 3;
            switch (step % 3) {
                case 0 -> {
                    for (int i = 0; i < size; i++) {
                        budget.onRequest();
                    }
                    requests += size;
                }
                case 1 -> {
                    passMillis(size);
                    millis += size;
                }
                default -> retries += retries(budget, size);
            }
            assertThat((double) retries)
                    .isLessThanOrEqualTo(
                            RetryBudget.CAPACITY
                                    + requests / (double) RetryBudget.REQUESTS_PER_RETRY
                                    + millis / 1000.0);
        }
    }

    @Example
    void withoutRequestsThereIsOneRetryASecond() {
        RetryBudget budget = full();
        assertThat(retries(budget, 100)).isEqualTo(RetryBudget.CAPACITY);

        for (int second = 0; second < 5; second++) {
            passMillis(999);
            assertThat(budget.tryRetry()).isFalse();
            passMillis(1);
            assertThat(retries(budget, 10)).isEqualTo(1);
        }
    }

    @Example
    void whenEveryRequestFailsAFifthIsTriedAgain() {
        RetryBudget budget = full();
        retries(budget, 100);
        int retries = 0;

        for (int i = 0; i < 1000; i++) {
            budget.onRequest();
            retries += retries(budget, 3);
        }

        assertThat(retries).isEqualTo(200);
    }

    @Example
    void holdsNoMoreThanItsCapacity() {
        RetryBudget budget = full();
        IntStream.range(0, 1000).forEach(i -> budget.onRequest());
        passMillis(TimeUnit.DAYS.toMillis(400));

        assertThat(budget.available()).isEqualTo(RetryBudget.CAPACITY);
        assertThat(retries(budget, 100)).isEqualTo(RetryBudget.CAPACITY);
    }

    @Example
    void aClockThatGoesBackBringsNothing() {
        RetryBudget budget = full();
        retries(budget, 100);

        passMillis(-60_000);
        assertThat(budget.tryRetry()).isFalse();
        passMillis(60_000);
        assertThat(budget.tryRetry()).isFalse();
    }

    @Example
    void givesNoRetryTwiceToThreads() {
        RetryBudget budget = full();
        var retries = new AtomicInteger();

        IntStream.range(0, 10_000)
                .parallel()
                .forEach(
                        i -> {
                            budget.onRequest();
                            if (budget.tryRetry()) {
                                retries.incrementAndGet();
                            }
                        });

        assertThat(retries.get()).isBetween(1, RetryBudget.CAPACITY + 2000);
    }
}
