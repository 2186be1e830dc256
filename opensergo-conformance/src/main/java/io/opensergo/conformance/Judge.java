package io.opensergo.conformance;

import io.opensergo.conformance.cases.Expectation;
import io.opensergo.conformance.cases.Expectation.Range;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says whether a decision is what was expected. */
final class Judge {

    private final Duration tolerance;

    /** Makes one to which times may be off by as much. */
    Judge(Duration tolerance) {
        this.tolerance = tolerance;
    }

    boolean accepts(Expectation expected, Decision actual) {
        if (expected instanceof Expectation.Admitted admitted) {
            return actual instanceof Decision.Admitted decided
                    && isWithin(new Range(admitted.delay(), admitted.delay()), decided.delay());
        }
        if (expected instanceof Expectation.Refused refused) {
            return actual instanceof Decision.Refused decided && accepts(refused, decided);
        }
        return true;
    }

    private boolean accepts(Expectation.Refused expected, Decision.Refused actual) {
        return isOpenOr(expected.by(), actual.by())
                && isOpenOr(expected.strategy(), actual.strategy())
                && isOpenOr(expected.rule(), actual.rule())
                && accepts(expected.retryAfter(), actual.retryAfter())
                && (expected.fallback() == null
                        || Objects.equals(expected.fallback().response(), actual.fallback()));
    }

    private static boolean isOpenOr(@Nullable Object expected, @Nullable Object actual) {
        return expected == null || expected.equals(actual);
    }

    private boolean accepts(Expectation.@Nullable RetryAfter expected, @Nullable Duration actual) {
        if (expected == null) {
            return true;
        }
        Range range = expected.range();
        return range == null ? actual == null : actual != null && isWithin(range, actual);
    }

    private boolean isWithin(Range range, Duration actual) {
        return actual.compareTo(range.from().minus(tolerance)) >= 0
                && actual.compareTo(range.to().plus(tolerance)) <= 0;
    }
}
