package io.opensergo.console;

/** Documents of rules. */
final class Texts {

    private Texts() {}

    static String limit(String namespace, String app, String name, int threshold) {
        return """
        # kept as it is
        apiVersion: fault-tolerance.opensergo.io/v1alpha1
        kind: RateLimitStrategy
        metadata:
          name: %s
          namespace: %s
          labels: {app: %s}
        spec:
          threshold: %d
          statDuration: 1s
          limitMode: Local
          metricType: RequestAmount
        """
                .formatted(name, namespace, app, threshold);
    }

    static String limit(String name, int threshold) {
        return limit("default", "shop", name, threshold);
    }

    static String protection(String name, String resource, String strategy) {
        return """
        apiVersion: fault-tolerance.opensergo.io/v1alpha1
        kind: FaultToleranceRule
        metadata:
          name: %s
          labels: {app: shop}
        spec:
          targets: [{targetResourceName: "%s"}]
          strategies: [{name: %s, kind: RateLimitStrategy}]
        """
                .formatted(name, resource, strategy);
    }

    static String router(String name) {
        return """
        apiVersion: traffic.opensergo.io/v1alpha1
        kind: TrafficRouter
        metadata:
          name: %s
          labels: {app: shop}
        spec:
          hosts: [pricing]
          http:
          - name: beta
            match: [{headers: {x-env: {exact: beta}}}]
            route: [{destination: {host: pricing, subset: beta}}]
          - route: [{destination: {host: pricing, subset: stable}}]
        ---
        """
                .formatted(name)
                .replace("---\n", "");
    }
}
