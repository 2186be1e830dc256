package io.opensergo.conformance;

import io.opensergo.conformance.cases.HttpResponse;
import io.opensergo.rules.faulttolerance.StrategyKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What an implementation decided on a request to a resource. */
public sealed interface Decision {

    /**
     * The request is admitted.
     *
     * @param delay how long it has to wait before it may proceed, 0 or more
     */
    record Admitted(Duration delay) implements Decision {

        /** Admitted at once. */
        public static final Admitted AT_ONCE = new Admitted(Duration.ZERO);

        @Override
        public String toString() {
            return delay.isZero() ? "admitted" : "admitted after " + delay;
        }
    }

    /**
     * The request is refused. What an implementation has no {@link Feature} for is {@code null}.
     *
     * @param by the kind of the strategy that refused it
     * @param strategy its name
     * @param rule the name of the rule that put the strategy on the resource
     * @param retryAfter how long until a retry makes sense; {@code null} if no wait helps
     * @param fallback the response of a fallback action, or {@code null} if there is none
     */
    record Refused(
            @Nullable StrategyKind by,
            @Nullable String strategy,
            @Nullable String rule,
            @Nullable Duration retryAfter,
            @Nullable HttpResponse fallback)
            implements Decision {

        @Override
        public String toString() {
            String kind = by == null ? "?" : by.documentName();
            return "refused by "
                    + kind
                    + " '"
                    + strategy
                    + "' of rule '"
                    + rule
                    + "', retry after "
                    + (retryAfter == null ? "none" : retryAfter)
                    + ", fallback "
                    + (fallback == null ? "none" : fallback);
        }
    }
}
