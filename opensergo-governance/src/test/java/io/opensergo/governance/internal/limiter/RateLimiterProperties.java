package io.opensergo.governance.internal.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class RateLimiterProperties {

    @Property(tries = 400, seed = "1601", edgeCases = EdgeCasesMode.NONE)
    void decidesAsTheModelDoesThroughEditsAndClocksThatJump(@ForAll("wildTraces") Trace trace) {
        var model = new RateLimiterModel(trace.limit, trace.window);
        RateLimiter limiter = RateLimiter.of(trace.limit, trace.window);
        List<RateLimiter.Part> parts = new ArrayList<>();
        List<RateLimiterModel.Part> modelParts = new ArrayList<>();
        long now = trace.start;

        for (Step step : trace.steps) {
            now += step.nanos;
            if (step.action == Action.EDIT) {
                limiter = limiter.edited(step.limit, step.window);
                model.edit(step.limit, step.window);
            } else if (step.action == Action.GIVE_BACK) {
                if (!parts.isEmpty()) {
                    RateLimiter.giveBack(parts.remove(parts.size() - 1));
                    model.giveBack(modelParts.remove(modelParts.size() - 1));
                }
            } else {
                boolean wouldAdmit = limiter.wouldAdmit(now);
                RateLimiter.Part part = limiter.tryAcquire(now);
                RateLimiterModel.Part modelPart = model.tryAcquire(now);
                assertThat(part != null).isEqualTo(modelPart != null).isEqualTo(wouldAdmit);
                if (part != null) {
                    parts.add(part);
                    modelParts.add(modelPart);
                }
            }
            assertThat(limiter.admitted()).isEqualTo(model.admitted());
        }
    }

    @Property(tries = 200, seed = "1602", edgeCases = EdgeCasesMode.NONE)
    void saysAfterARefusalToTheNanosecondWhenARequestIsAdmitted(@ForAll("wildTraces") Trace trace) {
        RateLimiter limiter = RateLimiter.of(trace.limit, trace.window);
        long now = trace.start;

        for (Step step : trace.steps) {
            now += step.nanos;
            if (step.action == Action.EDIT) {
                limiter = limiter.edited(step.limit, step.window);
            } else if (limiter.tryAcquire(now) == null) {
                long retryAfter = limiter.retryAfter(now);
                if (limiter.limit() == 0) {
                    assertThat(retryAfter).isEqualTo(RateLimiter.NEVER);
                } else {
                    assertThat(limiter.wouldAdmit(now + retryAfter - 1)).isFalse();
                    assertThat(limiter.wouldAdmit(now + retryAfter)).isTrue();
                    if (step.waits) {
                        now += retryAfter;
                        assertThat(limiter.tryAcquire(now - 1)).isNull();
                        assertThat(limiter.tryAcquire(now)).isNotNull();
                    }
                }
            }
        }
    }

    @Property(tries = 200, seed = "1603", edgeCases = EdgeCasesMode.NONE)
    void neverAdmitsMoreThanTheLimitInAnyWindow(@ForAll("calmTraces") Trace trace) {
        RateLimiter limiter = RateLimiter.of(trace.limit, trace.window);
        long greatestLimit = trace.limit;
        long now = trace.start;
        List<Admission> log = new ArrayList<>();

        for (Step step : trace.steps) {
            now += step.nanos;
            if (step.action == Action.EDIT) {
                limiter = limiter.edited(step.limit, trace.window);
                greatestLimit = Math.max(greatestLimit, step.limit);
            } else if (step.action == Action.GIVE_BACK) {
                if (!log.isEmpty()) {
                    RateLimiter.giveBack(log.remove(log.size() - 1).part);
                }
            } else {
                RateLimiter.Part part = limiter.tryAcquire(now);
                if (part != null) {
                    log.add(new Admission(now, part));
                }
            }
        }

        for (int i = 0; i + greatestLimit < log.size(); i++) {
            long first = log.get(i).time;
            assertThat(log.get((int) (i + greatestLimit)).time - first)
                    .as("from one request to the one that is too many for a window")
                    .isGreaterThanOrEqualTo(trace.window);
        }
    }

    @Property(tries = 300, seed = "1607", edgeCases = EdgeCasesMode.NONE)
    void aRequestThatLeavesLateFreesItsOwnPermitAndNoOther(@ForAll("calmTraces") Trace trace) {
        RateLimiter limiter = RateLimiter.of(trace.limit, trace.window);
        long greatestLimit = trace.limit;
        long now = trace.start;
        List<Long> log = new ArrayList<>();

        for (Step step : trace.steps) {
            now += step.nanos;
            if (step.action == Action.EDIT) {
                limiter = limiter.edited(step.limit, trace.window);
                greatestLimit = Math.max(greatestLimit, step.limit);
            } else if (step.action == Action.GIVE_BACK) {
                if (!log.isEmpty()) {
                    long admitted = log.remove((int) (step.limit % log.size()));
                    long used = limiter.used(now);
                    long passed = limiter.admitted();
                    limiter.giveBack(now, step.waits ? admitted - step.nanos : admitted);
                    assertThat(limiter.used(now)).isBetween(used - 1, used);
                    assertThat(limiter.admitted()).isBetween(passed - 1, passed);
                }
            } else if (limiter.tryAcquire(now) != null) {
                log.add(now);
            }
        }

        for (int i = 0; i + greatestLimit < log.size(); i++) {
            assertThat(log.get((int) (i + greatestLimit)) - log.get(i))
                    .as("from one request to the one that is too many for a window")
                    .isGreaterThanOrEqualTo(trace.window);
        }
    }

    @Property(tries = 200, seed = "1604", edgeCases = EdgeCasesMode.NONE)
    void refusesOnlyIfALogOfOneMoreSixteenthOfTheWindowIsFull(@ForAll("calmTraces") Trace trace) {
        RateLimiter limiter = RateLimiter.of(trace.limit, trace.window);
        long memory = trace.window + Math.max(1, trace.window / 16);
        long now = trace.start;
        List<Long> log = new ArrayList<>();

        for (Step step : trace.steps) {
            now += step.nanos;
            if (step.action == Action.EDIT) {
                limiter = limiter.edited(step.limit, trace.window);
            } else if (limiter.tryAcquire(now) != null) {
                log.add(now);
            } else {
                long time = now;
                assertThat(log.stream().filter(admitted -> time - admitted < memory).count())
                        .isGreaterThanOrEqualTo(limiter.limit());
            }
        }
    }

    @Property(tries = 150, seed = "1605", edgeCases = EdgeCasesMode.NONE)
    void aClockThatWasSetBackFreesNothingAtOnceAndBlocksForAWindowAtMost(
            @ForAll("calmTraces") Trace trace) {
        RateLimiter limiter = RateLimiter.of(trace.limit + 1, trace.window);
        long now = trace.start;
        for (Step step : trace.steps) {
            now += step.nanos;
            limiter.tryAcquire(now);
        }
        long used = limiter.used(now);

        now -= 3000 * Times.DAY;

        long admitted = 0;
        while (limiter.tryAcquire(now) != null) {
            admitted++;
        }
        assertThat(used + admitted).isLessThanOrEqualTo(limiter.limit());
        assertThat(limiter.tryAcquire(now + trace.window - 1)).isNull();
        assertThat(limiter.tryAcquire(now + trace.window + trace.window / 16)).isNotNull();
    }

    @Property(tries = 150, seed = "1606", edgeCases = EdgeCasesMode.NONE)
    void aTimeThatWasReadALittleEarlierFreesNothing(
            @ForAll("calmTraces") Trace trace, @ForAll("delays") long delay) {
        RateLimiter limiter = RateLimiter.of(trace.limit, trace.window);
        long now = trace.start;
        for (Step step : trace.steps) {
            now += step.nanos;
            limiter.tryAcquire(now);
        }
        while (limiter.wouldAdmit(now)) {
            limiter.tryAcquire(now);
        }

        assertThat(limiter.tryAcquire(now - delay)).isNull();
        assertThat(limiter.tryAcquire(now)).isNull();
    }

    @Provide
    Arbitrary<Trace> wildTraces() {
        return Times.windows()
                .flatMap(window -> traces(window, Times.steps(window), otherWindows(window)));
    }

    /** Time goes forwards only, and the window stays. */
    @Provide
    Arbitrary<Trace> calmTraces() {
        return Times.windows()
                .flatMap(
                        window ->
                                traces(
                                        window,
                                        Times.stepsForwards(window),
                                        Arbitraries.just(window)));
    }

    @Provide
    Arbitrary<Long> delays() {
        return Arbitraries.longs().between(0, 10 * Times.SECOND - 1);
    }

    private static Arbitrary<Trace> traces(
            long window, Arbitrary<Long> times, Arbitrary<Long> windows) {
        Arbitrary<Action> actions =
                Arbitraries.frequency(
                        Tuple.of(20, Action.REQUEST),
                        Tuple.of(2, Action.GIVE_BACK),
                        Tuple.of(1, Action.EDIT));
        Arbitrary<Step> steps =
                Combinators.combine(times, actions, limits(), windows, Arbitraries.of(false, true))
                        .as(Step::new);
        return Combinators.combine(Times.starts(), limits(), steps.list().ofMaxSize(120))
                .as((start, limit, all) -> new Trace(start, limit, window, all));
    }

    private static Arbitrary<Long> limits() {
        return Arbitraries.longs().between(0, 9);
    }

    private static Arbitrary<Long> otherWindows(long window) {
        return Arbitraries.of(
                window, 2 * window, 16 * window, Math.max(1, window / 3), Times.SECOND);
    }

    private enum Action {
        REQUEST,
        GIVE_BACK,
        EDIT
    }

    private record Step(long nanos, Action action, long limit, long window, boolean waits) {}

    private record Trace(long start, long limit, long window, List<Step> steps) {}

    private record Admission(long time, RateLimiter.Part part) {}
}
