package io.opensergo.benchmarks;

import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.LimitMode;
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
        return new RateLimitStrategy(
                Metadata.of(NAMESPACE, app, name),
                RateLimitStrategy.MetricType.REQUEST_AMOUNT,
                LimitMode.LOCAL,
                threshold,
                Duration.ofSeconds(1));
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
                        HttpMatch.builder()
                                .headers(Map.of("x-user-group", StringMatch.exact("g" + number)))
                                .build())
                .route(RouteDestination.of(Destination.of(host, "v" + number)))
                .build();
    }
}
