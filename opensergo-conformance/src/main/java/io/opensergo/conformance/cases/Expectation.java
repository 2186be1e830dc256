package io.opensergo.conformance.cases;

import io.opensergo.rules.faulttolerance.StrategyKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The decision that is expected on a request to a resource. */
public sealed interface Expectation {

    /** Any decision: the request is there for its effect. */
    record Anything() implements Expectation {

        @Override
        public String toString() {
            return "anything";
        }
    }

    /**
     * The request is admitted.
     *
     * @param delay how long it has to wait before it may proceed
     * @param then how it is refused when its turn has come; {@code null} if it is not
     */
    record Admitted(Duration delay, @Nullable Refused then) implements Expectation {

        @Override
        public String toString() {
            return (delay.isZero() ? "admitted" : "admitted after " + delay.toMillis() + "ms")
                    + (then == null ? "" : ", then " + then);
        }
    }

    /**
     * The request is refused. What is {@code null} is not examined.
     *
     * @param by the kind of the strategy that refuses it
     * @param strategy its name
     * @param rule the name of the rule that put the strategy on the resource
     * @param retryAfter when a retry makes sense
     * @param fallback what the caller gets instead
     */
    record Refused(
            @Nullable StrategyKind by,
            @Nullable String strategy,
            @Nullable String rule,
            @Nullable RetryAfter retryAfter,
            @Nullable Fallback fallback)
            implements Expectation {

        @Override
        public String toString() {
            var text = new StringBuilder("refused");
            append(text, " by ", by == null ? null : by.documentName());
            append(text, " strategy ", strategy);
            append(text, " rule ", rule);
            append(text, " ", retryAfter);
            append(text, " ", fallback);
            return text.toString();
        }

        private static void append(StringBuilder text, String label, @Nullable Object value) {
            if (value != null) {
                text.append(label).append(value);
            }
        }
    }

    /**
     * When a retry makes sense: within a range, or never if there is none.
     *
     * @param range the range; {@code null} for never
     */
    record RetryAfter(@Nullable Range range) {

        @Override
        public String toString() {
            return range == null ? "retry never" : "retry after " + range;
        }
    }

    /**
     * A range of time, both ends included.
     *
     * @param from the least
     * @param to the most
     */
    record Range(Duration from, Duration to) {

        @Override
        public String toString() {
            return from.equals(to)
                    ? from.toMillis() + "ms"
                    : from.toMillis() + "ms to " + to.toMillis() + "ms";
        }
    }

    /**
     * What the caller of a refused request gets.
     *
     * @param response the response of a fallback action; {@code null} for the framework's own
     */
    record Fallback(@Nullable HttpResponse response) {

        @Override
        public String toString() {
            return response == null ? "without fallback" : "with fallback " + response;
        }
    }
}
