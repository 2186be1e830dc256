package io.opensergo.governance.internal.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.governance.quota.QuotaFailurePolicy;
import io.opensergo.governance.quota.QuotaHealth;
import io.opensergo.governance.quota.QuotaKey;
import io.opensergo.testsupport.LogCapture;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * What instances that lose their store together, and get it back with or without what it counted,
 * admit in each of its windows. The store answers after any time below the time-out; while it is
 * down requests fail after any such time or are never answered.
 */
class LeasedLimiterOutageProperties {

    private static final QuotaKey KEY = new QuotaKey("shop", "checkout", "GET:/foo", "limit");
    private static final String SEED = "20261129";
    private static final int STEPS = 3000;
    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(10);

    @Property(tries = 200, seed = SEED, edgeCases = EdgeCasesMode.NONE)
    void windowsAfterTheBeginningOfAnOutageKeepTheBoundAndItsEndDoesToo(
            @ForAll @IntRange(min = 1, max = 400) int threshold,
            @ForAll @IntRange(min = 1, max = 8) int instances,
            @ForAll @IntRange(min = 1, max = 20) int seconds,
            @ForAll @IntRange(min = 1, max = 900) int latencyMillis,
            @ForAll long seed) {
        assertKeepsTheBound(threshold, instances, seconds, latencyMillis, seed);
    }

    /** An answer may be under way for most of a window, and its end is known that much worse. */
    @Property(tries = 200, seed = SEED, edgeCases = EdgeCasesMode.NONE)
    void windowsAsShortAsAnAnswerTakesKeepTheBoundToo(
            @ForAll @IntRange(min = 50, max = 400) int threshold,
            @ForAll @IntRange(min = 2, max = 8) int instances,
            @ForAll @IntRange(min = 600, max = 990) int latencyMillis,
            @ForAll long seed) {
        assertKeepsTheBound(threshold, instances, 1, latencyMillis, seed);
    }

    private static void assertKeepsTheBound(
            int threshold, int instances, int seconds, int latencyMillis, long seed) {
        var run = new Run(threshold, instances, seconds, latencyMillis, seed);
        try (LogCapture log = LogCapture.open()) {
            run.play();
        }

        long bound = threshold + instances * (1 + new LeaseLimits(threshold, 1).credit(instances));
        run.admitted.forEach(
                (window, admitted) ->
                        assertThat(admitted)
                                .as("window %d, outages in %s", window, run.outagesIn)
                                .isLessThanOrEqualTo(
                                        run.outagesIn.contains(window)
                                                ? bound + threshold + instances
                                                : bound));
    }

    private static final class Run {
        private final Random random;
        private final ManualTicker ticker;
        private final ScriptedQuota quota;
        private final long origin;
        private final long window;
        private final long latency;
        private final List<LeasedLimiter> limiters = new ArrayList<>();
        private final Map<ScriptedQuota.Request, Long> due = new HashMap<>();
        private final Map<Long, Long> admitted = new HashMap<>();
        private final Set<Long> outagesIn = new HashSet<>();
        private boolean down;

        Run(int threshold, int instances, int seconds, int latencyMillis, long seed) {
            random = new Random(seed);
            ticker = new ManualTicker(random.nextLong());
            origin = ticker.nanos();
            quota = new ScriptedQuota(ticker);
            window = TimeUnit.SECONDS.toNanos(seconds);
            latency = TimeUnit.MILLISECONDS.toNanos(latencyMillis);
            for (int i = 0; i < instances; i++) {
                ticker.advanceNanos(random.nextLong(window));
                var limiter =
                        new LeasedLimiter(
                                quota,
                                KEY,
                                threshold,
                                window,
                                QuotaFailurePolicy.FAIL_LOCAL,
                                () -> instances,
                                new QuotaHealth(ticker),
                                ticker);
                limiters.add(limiter);
                ask(limiter);
                quota.answerAll();
            }
        }

        void play() {
            for (int step = 0; step < STEPS; step++) {
                ticker.advanceNanos(random.nextLong(STEP));
                if (random.nextInt(down ? 200 : 400) == 0) {
                    turnOnOrOff();
                }
                for (ScriptedQuota.Request request : List.copyOf(quota.requests)) {
                    attend(request);
                }
                if (step % 1000 < 700 || random.nextInt(50) == 0) {
                    burst();
                }
            }
        }

        private void turnOnOrOff() {
            down = !down;
            if (down) {
                outagesIn.add(windowNow());
            } else if (random.nextBoolean()) {
                quota.loseCounts();
            }
        }

        private void attend(ScriptedQuota.Request request) {
            long time =
                    due.computeIfAbsent(
                            request, asked -> ticker.nanos() + random.nextLong(latency + 1));
            if (request.cancelled) {
                quota.requests.remove(request);
            } else if (down && !request.isDecided()) {
                if (random.nextInt(20) == 0) {
                    request.fail();
                }
            } else if (ticker.nanos() - time >= 0) {
                request.answer();
            } else if (random.nextInt(10) == 0) {
                request.decide();
            }
        }

        private void burst() {
            LeasedLimiter limiter = limiters.get(random.nextInt(limiters.size()));
            for (int i = random.nextInt(30); i >= 0; i--) {
                ask(limiter);
            }
        }

        private void ask(LeasedLimiter limiter) {
            long foreseen = limiter.peek(ticker.nanos());
            boolean wasAsking = limiter.refill.isAsking();
            long wait = limiter.tryAcquire(ticker.nanos());
            if (wasAsking == limiter.refill.isAsking()) { // else it has asked or given up meanwhile
                assertThat(foreseen == 0).as("foreseen " + foreseen).isEqualTo(wait == 0);
            }
            if (wait == 0) {
                admitted.merge(windowNow(), 1L, Long::sum);
            }
        }

        private long windowNow() {
            return Math.floorDiv(ticker.nanos() - origin, window);
        }
    }
}
