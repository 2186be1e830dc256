package io.opensergo.testsupport;

/** Documents of rules of the application {@code shop}. */
public final class Documents {

    private Documents() {}

    /** A limit of requests in a window of some seconds. */
    public static String rateLimit(String name, int threshold, int seconds) {
        return strategy(
                "RateLimitStrategy",
                name,
                "metricType: RequestAmount\n  limitMode: Local\n  threshold: %d\n  statDurationSeconds: %d"
                        .formatted(threshold, seconds));
    }

    /** A limit of requests at a time. */
    public static String concurrency(String name, int max) {
        return strategy(
                "ConcurrencyLimitStrategy",
                name,
                "maxConcurrency: %d\n  limitMode: Local".formatted(max));
    }

    /** A queue that lets requests through at an even pace. */
    public static String throttling(String name, String gap, String timeout) {
        return strategy(
                "ThrottlingStrategy",
                name,
                "minIntervalOfRequests: %s\n  queueTimeout: %s".formatted(gap, timeout));
    }

    /** A circuit breaker that opens when half of the requests fail. */
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

    /** A rule that protects a resource by a strategy. */
    public static String rule(String resource, String kind, String strategy) {
        return rule(resource, kind, strategy, "");
    }

    /** A rule whose refusals are answered by a fallback action. */
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

    /** An answer to requests that are refused. */
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

    /** Routes, by the fields below {@code spec}. */
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

    /** A lane whose colour travels under the default key. */
    public static String lane(String colour, String traffic) {
        return lane(colour, traffic, "");
    }

    /** A lane whose colour travels under a key of its own. */
    public static String laneWithKey(String colour, String traffic, String key) {
        return lane(colour, traffic, "\n    traceIdBaggage: " + key);
    }

    private static String lane(String colour, String traffic, String rest) {
        return document(
                "traffic",
                "TrafficLane",
                "lane-" + colour,
                """
                rules:
                    traffic:
                      http: %s
                    lane: {name: %s}%s"""
                        .formatted(traffic, colour, rest));
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
