package io.opensergo.benchmarks;

import io.opensergo.governance.routing.RequestView;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Routes of one sort, each for a text of its own, and requests that spread over all of them. */
final class SampleRoutes {

    static final String HOST = "order-service";
    static final String HEADER = "x-user-group";
    static final int SUBSETS = 4;

    /** A power of two above the number of routes, so that requests come round late. */
    static final int REQUESTS = 1 << 14;

    private SampleRoutes() {}

    static TrafficRouter router(RouteSort sort, int routes) {
        return TrafficRouter.ofHttp(
                Metadata.of(SampleRules.NAMESPACE, SampleRules.APP, "routes"),
                List.of(HOST),
                SampleRules.many(routes, number -> route(sort, number)));
    }

    private static HttpRoute route(RouteSort sort, int number) {
        var match = HttpMatch.builder();
        if (sort == RouteSort.HEADER) {
            match.headers(Map.of(HEADER, sort.match(number)));
        } else {
            match.uri(sort.match(number));
        }
        return HttpRoute.builder()
                .match(List.of(match.build()))
                .route(List.of(RouteDestination.of(Destination.of(HOST, subset(number)))))
                .build();
    }

    static String subset(int number) {
        return "v" + number % SUBSETS;
    }

    /** Returns the route of each request. */
    static int[] order(boolean random, int routes) {
        return random
                ? new Random(42).ints(REQUESTS, 0, routes).toArray()
                : IntStream.range(0, REQUESTS).map(i -> i % routes).toArray();
    }

    /** A request that has one text; a header and a path at once, as each sort asks for one only. */
    static final class Request implements RequestView {

        private String text = "";

        Request with(String text) {
            this.text = text;
            return this;
        }

        @Override
        public String host() {
            return HOST;
        }

        @Override
        public String path() {
            return text;
        }

        @Override
        public @Nullable String header(String lowerCaseName) {
            return lowerCaseName.equals(HEADER) ? text : null;
        }
    }
}
