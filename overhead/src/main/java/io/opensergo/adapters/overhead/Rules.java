package io.opensergo.adapters.overhead;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.rules.document.RuleReader;
import java.time.Duration;
import java.util.List;

/** A control plane with rules that refuse nothing: they are to be decided on, and no more. */
final class Rules {

    static final String APP = "overhead";
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String STRATEGIES =
            """
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: RateLimitStrategy
            metadata: {name: limit, labels: {app: overhead}}
            spec: {metricType: RequestAmount, limitMode: Local, threshold: 1000000000, statDurationSeconds: 1}
            ---
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: CircuitBreakerStrategy
            metadata: {name: breaker, labels: {app: overhead}}
            spec:
              strategy: SlowRequestRatio
              triggerRatio: '60%'
              statDuration: 10s
              recoveryTimeout: 5s
              minRequestAmount: 1000000
              slowConditions: {maxAllowedRt: 10s}
            ---
            """;

    private Rules() {}

    /**
     * Starts one with a rate limit.
     *
     * @param resource the resource it is on
     */
    static ControlPlane limiting(String resource) {
        return serving(STRATEGIES + protection(resource, "{name: limit, kind: RateLimitStrategy}"));
    }

    /**
     * Starts one with a rate limit, a breaker and a router with two routes.
     *
     * @param resources the resources to guard
     * @param host the service to route
     * @param label the label that tells its subsets apart
     */
    static ControlPlane guardingAndRouting(List<String> resources, String host, String label) {
        return serving(
                STRATEGIES
                        + protection(
                                String.join("'}, {targetResourceName: '", resources),
                                "{name: limit, kind: RateLimitStrategy},"
                                        + " {name: breaker, kind: CircuitBreakerStrategy}")
                        + """
                        ---
                        apiVersion: traffic.opensergo.io/v1alpha1
                        kind: VirtualWorkload
                        metadata: {name: workload, labels: {app: overhead}}
                        spec:
                          host: %1$s
                          subsets:
                            - {name: v1, labels: {%2$s: v1}}
                            - {name: v2, labels: {%2$s: v2}}
                        ---
                        apiVersion: traffic.opensergo.io/v1alpha1
                        kind: TrafficRouter
                        metadata: {name: router, labels: {app: overhead}}
                        spec:
                          hosts: [%1$s]
                          http:
                            - match: [{headers: {x-canary: {exact: 'true'}}}]
                              route: [{destination: {host: %1$s, subset: v2}}]
                            - route: [{destination: {host: %1$s, subset: v1}}]
                        """
                                .formatted(host, label));
    }

    private static String protection(String resources, String strategies) {
        return """
        apiVersion: fault-tolerance.opensergo.io/v1alpha1
        kind: FaultToleranceRule
        metadata: {name: protect, labels: {app: overhead}}
        spec:
          targets: [{targetResourceName: '%s'}]
          strategies: [%s]
        """
                .formatted(resources, strategies);
    }

    private static ControlPlane serving(String documents) {
        var source = new InMemoryRuleSource();
        RuleReader.strict().read(documents, "overhead").orThrow().forEach(source::put);
        return ControlPlane.builder().port(0).source(source).start();
    }
}
