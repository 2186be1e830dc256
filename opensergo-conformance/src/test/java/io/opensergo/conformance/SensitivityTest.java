package io.opensergo.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.conformance.cases.Application;
import io.opensergo.conformance.cases.ConformanceCase;
import io.opensergo.conformance.cases.GuardedRequest;
import io.opensergo.conformance.cases.Load;
import io.opensergo.conformance.cases.Outcome;
import io.opensergo.conformance.cases.RuleDocuments;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The suite fails for an implementation that does not decide by the rules. */
class SensitivityTest {

    private static final Decision REFUSED = new Decision.Refused(null, null, null, null, null);

    /** Decides the same on every request. */
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
        public void end(Outcome outcome) {}

        @Override
        public void close() {}
    }

    private static List<ConformanceCase> passedBy(ConformanceDriver.Factory drivers) {
        var runner = ConformanceRunner.of(drivers);
        return ConformanceSuite.cases().stream()
                .filter(each -> runner.run(each).isPassed())
                .toList();
    }

    private static ConformanceDriver admitting(Application application) {
        return new Fixed(Decision.Admitted.AT_ONCE);
    }

    private static ConformanceDriver refusing(Application application) {
        return new Fixed(REFUSED);
    }

    @Test
    void mostCasesFailIfEveryRequestIsAdmitted() {
        assertThat(passedBy(SensitivityTest::admitting))
                .hasSizeLessThan(ConformanceSuite.cases().size() / 4);
    }

    @Test
    void nearlyEveryCaseFailsIfEveryRequestIsRefused() {
        assertThat(passedBy(SensitivityTest::refusing))
                .hasSizeLessThan(ConformanceSuite.cases().size() / 10);
    }
}
