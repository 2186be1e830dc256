package io.opensergo.governance.internal.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.governance.quota.QuotaFailurePolicy;
import io.opensergo.governance.quota.QuotaHealth;
import io.opensergo.governance.quota.QuotaKey;
import io.opensergo.testsupport.LogCapture;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * The overshoot that {@link LeasedLimiter} documents, with a store that decides early or late and
 * answers late, out of order, with failures or never.
 */
class LeasedLimiterProperties {

    private static final QuotaKey KEY = new QuotaKey("shop", "checkout", "GET:/foo", "limit");
    private static final String SEED = "20261124";
    private static final int STEPS = 400;
    private static final long LATEST = LeaseRefill.ANSWER_TIMEOUT_NANOS - 1;

    @Property(tries = 500, seed = SEED, edgeCases = EdgeCasesMode.NONE)
    void instancesExceedTheThresholdByOneGreatestLeaseEachAtMost(
            @ForAll @IntRange(min = 1, max = 300) int threshold,
            @ForAll @IntRange(min = 1, max = 5) int instances,
            @ForAll @IntRange(min = 1, max = 5) int seconds,
            @ForAll long seed) {
        var run = new Run(threshold, instances, seconds, seed);

        run.play(0);

        long borrowed = instances * LeaseLimits.maxLease(threshold);
        assertThat(run.admissions.size()).isLessThanOrEqualTo((int) (run.quota.granted + borrowed));
        for (ScriptedQuota.Window window : run.quota.windows) {
            assertThat(window.granted).isLessThanOrEqualTo(threshold);
            assertThat(run.admittedIn(window)).isLessThanOrEqualTo(window.granted + borrowed);
        }
    }

    @Property(tries = 500, seed = SEED, edgeCases = EdgeCasesMode.NONE)
    void outagesAddTheShareInEachOfTheirWindowsAndOneGreatestLeaseEach(
            @ForAll @IntRange(min = 1, max = 300) int threshold,
            @ForAll @IntRange(min = 1, max = 5) int instances,
            @ForAll @IntRange(min = 1, max = 5) int seconds,
            @ForAll long seed) {
        var run = new Run(threshold, instances, seconds, seed);
        try (LogCapture log = LogCapture.open()) {
            run.play(3);
        }

        long lease = LeaseLimits.maxLease(threshold);
        long share = new LeaseLimits(threshold, 1).share(instances);
        long outages = run.outages();
        long allowed =
                run.quota.granted
                        + (instances + outages) * lease
                        + (outages + run.downWindows()) * share;
        assertThat((long) run.admissions.size()).isLessThanOrEqualTo(allowed);
    }

    @Property(tries = 200, seed = SEED, edgeCases = EdgeCasesMode.NONE)
    void storeIsAskedByOneRequestOfAnInstanceAtATime(
            @ForAll @IntRange(min = 1, max = 300) int threshold,
            @ForAll @IntRange(min = 1, max = 5) int instances,
            @ForAll long seed) {
        var run = new Run(threshold, instances, 1, seed);
        try (LogCapture log = LogCapture.open()) {
            run.play(3);
        }

        assertThat(run.mostAtATime).isLessThanOrEqualTo(instances);
    }

    /** Instances that share one scripted store, played at random. */
    private static final class Run {

        private final Random random;
        private final ManualTicker ticker;
        private final ScriptedQuota quota;
        private final long window;
        private final List<LeasedLimiter> limiters = new ArrayList<>();
        private final List<Outage> outages = new ArrayList<>();
        private final List<Long> admissions = new ArrayList<>();
        private long mostAtATime;

        Run(int threshold, int instances, int seconds, long seed) {
            random = new Random(seed);
            ticker = new ManualTicker(random.nextLong());
            quota = new ScriptedQuota(ticker);
            window = TimeUnit.SECONDS.toNanos(seconds);
            for (int i = 0; i < instances; i++) {
                limiters.add(
                        new LeasedLimiter(
                                quota,
                                KEY,
                                threshold,
                                window,
                                QuotaFailurePolicy.FAIL_LOCAL,
                                () -> instances,
                                new QuotaHealth(ticker),
                                ticker));
                outages.add(new Outage());
            }
        }

        void play(int failuresIn20) {
            for (int step = 0; step < STEPS; step++) {
                ticker.advanceNanos(random.nextLong(window / (1 + random.nextInt(40))));
                if (failuresIn20 == 0) {
                    answerWhatIsDue();
                }
                burst(limiters.get(random.nextInt(limiters.size())));
                List<ScriptedQuota.Request> waiting =
                        quota.requests.stream().filter(request -> !request.cancelled).toList();
                mostAtATime = Math.max(mostAtATime, waiting.size());
                if (!quota.requests.isEmpty()) {
                    settle(
                            quota.requests.get(random.nextInt(quota.requests.size())),
                            random.nextInt(20),
                            failuresIn20);
                }
                look();
            }
        }

        /** Without failures, every answer arrives before the limiter loses its patience. */
        private void answerWhatIsDue() {
            for (LeasedLimiter limiter : limiters) {
                assertThat(limiter.isStoreDown()).isFalse();
            }
            List.copyOf(quota.requests).stream()
                    .filter(request -> ticker.nanos() - request.askedAt >= LATEST)
                    .forEach(ScriptedQuota.Request::answer);
        }

        private void burst(LeasedLimiter limiter) {
            int requests = 1 + random.nextInt(50);
            for (int i = 0; i < requests; i++) {
                if (limiter.tryAcquire(ticker.nanos()) == 0) {
                    if (random.nextInt(10) == 0) {
                        limiter.giveBack();
                    } else {
                        admissions.add(ticker.nanos());
                    }
                }
            }
        }

        /** The store fails, decides without answering, answers, or stays silent. */
        private void settle(ScriptedQuota.Request request, int dice, int failures) {
            if (dice < failures) {
                request.fail();
            } else if (dice < 6) {
                request.decide();
            } else if (dice < 16) {
                request.answer();
            }
        }

        private void look() {
            for (int i = 0; i < limiters.size(); i++) {
                outages.get(i).look(limiters.get(i).isStoreDown());
            }
        }

        long admittedIn(ScriptedQuota.Window span) {
            return admissions.stream()
                    .filter(time -> time - span.start >= 0 && span.end - time > 0)
                    .count();
        }

        long outages() {
            return outages.stream().mapToLong(outage -> outage.count).sum();
        }

        long downWindows() {
            return outages.stream().mapToLong(outage -> outage.nanos / window + 1).sum();
        }

        /** What was seen of one instance's outages. */
        private final class Outage {
            private long count;
            private long nanos;
            private long last;
            private boolean down;

            void look(boolean downNow) {
                long now = ticker.nanos();
                if (down) {
                    nanos += now - last;
                }
                count += downNow && !down ? 1 : 0;
                down = downNow;
                last = now;
            }
        }
    }
}
