package io.opensergo.conformance;

import io.opensergo.conformance.cases.ConformanceCase;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What came of a case.
 *
 * @param conformanceCase the case
 * @param missing what it needs and the driver cannot do; not empty if it was skipped
 * @param mismatches the decisions that are not as expected, at most one for each step
 */
public record CaseReport(
        ConformanceCase conformanceCase, Set<Feature> missing, List<Mismatch> mismatches) {

    /** Copies what is given. */
    public CaseReport {
        missing = Set.copyOf(missing);
        mismatches = List.copyOf(mismatches);
    }

    /** Returns whether the case was not run, as the driver cannot do what it needs. */
    public boolean isSkipped() {
        return !missing.isEmpty();
    }

    /** Returns whether the case was run and every decision was as expected. */
    public boolean isPassed() {
        return !isSkipped() && mismatches.isEmpty();
    }

    /**
     * Does nothing if the case was passed or skipped.
     *
     * @throws AssertionError naming every mismatch if it was not
     */
    public void throwIfFailed() {
        if (!mismatches.isEmpty()) {
            throw new AssertionError(toString());
        }
    }

    /** Returns the case, what came of it, and a line for each mismatch. */
    @Override
    public String toString() {
        if (isSkipped()) {
            return conformanceCase + ": skipped for want of " + missing;
        }
        return mismatches.stream()
                .map(mismatch -> System.lineSeparator() + "  " + mismatch)
                .collect(
                        Collectors.joining(
                                "",
                                conformanceCase + (mismatches.isEmpty() ? ": passed" : ": failed"),
                                ""));
    }
}
