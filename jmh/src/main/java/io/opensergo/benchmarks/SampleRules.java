package io.opensergo.benchmarks;

import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.TriggerType;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.StringMatch;
import io.opensergo.rules.traffic.TrafficRouter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Rules as an application has them; equal numbers give equal rules. */
final class SampleRules {

    static final String NAMESPACE = "default";
    static final String APP = "order-service";

    private SampleRules() {}

    /** Returns that many rules, numbered from zero. */
    static <R> List<R> many(int count, IntFunction<R> rule) {
        return IntStream.range(0, count).mapToObj(rule).toList();
    }

    static RateLimitStrategy strategy(int number) {
        return strategy(APP, "rate-limit-of-endpoint-" + number, 10L + number % 1_000);
    }

    static RateLimitStrategy strategy(String app, String name, long threshold) {
        return RateLimitStrategy.builder(Metadata.of(NAMESPACE, app, name))
                .threshold(threshold)
                .statDuration(Duration.ofSeconds(1))
                .build();
    }

    /**
     * Returns a rule that protects a resource of its own by a rate limit and a breaker, and both.
     */
    static List<Rule> protection(int number, long threshold) {
        RateLimitStrategy rateLimit =
                strategy(APP, "rate-limit-of-endpoint-" + number, threshold + number % 1_000);
        var breaker =
                CircuitBreakerStrategy.builder(
                                Metadata.of(NAMESPACE, APP, "breaker-of-endpoint-" + number))
                        .strategy(TriggerType.ERROR_REQUEST_RATIO)
                        .triggerRatio(0.5)
                        .statDuration(Duration.ofSeconds(10))
                        .recoveryTimeout(Duration.ofSeconds(5))
                        .minRequestAmount(100)
                        .build();
        var rule =
                FaultToleranceRule.builder(
                                Metadata.of(NAMESPACE, APP, "protect-endpoint-" + number))
                        .targets(List.of(ResourceRef.of(resource(number))))
                        .strategies(List.of(StrategyRef.to(rateLimit), StrategyRef.to(breaker)))
                        .build();
        return List.of(rateLimit, breaker, rule);
    }

    /** Returns that many of {@link #protection} in one list. */
    static List<Rule> protections(int count, long threshold) {
        return IntStream.range(0, count)
                .mapToObj(number -> protection(number, threshold))
                .flatMap(List::stream)
                .toList();
    }

    /** Returns the resource that {@link #protection} of that number protects. */
    static String resource(int number) {
        return "GET:/endpoints/" + number;
    }

    /** Returns a router that sends the users of each header value to a subset of their own. */
    static TrafficRouter router(int number, int routes) {
        String host = "service-" + number;
        return TrafficRouter.ofHttp(
                Metadata.of(NAMESPACE, APP, "router-" + number),
                List.of(host),
                many(routes, route -> route(host, route)));
    }

    private static HttpRoute route(String host, int number) {
        return HttpRoute.builder()
                .match(
                        List.of(
                                HttpMatch.builder()
                                        .headers(
                                                Map.of(
                                                        "x-user-group",
                                                        StringMatch.exact("g" + number)))
                                        .build()))
                .route(List.of(RouteDestination.of(Destination.of(host, "v" + number))))
                .build();
    }
}
