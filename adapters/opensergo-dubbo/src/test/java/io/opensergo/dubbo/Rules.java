package io.opensergo.dubbo;

import io.opensergo.rules.Rule;
import io.opensergo.rules.document.RuleReader;
import java.util.List;

/** Rules as documents, of which only the spec is written. */
final class Rules {

    private Rules() {}

    static List<Rule> read(String yaml) {
        return RuleReader.strict().read(yaml, "test").orThrow();
    }

    /** At most some calls per hour to a resource. */
    static List<Rule> limit(String app, String resource, int calls) {
        return read(
                """
                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                kind: RateLimitStrategy
                metadata: {name: limit-%1$s, labels: {app: %1$s}}
                spec: {metricType: RequestAmount, limitMode: Local, threshold: %3$d, statDurationSeconds: 3600}
                ---
                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                kind: FaultToleranceRule
                metadata: {name: protect-%1$s, labels: {app: %1$s}}
                spec:
                  targets: [{targetResourceName: "%2$s"}]
                  strategies: [{name: limit-%1$s, kind: RateLimitStrategy}]
                """
                        .formatted(app, resource, calls));
    }

    /** Opens when half of at least four calls fail. */
    static List<Rule> breaker(String app, String resource, String recovery, String conditions) {
        return read(
                """
                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                kind: CircuitBreakerStrategy
                metadata: {name: breaker-%1$s, labels: {app: %1$s}}
                spec:
                  strategy: ErrorRequestRatio
                  triggerRatio: "50%%"
                  statDuration: 60s
                  recoveryTimeout: %3$s
                  minRequestAmount: 4
                  %4$s
                ---
                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                kind: FaultToleranceRule
                metadata: {name: protect-%1$s, labels: {app: %1$s}}
                spec:
                  targets: [{targetResourceName: "%2$s"}]
                  strategies: [{name: breaker-%1$s, kind: CircuitBreakerStrategy}]
                """
                        .formatted(app, resource, recovery, conditions));
    }
}
