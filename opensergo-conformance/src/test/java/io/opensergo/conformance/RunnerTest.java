package io.opensergo.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.conformance.cases.Application;
import io.opensergo.conformance.cases.CaseReader;
import io.opensergo.conformance.cases.GuardedRequest;
import io.opensergo.conformance.cases.Load;
import io.opensergo.conformance.cases.Outcome;
import io.opensergo.conformance.cases.RuleDocuments;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RunnerTest {

    /** Writes down what happens, and admits or refuses as it is told. */
    private static final class Recorder implements ConformanceDriver {

        private final List<String> events = new ArrayList<>();
        private Set<Feature> features = EnumSet.allOf(Feature.class);
        private Decision decision = Decision.Admitted.AT_ONCE;
        Decision atTurn = Decision.Admitted.AT_ONCE;

        @Override
        public Set<Feature> features() {
            return features;
        }

        @Override
        public void applyRules(RuleDocuments rules) {
            events.add("rules");
        }

        @Override
        public void changeLoad(Load load) {
            events.add("load " + load.cpu());
        }

        @Override
        public void advanceTo(Duration sinceStart) {
            events.add(sinceStart.toMillis() + "ms");
        }

        @Override
        public Call begin(GuardedRequest request) {
            events.add("begin " + request.resource());
            Decision decided = decision;
            return new Call() {
                @Override
                public Decision decision() {
                    return decided;
                }

                @Override
                public Decision proceed() {
                    events.add("turn of " + request.resource());
                    return atTurn;
                }

                @Override
                public void end(Outcome outcome) {
                    events.add("end " + request.resource() + " " + outcome.type());
                }
            };
        }

        @Override
        public void close() {
            events.add("close");
        }
    }

    private final Recorder recorder = new Recorder();

    private CaseReport run(String steps) {
        return run(steps, Duration.ZERO);
    }

    private CaseReport run(String steps, Duration tolerance) {
        String text = "title: t\ncovers: [x]\nrules: ''\nsteps:\n" + steps;
        return ConformanceRunner.of((Application application) -> recorder)
                .withTolerance(tolerance)
                .run(CaseReader.read(text, "case.yaml"));
    }

    @Test
    void requestsEndBeforeWhatBeginsAtThatTime() {
        run(
                """
                - {at: 0ms, send: a, takes: 100ms, expect: admitted}
                - {at: 100ms, send: b, expect: admitted}
                - {at: 150ms, load: {cpu: 50%}}
                """);

        assertThat(recorder.events)
                .containsExactly(
                        "rules",
                        "begin a",
                        "100ms",
                        "end a SUCCESS",
                        "begin b",
                        "end b SUCCESS",
                        "150ms",
                        "load 0.5",
                        "close");
    }

    @Test
    void requestsOfOneStepFollowEachOther() {
        run(
                "- {at: 1s, send: a, times: 3, every: 10ms, takes: 15ms, outcome: error, expect: admitted}");

        assertThat(recorder.events)
                .containsExactly(
                        "rules",
                        "1000ms",
                        "begin a",
                        "1010ms",
                        "begin a",
                        "1015ms",
                        "end a ERROR",
                        "1020ms",
                        "begin a",
                        "1025ms",
                        "end a ERROR",
                        "1035ms",
                        "end a ERROR",
                        "close");
    }

    @Test
    void requestThatWaitsTakesItsTimeAfterwards() {
        recorder.decision = new Decision.Admitted(Duration.ofMillis(200));

        run("- {at: 0ms, send: a, takes: 50ms, expect: {waits: 200ms}}");

        assertThat(recorder.events)
                .containsExactly(
                        "rules",
                        "begin a",
                        "200ms",
                        "turn of a",
                        "250ms",
                        "end a SUCCESS",
                        "close");
    }

    @Test
    void requestThatIsRefusedAtItsTurnIsNotEnded() {
        recorder.decision = new Decision.Admitted(Duration.ofMillis(200));
        recorder.atTurn = new Decision.Refused(null, null, null, null, null);

        assertThat(run("- {at: 0ms, send: a, expect: {waits: 200ms, then: refused}}").isPassed())
                .isTrue();
        assertThat(run("- {at: 0ms, send: a, expect: {waits: 200ms}}").mismatches())
                .singleElement()
                .asString()
                .contains("expected admitted after 200ms, was at its turn refused");

        assertThat(recorder.events).doesNotContain("end a SUCCESS");
    }

    @Test
    void requestThatEndsBeforeItsTurnDoesNotProceed() {
        recorder.decision = new Decision.Admitted(Duration.ofMillis(200));

        run(
                """
                - {at: 0ms, send: a, id: one, expect: {waits: 200ms}}
                - {at: 5ms, end: one, outcome: cancelled}
                """);

        assertThat(recorder.events).contains("end a CANCELLED").doesNotContain("turn of a");
    }

    @Test
    void requestWithIdEndsWhenItIsTold() {
        run(
                """
                - {at: 0ms, send: a, id: one, expect: admitted}
                - {at: 0ms, send: b, id: other, expect: admitted}
                - {at: 5ms, end: one, outcome: cancelled}
                """);

        assertThat(recorder.events)
                .containsExactly(
                        "rules",
                        "begin a",
                        "begin b",
                        "5ms",
                        "end a CANCELLED",
                        "end b SUCCESS",
                        "close");
    }

    @Test
    void refusedRequestIsNotEnded() {
        recorder.decision = new Decision.Refused(null, null, null, null, null);

        CaseReport report =
                run(
                        """
                        - {at: 0ms, send: a, expect: refused}
                        - {at: 0ms, send: a, id: one, expect: refused}
                        - {at: 5ms, end: one}
                        """);

        assertThat(recorder.events).doesNotContain("end a SUCCESS");
        assertThat(report.mismatches())
                .singleElement()
                .hasToString(
                        "line 7, at 5ms, request 1: expected request 'one' to be in flight, was refused");
    }

    @Test
    void mismatchSaysWhereItIsOnceForEachStep() {
        CaseReport report =
                run(
                        """
                        - {at: 0ms, send: a, expect: admitted}
                        - {at: 10ms, send: a, times: 5, every: 1ms, expect: {refused: {by: RateLimitStrategy}}}
                        """);

        assertThat(report.isPassed()).isFalse();
        assertThat(report.mismatches())
                .singleElement()
                .hasToString(
                        "line 6, at 10ms, request 1: expected refused by RateLimitStrategy, was admitted");
        assertThatThrownBy(report::throwIfFailed)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("case.yaml: t: failed")
                .hasMessageContaining("line 6");
    }

    @Test
    void caseThatNeedsMoreThanTheDriverCanDoIsSkipped() {
        recorder.features = EnumSet.of(Feature.GUARDING);

        CaseReport report =
                run(
                        """
                        - {at: 0ms, load: {cpu: 5%}}
                        - {at: 0ms, send: a, outcome: {error: X}, expect: {refused: {fallback: none, retryAfter: none}}}
                        """);

        assertThat(report.isSkipped()).isTrue();
        assertThat(report.isPassed()).isFalse();
        assertThat(report.missing())
                .containsExactlyInAnyOrder(
                        Feature.LOAD, Feature.ERROR_TYPE, Feature.FALLBACK, Feature.RETRY_AFTER);
        assertThat(recorder.events).containsExactly("close");
    }

    @Test
    void timesMayBeOffByTheTolerance() {
        recorder.decision = new Decision.Admitted(Duration.ofMillis(203));
        String step = "- {at: 0ms, send: a, expect: {waits: 200ms}}";

        assertThat(run(step, Duration.ofMillis(3)).isPassed()).isTrue();
        assertThat(run(step, Duration.ofMillis(2)).isPassed()).isFalse();
    }
}
