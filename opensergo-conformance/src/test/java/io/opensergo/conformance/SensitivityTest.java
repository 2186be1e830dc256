package io.opensergo.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.conformance.DefectiveDriver.Defect;
import io.opensergo.conformance.cases.Action;
import io.opensergo.conformance.cases.ConformanceCase;
import io.opensergo.conformance.cases.GuardedRequest;
import io.opensergo.conformance.cases.Load;
import io.opensergo.conformance.cases.Outcome;
import io.opensergo.conformance.cases.RouteRequest;
import io.opensergo.conformance.cases.RouteTarget;
import io.opensergo.conformance.cases.RuleDocuments;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The suite fails for an implementation that does not decide by the rules. */
class SensitivityTest {

    private static final List<ConformanceCase> CASES =
            ConformanceSuite.cases().stream().filter(each -> !changesLoad(each)).toList();

    private static int passed(ConformanceDriver.Factory drivers) {
        var runner = ConformanceRunner.of(drivers);
        return (int) CASES.stream().filter(each -> runner.run(each).isPassed()).count();
    }

    /** A load that changes takes a second to be measured, which is too long for each defect. */
    private static boolean changesLoad(ConformanceCase each) {
        return each.steps().stream().anyMatch(step -> step.action() instanceof Action.ChangeLoad);
    }

    @Test
    void mostCasesFailIfEveryRequestIsAdmittedAndNoneIsRouted() {
        assertThat(passed(application -> new Fixed(Decision.Admitted.AT_ONCE)))
                .isLessThan(CASES.size() / 5);
    }

    @Test
    void nearlyEveryCaseFailsIfEveryRequestIsRefusedAndNoneIsRouted() {
        var refused = new Decision.Refused(null, null, null, null, null);

        assertThat(passed(application -> new Fixed(refused))).isLessThan(CASES.size() / 10);
    }

    @ParameterizedTest
    @EnumSource
    void someCaseFailsForEachDefect(Defect defect) {
        assertThat(passed(application -> new DefectiveDriver(application, defect)))
                .isLessThan(CASES.size());
    }

    @Test
    void everyCasePassesWithoutDefect() {
        assertThat(passed(application -> new DefectiveDriver(application, null)))
                .isEqualTo(CASES.size());
    }

    /** Decides the same on every request, and routes none. */
    private record Fixed(Decision decision) implements ConformanceDriver, ConformanceDriver.Call {

        @Override
        public Set<Feature> features() {
            return EnumSet.allOf(Feature.class);
        }

        @Override
        public void applyRules(RuleDocuments rules) {}

        @Override
        public void changeLoad(Load load) {}

        @Override
        public void advanceTo(Duration sinceStart) {}

        @Override
        public Call begin(GuardedRequest request) {
            return this;
        }

        @Override
        public Routing route(RouteRequest request) {
            return new Routing(new RouteTarget.Unrouted(), List.of(), null);
        }

        @Override
        public void end(Outcome outcome) {}

        @Override
        public void close() {}
    }
}
