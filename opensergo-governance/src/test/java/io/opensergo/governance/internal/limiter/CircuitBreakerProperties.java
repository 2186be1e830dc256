package io.opensergo.governance.internal.limiter;

import static io.opensergo.governance.internal.limiter.CircuitBreaker.NO_PROBE;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.internal.limiter.CircuitBreaker.Admission;
import io.opensergo.governance.internal.limiter.CircuitBreaker.Phase;
import io.opensergo.governance.internal.limiter.CircuitBreaker.Settings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class CircuitBreakerProperties {

    private static final CircuitBreaker.Listener NOBODY = (from, to) -> {};

    @Property(tries = 300, seed = "1631", edgeCases = EdgeCasesMode.NONE)
    void decidesAsTheModelDoesThroughEditsAndClocksThatJump(@ForAll("wildTraces") Trace trace) {
        var model = new CircuitBreakerModel(trace.settings);
        List<Phase> phases = new ArrayList<>(List.of(Phase.CLOSED));
        CircuitBreaker breaker =
                CircuitBreaker.of(
                        trace.settings,
                        (from, to) -> {
                            assertThat(from).isEqualTo(phases.get(phases.size() - 1));
                            phases.add(to);
                        });
        Deque<Long> requests = new ArrayDeque<>();
        long number = 0;
        long now = trace.start;

        for (Step step : trace.steps) {
            now += step.nanos;
            switch (step.action) {
                case REQUEST -> {
                    Admission peeked = breaker.peek(now);
                    Admission admission = breaker.tryAcquire(now, number);
                    assertThat(admission)
                            .isEqualTo(model.tryAcquire(now, number))
                            .isEqualTo(peeked);
                    if (admission != Admission.REFUSE) {
                        requests.add(admission == Admission.PROBE ? number : NO_PROBE);
                    }
                    number++;
                }
                case END -> {
                    if (!requests.isEmpty()) {
                        long probe = step.last ? requests.removeLast() : requests.removeFirst();
                        breaker.record(now, step.rt, step.failed, probe);
                        model.record(now, step.rt, step.failed, probe);
                    }
                }
                case CANCEL -> {
                    if (!requests.isEmpty()) {
                        long probe = step.last ? requests.removeLast() : requests.removeFirst();
                        breaker.giveBackProbe(now, probe);
                        model.giveBackProbe(now, probe);
                    }
                }
                case END_OF_ANOTHER -> {
                    breaker.record(now, step.rt, step.failed, Long.MAX_VALUE - number);
                    model.record(now, step.rt, step.failed, NO_PROBE);
                }
                case EDIT -> {
                    breaker = breaker.edited(step.settings, step.failed);
                    model.edit(step.settings, step.failed);
                }
            }
            assertThat(breaker.phase())
                    .isEqualTo(model.phase())
                    .isEqualTo(phases.get(phases.size() - 1));
            assertThat(breaker.isClosed()).isEqualTo(model.phase() == Phase.CLOSED);
            assertThat(breaker.window(now))
                    .isEqualTo(new CircuitBreaker.Window(model.calls(now), model.badCalls(now)));
        }
    }

    @Property(tries = 150, seed = "1632", edgeCases = EdgeCasesMode.NONE)
    void refusesUntilItSaysThatItWillProbe(@ForAll("wildTraces") Trace trace) {
        CircuitBreaker breaker = CircuitBreaker.of(trace.settings, NOBODY);
        long now = trace.start;

        for (Step step : trace.steps) {
            now += step.nanos;
            if (step.action == Action.EDIT) {
                long before = breaker.retryAfter(now);
                breaker = breaker.edited(step.settings, step.failed);
                assertThat(breaker.retryAfter(now)).isEqualTo(before);
            } else if (step.action == Action.END) {
                breaker.record(now, step.rt, step.failed, NO_PROBE);
            } else if (breaker.tryAcquire(now, 0) == Admission.REFUSE) {
                long retryAfter = breaker.retryAfter(now);
                assertThat(breaker.peek(now + retryAfter - 1)).isEqualTo(Admission.REFUSE);
                assertThat(breaker.peek(now + retryAfter)).isEqualTo(Admission.PROBE);
                if (step.last) {
                    now += retryAfter;
                    assertThat(breaker.tryAcquire(now, 0)).isEqualTo(Admission.PROBE);
                }
            }
        }
    }

    /** Probes are lost here: their outcome is never recorded. */
    @Property(tries = 150, seed = "1633", edgeCases = EdgeCasesMode.NONE)
    void letsOneProbeThroughPerProbeTimeoutAndIsNeverWedged(@ForAll("calmTraces") Trace trace) {
        Settings settings = trace.settings;
        CircuitBreaker breaker = CircuitBreaker.of(settings, NOBODY);
        long now = trace.start;
        while (breaker.isClosed()) {
            breaker.record(now, Long.MAX_VALUE, true, NO_PROBE);
        }
        long opened = now;
        long probe = 0;
        long wait = settings.recovery();

        for (Step step : trace.steps) {
            now += step.nanos;
            Admission admission = breaker.tryAcquire(now, probe++);
            assertThat(admission)
                    .isEqualTo(now - opened < wait ? Admission.REFUSE : Admission.PROBE);
            if (admission == Admission.PROBE) {
                opened = now;
                wait =
                        settings.slow()
                                ? Math.max(settings.recovery(), settings.maxRt())
                                : settings.recovery();
            }
        }
    }

    @Property(tries = 150, seed = "1634", edgeCases = EdgeCasesMode.NONE)
    void countsTheCallsOfAWindowButForASixteenth(@ForAll("calmTraces") Trace trace) {
        long window = trace.settings.window();
        var neverOpens = new Settings(false, 100, Integer.MAX_VALUE, window, 1, 1);
        CircuitBreaker breaker = CircuitBreaker.of(neverOpens, NOBODY);
        List<Long> log = new ArrayList<>();
        long now = trace.start;

        for (Step step : trace.steps) {
            now += step.nanos;
            breaker.record(now, 0, true, NO_PROBE);
            log.add(now);
            long time = now;
            CircuitBreaker.Window counted = breaker.window(now);
            assertThat(counted.bad()).isEqualTo(counted.calls());
            assertThat(counted.calls())
                    .isLessThanOrEqualTo(log.stream().filter(t -> time - t < window).count())
                    .isGreaterThanOrEqualTo(
                            log.stream().filter(t -> time - t < window - window / 16).count());
        }
    }

    @Property(tries = 200, seed = "1635", edgeCases = EdgeCasesMode.NONE)
    void opensExactlyIfEnoughCallsReachTheRatio(
            @ForAll("starts") long now, @ForAll("settings") Settings settings) {
        for (int calls = 1; calls < 12; calls++) {
            for (int bad = 0; bad <= calls; bad++) {
                CircuitBreaker breaker = CircuitBreaker.of(settings, NOBODY);
                for (int i = 1; i <= calls && breaker.isClosed(); i++) {
                    boolean isBad = i > calls - bad;
                    long rt = isBad && settings.slow() ? settings.maxRt() + 1 : settings.maxRt();
                    breaker.record(now, rt, isBad, NO_PROBE);
                }
                // The bad calls come last, so no ratio before the last call was higher.
                assertThat(breaker.isClosed())
                        .isEqualTo(
                                bad == 0
                                        || calls < settings.minCalls()
                                        || bad < settings.percent() / 100.0 * calls);
            }
        }
    }

    @Property(tries = 200, seed = "1636", edgeCases = EdgeCasesMode.NONE)
    void aTimeThatWasReadALittleEarlierDoesNotEndTheWait(
            @ForAll("calmTraces") Trace trace, @ForAll("delays") long delay) {
        CircuitBreaker breaker = CircuitBreaker.of(trace.settings, NOBODY);
        while (breaker.isClosed()) {
            breaker.record(trace.start, Long.MAX_VALUE, true, NO_PROBE);
        }

        assertThat(breaker.tryAcquire(trace.start - delay, 0)).isEqualTo(Admission.REFUSE);
        assertThat(breaker.retryAfter(trace.start)).isEqualTo(trace.settings.recovery());
    }

    @Property(tries = 200, seed = "1637", edgeCases = EdgeCasesMode.NONE)
    void waitsOnlyAsLongAsEverIfTheClockWasSetBack(@ForAll("calmTraces") Trace trace) {
        CircuitBreaker breaker = CircuitBreaker.of(trace.settings, NOBODY);
        while (breaker.isClosed()) {
            breaker.record(trace.start, Long.MAX_VALUE, true, NO_PROBE);
        }
        long now = trace.start - 10_000 * Times.DAY;

        assertThat(breaker.tryAcquire(now, 0)).isEqualTo(Admission.REFUSE);
        assertThat(breaker.tryAcquire(now + trace.settings.recovery() - 1, 0))
                .isEqualTo(Admission.REFUSE);
        assertThat(breaker.tryAcquire(now + trace.settings.recovery(), 0))
                .isEqualTo(Admission.PROBE);
    }

    @Provide
    Arbitrary<Trace> wildTraces() {
        return Times.windows().flatMap(window -> traces(window, Times.steps(window)));
    }

    /** Time goes forwards only. */
    @Provide
    Arbitrary<Trace> calmTraces() {
        return Times.windows().flatMap(window -> traces(window, Times.stepsForwards(window)));
    }

    @Provide
    Arbitrary<Long> starts() {
        return Times.starts();
    }

    @Provide
    Arbitrary<Long> delays() {
        return Arbitraries.longs().between(0, 10 * Times.SECOND);
    }

    @Provide
    Arbitrary<Settings> settings() {
        return Times.windows().flatMap(window -> settings(Arbitraries.just(window), window));
    }

    private static Arbitrary<Settings> settings(Arbitrary<Long> windows, long window) {
        return Combinators.combine(
                        Arbitraries.of(false, true),
                        Arbitraries.frequencyOf(
                                Tuple.of(1, Arbitraries.of(0, 1, 50, 100)),
                                Tuple.of(1, Arbitraries.integers().between(0, 100))),
                        Arbitraries.integers().between(1, 6),
                        windows,
                        Arbitraries.longs().between(1, 2 * window),
                        Arbitraries.longs().between(1, 3 * window))
                .as(Settings::new);
    }

    private static Arbitrary<Trace> traces(long window, Arbitrary<Long> times) {
        Arbitrary<Action> actions =
                Arbitraries.frequency(
                        Tuple.of(10, Action.REQUEST),
                        Tuple.of(10, Action.END),
                        Tuple.of(2, Action.CANCEL),
                        Tuple.of(1, Action.END_OF_ANOTHER),
                        Tuple.of(1, Action.EDIT));
        Arbitrary<Long> windows =
                Arbitraries.of(window, window, 2 * window, Math.max(1, window / 3));
        Arbitrary<Step> steps =
                Combinators.combine(
                                times,
                                actions,
                                Arbitraries.of(false, true),
                                Arbitraries.of(false, false, true),
                                Arbitraries.longs().between(0, 3 * window),
                                settings(windows, window))
                        .as(Step::new);
        return Combinators.combine(
                        Times.starts(),
                        settings(Arbitraries.just(window), window),
                        steps.list().ofMaxSize(100))
                .as(Trace::new);
    }

    private enum Action {
        REQUEST,
        END,
        CANCEL,
        /** Of a request that is the probe of another breaker. */
        END_OF_ANOTHER,
        EDIT
    }

    /**
     * A step of a trace.
     *
     * @param last whether the latest request ends, not the earliest
     * @param failed whether it failed; of an edit, whether the same calls fail as before
     */
    private record Step(
            long nanos, Action action, boolean last, boolean failed, long rt, Settings settings) {}

    private record Trace(long start, Settings settings, List<Step> steps) {}
}
