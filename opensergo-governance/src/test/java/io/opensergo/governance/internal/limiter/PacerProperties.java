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

class PacerProperties {

    @Property(tries = 600, seed = "1611", edgeCases = EdgeCasesMode.NONE)
    void decidesAsTheModelDoesThroughEditsLeaversAndClocksThatJump(
            @ForAll("wildTraces") Trace trace) {
        var model = new PacerModel(trace.interval, trace.timeout);
        Pacer pacer = Pacer.of(trace.interval, trace.timeout);
        long now = trace.start;
        List<Long> line = new ArrayList<>();

        for (Step step : trace.steps) {
            now += step.nanos;
            if (step.action == Action.EDIT) {
                pacer = pacer.edited(step.interval, step.timeout);
                model.edit(step.interval, step.timeout);
                line.clear(); // their gap is another
            } else if (step.action == Action.GIVE_BACK && !line.isEmpty()) {
                long place = line.remove((int) (Math.abs(step.timeout) % line.size()));
                pacer.leave(now, place);
                model.leave(now, place);
            } else {
                long peeked = pacer.peek(now);
                long wait = pacer.tryAcquire(now);
                assertThat(wait).isEqualTo(model.tryAcquire(now)).isEqualTo(peeked);
                if (wait == Pacer.REFUSED) {
                    long retryAfter = pacer.retryAfter(now);
                    assertThat(pacer.peek(now + retryAfter - 1)).isEqualTo(Pacer.REFUSED);
                    assertThat(pacer.peek(now + retryAfter)).isGreaterThanOrEqualTo(0);
                } else if (step.nanos >= 0) {
                    line.add(now + wait);
                } else {
                    line.clear(); // those from before a clock was set back keep theirs
                }
            }
        }
    }

    @Property(tries = 300, seed = "1612", edgeCases = EdgeCasesMode.NONE)
    void startsThoseWhoStayAnIntervalApartAndWithinTheTimeoutWhoeverLeaves(
            @ForAll("calmTraces") Trace trace) {
        Pacer pacer = Pacer.of(trace.interval, trace.timeout);
        long now = trace.start;
        List<Long> waiting = new ArrayList<>();
        List<Long> starts = new ArrayList<>();

        for (Step step : trace.steps) {
            now += step.nanos;
            long time = now;
            waiting.stream().filter(place -> place - time <= 0).forEach(starts::add);
            waiting.removeIf(place -> place - time <= 0);
            if (step.action == Action.GIVE_BACK && !waiting.isEmpty()) {
                pacer.leave(now, waiting.remove((int) (step.timeout % waiting.size())));
                continue;
            }
            long wait = pacer.tryAcquire(now);
            if (wait != Pacer.REFUSED) {
                assertThat(wait).isBetween(0L, trace.timeout + 2 * Pacer.RESOLUTION - 2);
                waiting.add(now + wait);
            }
        }

        starts.addAll(waiting);
        starts.sort((one, other) -> Long.signum(one - other));
        for (int i = 1; i < starts.size(); i++) {
            assertThat(starts.get(i) - starts.get(i - 1)).isGreaterThanOrEqualTo(trace.interval);
        }
    }

    @Property(tries = 300, seed = "1617", edgeCases = EdgeCasesMode.NONE)
    void aLineThatAllHaveLeftIsAsIfNobodyHadCome(@ForAll("wholeTraces") Trace trace) {
        Pacer pacer = Pacer.of(trace.interval, trace.timeout);
        long now = trace.start;
        pacer.tryAcquire(now);
        List<Long> line = new ArrayList<>();
        for (int i = 0; i < trace.steps.size(); i++) {
            long wait = pacer.tryAcquire(now);
            if (wait != Pacer.REFUSED) {
                line.add(now + wait);
            }
        }

        for (Step step : trace.steps) {
            if (!line.isEmpty()) {
                pacer.leave(now, line.remove((int) (step.timeout % line.size())));
            }
        }

        Pacer fresh = Pacer.of(trace.interval, trace.timeout);
        fresh.tryAcquire(now);
        for (long later : new long[] {0, 1, trace.interval - 1, trace.interval}) {
            assertThat(pacer.peek(now + later)).isEqualTo(fresh.peek(now + later));
        }
    }

    @Property(tries = 150, seed = "1613", edgeCases = EdgeCasesMode.NONE)
    void aRefusedRequestAndOneGivenBackAtOnceChangeNothing(@ForAll("wholeTraces") Trace trace) {
        Pacer pacer = Pacer.of(trace.interval, trace.timeout);
        long now = trace.start;

        for (Step step : trace.steps) {
            now += step.nanos;
            long peeked = pacer.peek(now);
            long peekedLater = pacer.peek(now + step.interval);
            long wait = pacer.tryAcquire(now);
            if (wait != Pacer.REFUSED && step.action != Action.GIVE_BACK) {
                continue;
            }
            if (wait != Pacer.REFUSED) {
                pacer.leave(now, now + wait);
            }
            assertThat(pacer.peek(now)).isEqualTo(peeked);
            assertThat(pacer.peek(now + step.interval)).isEqualTo(peekedLater);
        }
    }

    @Property(tries = 200, seed = "1614", edgeCases = EdgeCasesMode.NONE)
    void admitsInABurstWhoeverNeedNotWaitLongerThanTheTimeout(
            @ForAll("starts") long start, @ForAll("intervals") long any) {
        long interval = rounded(any) + Pacer.RESOLUTION;
        for (int places = 0; places < 5; places++) {
            for (long spare : new long[] {0, interval - Pacer.RESOLUTION}) {
                Pacer pacer = Pacer.of(interval, places * interval + spare);
                for (int i = 0; i <= places; i++) {
                    assertThat(pacer.tryAcquire(start))
                            .isBetween(i * interval, i * (interval + Pacer.RESOLUTION - 1));
                }
                assertThat(pacer.tryAcquire(start)).isEqualTo(Pacer.REFUSED);
            }
        }
    }

    @Property(tries = 150, seed = "1615", edgeCases = EdgeCasesMode.NONE)
    void givesThreadsThatReadTheTimeEarlierPlacesBehindAllOthers(
            @ForAll("calmTraces") Trace trace, @ForAll("delays") List<Long> delays) {
        Pacer pacer = Pacer.of(trace.interval, trace.timeout);
        long now = trace.start;
        List<Long> places = new ArrayList<>();

        for (int i = 0; i < trace.steps.size(); i++) {
            now += trace.steps.get(i).nanos;
            long read = now - delays.get(i % delays.size());
            long wait = pacer.tryAcquire(read);
            if (wait != Pacer.REFUSED) {
                places.add(read + wait);
            }
        }

        for (int i = 1; i < places.size(); i++) {
            assertThat(places.get(i) - places.get(i - 1)).isGreaterThanOrEqualTo(trace.interval);
        }
    }

    @Property(tries = 200, seed = "1616", edgeCases = EdgeCasesMode.NONE)
    void startsALineAnewIfTheClockWasSetBack(@ForAll("calmTraces") Trace trace) {
        Pacer pacer = Pacer.of(trace.interval, trace.timeout);
        long now = trace.start;
        for (Step step : trace.steps) {
            now += step.nanos;
            pacer.tryAcquire(now);
        }

        now -= 3000 * Times.DAY;

        assertThat(pacer.tryAcquire(now)).isZero();
        long interval = rounded(trace.interval + Pacer.RESOLUTION - 1);
        if (interval >= trace.timeout + Pacer.RESOLUTION) {
            assertThat(pacer.peek(now)).isEqualTo(Pacer.REFUSED);
        } else {
            assertThat(pacer.peek(now)).isBetween(interval, interval + Pacer.RESOLUTION - 1);
        }
    }

    @Provide
    Arbitrary<Trace> wildTraces() {
        return Times.windows()
                .flatMap(
                        interval ->
                                traces(
                                        interval,
                                        Times.steps(interval),
                                        Arbitraries.of(
                                                0L, interval, 2 * interval, interval / 3 + 1)));
    }

    /** Time goes forwards only. */
    @Provide
    Arbitrary<Trace> calmTraces() {
        return Times.windows()
                .flatMap(
                        interval ->
                                traces(
                                        interval,
                                        Times.stepsForwards(interval),
                                        Arbitraries.longs().between(0, interval)));
    }

    /** Calm ones, in which all times are multiples of the resolution. */
    @Provide
    Arbitrary<Trace> wholeTraces() {
        return calmTraces().map(Trace::rounded);
    }

    @Provide
    Arbitrary<Long> starts() {
        return Times.starts();
    }

    @Provide
    Arbitrary<Long> intervals() {
        return Times.windows();
    }

    @Provide
    Arbitrary<List<Long>> delays() {
        return Arbitraries.frequencyOf(
                        Tuple.of(3, Arbitraries.just(0L)),
                        Tuple.of(1, Arbitraries.longs().between(0, 1000)),
                        Tuple.of(1, Arbitraries.longs().between(0, 10 * Times.SECOND)))
                .list()
                .ofMinSize(1)
                .ofMaxSize(20);
    }

    private static Arbitrary<Trace> traces(
            long interval, Arbitrary<Long> times, Arbitrary<Long> intervals) {
        Arbitrary<Action> actions =
                Arbitraries.frequency(
                        Tuple.of(20, Action.REQUEST),
                        Tuple.of(4, Action.GIVE_BACK),
                        Tuple.of(1, Action.EDIT));
        Arbitrary<Long> timeouts =
                Arbitraries.frequencyOf(
                        Tuple.of(1, Arbitraries.of(0L, 1L)),
                        Tuple.of(2, Arbitraries.of(interval - 1, interval, 3 * interval)),
                        Tuple.of(2, Arbitraries.longs().between(0, 10 * interval)));
        Arbitrary<Step> steps =
                Combinators.combine(times, actions, intervals, timeouts).as(Step::new);
        return Combinators.combine(Times.starts(), timeouts, steps.list().ofMaxSize(100))
                .as((start, timeout, all) -> new Trace(start, interval, timeout, all));
    }

    private enum Action {
        REQUEST,
        GIVE_BACK,
        EDIT
    }

    private static long rounded(long nanos) {
        return nanos & -Pacer.RESOLUTION;
    }

    private record Step(long nanos, Action action, long interval, long timeout) {

        Step rounded() {
            return new Step(
                    PacerProperties.rounded(nanos),
                    action,
                    PacerProperties.rounded(interval),
                    PacerProperties.rounded(timeout));
        }
    }

    private record Trace(long start, long interval, long timeout, List<Step> steps) {

        Trace rounded() {
            return new Trace(
                    PacerProperties.rounded(start),
                    PacerProperties.rounded(interval) + Pacer.RESOLUTION,
                    PacerProperties.rounded(timeout),
                    steps.stream().map(Step::rounded).toList());
        }
    }
}
