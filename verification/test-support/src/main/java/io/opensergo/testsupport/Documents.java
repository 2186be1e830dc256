package io.opensergo.testsupport;

/** Rules of the application {@code shop}. */
public final class Documents {

    private Documents() {}

    public static String rateLimit(String name, int threshold, int seconds) {
        return strategy(
                "RateLimitStrategy",
                name,
                "metricType: RequestAmount\n  limitMode: Local\n  threshold: %d\n  statDurationSeconds: %d"
                        .formatted(threshold, seconds));
    }

    public static String concurrency(String name, int max) {
        return strategy(
                "ConcurrencyLimitStrategy",
                name,
                "maxConcurrency: %d\n  limitMode: Local".formatted(max));
    }

    public static String throttling(String name, String gap, String timeout) {
        return strategy(
                "ThrottlingStrategy",
                name,
                "minIntervalOfRequests: %s\n  queueTimeout: %s".formatted(gap, timeout));
    }

    public static String breaker(String name, int minRequests, String recovery) {
        return strategy(
                "CircuitBreakerStrategy",
                name,
                """
                strategy: ErrorRequestRatio
                  triggerRatio: '50%%'
                  statDuration: 60s
                  recoveryTimeout: %s
                  minRequestAmount: %d"""
                        .formatted(recovery, minRequests));
    }

    public static String rule(String resource, String kind, String strategy) {
        return rule(resource, kind, strategy, "");
    }

    public static String ruleWithFallback(
            String resource, String kind, String strategy, String fallback) {
        return rule(resource, kind, strategy, "\n  fallbackAction: %s".formatted(fallback));
    }

    private static String rule(String resource, String kind, String strategy, String rest) {
        return document(
                "fault-tolerance",
                "FaultToleranceRule",
                "protects-" + strategy,
                """
                targets:
                    - {targetResourceName: '%s'}
                  strategies:
                    - {name: %s, kind: %s}%s"""
                        .formatted(resource, strategy, kind, rest));
    }

    public static String fallback(String name, int status, String body, String headers) {
        return document(
                "fault-tolerance",
                "HttpRequestFallbackAction",
                name,
                """
                behavior: ReturnProvidedResponse
                  behaviorDesc:
                    responseStatusCode: %d
                    responseContentBody: '%s'
                    responseAdditionalHeaders: [%s]"""
                        .formatted(status, body, headers));
    }

    public static String router(String name, String spec) {
        return document("traffic", "TrafficRouter", name, spec.strip().replace("\n", "\n  "));
    }

    /** How calls are spread over the instances of a service, whose subset {@code v1} has a name. */
    public static String spread(String host, String policy) {
        return document(
                "traffic",
                "VirtualWorkload",
                "spread-" + host,
                """
                host: %s
                  subsets: [{name: v1, labels: {version: v1}}]
                  trafficPolicy: {loadBalancePolicy: '%s'}"""
                        .formatted(host, policy));
    }

    public static String lane(String colour, String traffic) {
        return document(
                "traffic",
                "TrafficLane",
                "lane-" + colour,
                """
                rules:
                    traffic:
                      http: %s
                    lane: {name: %s}
                    traceIdBaggage: x-lane"""
                        .formatted(traffic, colour));
    }

    private static String strategy(String kind, String name, String spec) {
        return document("fault-tolerance", kind, name, spec);
    }

    private static String document(String group, String kind, String name, String spec) {
        return """
        apiVersion: %s.opensergo.io/v1alpha1
        kind: %s
        metadata:
          name: %s
          labels: {app: shop}
        spec:
          %s
        """
                .formatted(group, kind, name, spec);
    }
}
