package io.opensergo.conformance;

import io.opensergo.conformance.cases.ConformanceCase;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Runs cases with drivers.
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicTest> decidesAsTheCasesExpect() {
 *     var runner = ConformanceRunner.of(MyDriver::new);
 *     return ConformanceSuite.cases().stream()
 *             .map(each -> dynamicTest(each.toString(), () -> runner.run(each).throwIfFailed()));
 * }
 * }</pre>
 *
 * <p>Immutable.
 */
public final class ConformanceRunner {

    private final ConformanceDriver.Factory drivers;
    private final Duration tolerance;

    private ConformanceRunner(ConformanceDriver.Factory drivers, Duration tolerance) {
        this.drivers = drivers;
        this.tolerance = tolerance;
    }

    /** Returns a runner that takes expected times to the nanosecond. */
    public static ConformanceRunner of(ConformanceDriver.Factory drivers) {
        return new ConformanceRunner(drivers, Duration.ZERO);
    }

    /**
     * Returns a runner to which an expected wait or time until a retry may be off by this, for
     * drivers by the time of day.
     *
     * @param newTolerance 0 or more
     */
    public ConformanceRunner withTolerance(Duration newTolerance) {
        if (newTolerance.isNegative()) {
            throw new IllegalArgumentException(
                    "tolerance must not be negative, was " + newTolerance);
        }
        return new ConformanceRunner(drivers, newTolerance);
    }

    /** Runs a case with a driver of its own, or skips it if the driver cannot do what it needs. */
    public CaseReport run(ConformanceCase conformanceCase) {
        try (ConformanceDriver driver = drivers.start(conformanceCase.application())) {
            Set<Feature> missing = EnumSet.noneOf(Feature.class);
            missing.addAll(Features.neededBy(conformanceCase));
            missing.removeAll(driver.features());
            List<Mismatch> mismatches =
                    missing.isEmpty()
                            ? new CaseRun(conformanceCase, driver, new Judge(tolerance)).run()
                            : List.of();
            return new CaseReport(conformanceCase, missing, mismatches);
        }
    }
}
