package io.opensergo.rulerepository;

import io.opensergo.rules.RuleId;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;

/** Documents for the tests of every repository. */
public final class TestRules {

    private TestRules() {}

    /** Returns a rate limit as a person writes it, with a comment at each place for one. */
    public static String limit(String name, int threshold) {
        return """
                # %1$s: agreed with the shop team
                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                kind: RateLimitStrategy
                metadata:
                  name: %1$s   # the name
                  labels: {app: shop}
                spec:
                  metricType: RequestAmount
                  # per instance
                  limitMode: Local
                  threshold: %2$d
                  statDurationSeconds: 1
                """
                .formatted(name, threshold);
    }

    /** Returns which rule {@link #limit} writes. */
    public static RuleId id(String name) {
        return RuleId.of(RateLimitStrategy.KIND, name);
    }
}
