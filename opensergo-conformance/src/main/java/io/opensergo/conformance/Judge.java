package io.opensergo.conformance;

import io.opensergo.conformance.cases.Colour;
import io.opensergo.conformance.cases.Expectation;
import io.opensergo.conformance.cases.Expectation.Range;
import io.opensergo.conformance.cases.RouteExpectation;
import io.opensergo.conformance.cases.RouteTarget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says whether a decision is what was expected. */
final class Judge {

    /** What a case writes for something that does not become of a request. */
    private static final String NONE = "none";

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

    boolean accepts(RouteExpectation.Each expected, Routing actual) {
        return isOpenOr(expected.target(), actual.target())
                && (expected.instances() == null
                        || isSameInAnyOrder(expected.instances(), actual.instances()))
                && (expected.colour() == null
                        || isSame(expected.colour().colour(), actual.colour()))
                && expected.actions().entrySet().stream()
                        .allMatch(
                                action ->
                                        action.getValue()
                                                .equals(
                                                        actual.actions()
                                                                .getOrDefault(
                                                                        action.getKey(), NONE)));
    }

    /** Judges to how many requests each thing happened. */
    boolean accepts(RouteExpectation.Happens expected, Map<String, Integer> counts, int times) {
        return expected.ratios().entrySet().stream()
                .allMatch(
                        each -> {
                            double ratio = counts.getOrDefault(each.getKey(), 0) / (double) times;
                            boolean close = Math.abs(ratio - each.getValue()) <= expected.within();
                            return each.getValue() == 0 ? ratio == 0 : close;
                        });
    }

    /** Judges how many requests each target got. */
    boolean accepts(RouteExpectation.Shares expected, Map<RouteTarget, Integer> actual) {
        double total = actual.values().stream().mapToInt(Integer::intValue).sum();
        int listed = 0;
        for (RouteExpectation.Share share : expected.shares()) {
            int got = actual.getOrDefault(share.destination(), 0);
            listed += got;
            boolean close = Math.abs(got / total - share.ratio()) <= expected.within();
            if (share.ratio() == 0 ? got != 0 : !close) {
                return false;
            }
        }
        return listed == total;
    }

    private static boolean isSameInAnyOrder(
            List<Map<String, String>> expected, List<Map<String, String>> actual) {
        List<Map<String, String>> rest = new ArrayList<>(actual);
        return expected.size() == actual.size() && expected.stream().allMatch(rest::remove);
    }

    private static boolean isSame(@Nullable Colour expected, @Nullable Colour actual) {
        if (expected == null || actual == null) {
            return expected == null && actual == null;
        }
        return expected.name().equals(actual.name()) && isOpenOr(expected.key(), actual.key());
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
