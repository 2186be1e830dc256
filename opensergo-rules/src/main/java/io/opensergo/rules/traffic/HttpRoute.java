package io.opensergo.rules.traffic;

import static org.jilt.BuilderStyle.CLASSIC;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Notation;
import io.opensergo.rules.Violations;
import io.opensergo.rules.Written;
import java.time.Duration;
import java.util.List;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the HTTP requests that a condition selects.
 *
 * <p>At most one of {@code route}, {@code redirect} and {@code directResponse} may be given.
 *
 * @param name a name for people
 * @param match conditions of which one must hold; empty means every request
 * @param route destinations among which the requests are shared
 * @param redirect a redirect that answers the request
 * @param directResponse a response that answers the request
 * @param delegate another router that goes on
 * @param rewrite changes to the URI before forwarding
 * @param timeout the time limit of a request; none if {@code null}
 * @param retries how failed requests are tried again
 * @param fault faults that are injected
 * @param mirror where a copy of the requests goes
 * @param mirrorRatio the share of requests that is copied, 0 to 1; all if {@code null}
 * @param corsPolicy cross-origin rules
 * @param headers changes to the headers
 */
@Builder(style = CLASSIC, factoryMethod = "builder", toBuilder = "from")
public record HttpRoute(
        @JsonPropertyDescription("A name for people.") @Nullable String name,
        @JsonPropertyDescription("Conditions of which one must hold; every request if left out.")
                List<HttpMatch> match,
        @JsonPropertyDescription("Destinations among which the requests are shared.")
                List<RouteDestination> route,
        @JsonPropertyDescription("A redirect that answers the request.")
                @Nullable HttpRedirect redirect,
        @JsonPropertyDescription("A response that answers the request.")
                @Nullable HttpDirectResponse directResponse,
        @JsonPropertyDescription("Another router that goes on.") @Nullable Delegate delegate,
        @JsonPropertyDescription("Changes to the URI before forwarding.")
                @Nullable HttpRewrite rewrite,
        @JsonPropertyDescription("The time limit of a request.")
                @Written(notation = Notation.DECIMAL_DURATION)
                @Nullable Duration timeout,
        @JsonPropertyDescription("How failed requests are tried again.")
                @Nullable HttpRetry retries,
        @JsonPropertyDescription("Faults that are injected.") @Nullable FaultInjection fault,
        @JsonPropertyDescription("Where a copy of the requests goes.") @Nullable Destination mirror,
        @JsonPropertyDescription("The share of requests that is copied.")
                @Written(as = "mirrorPercentage", notation = Notation.PERCENT_OBJECT)
                @Written(as = "mirrorPercent", notation = Notation.PERCENT_NUMBER)
                @Written(as = "mirror_percent", notation = Notation.PERCENT_NUMBER)
                @Nullable Double mirrorRatio,
        @JsonPropertyDescription("Cross-origin rules.") @Nullable CorsPolicy corsPolicy,
        @JsonPropertyDescription("Changes to the headers.") @Nullable HeaderOperations headers) {

    public HttpRoute {
        match = match == null ? List.of() : List.copyOf(match);
        route = route == null ? List.of() : List.copyOf(route);
        var violations = new Violations();
        int actions =
                (route.isEmpty() ? 0 : 1)
                        + (redirect == null ? 0 : 1)
                        + (directResponse == null ? 0 : 1);
        if (actions > 1) {
            violations.add(
                    "",
                    "must have at most one of route, redirect and directResponse",
                    actions + " of them");
        }
        if (timeout != null) {
            violations.require(!timeout.isNegative(), "timeout", "must not be negative", timeout);
        }
        if (mirrorRatio != null) {
            violations.ratio("mirrorRatio", mirrorRatio);
        }
        violations.throwIfAny();
    }

    /** Starts a builder; every field may be left out. */
    public static HttpRouteBuilder builder() {
        return HttpRouteBuilder.builder();
    }

    /** Starts a builder from these values. */
    public HttpRouteBuilder toBuilder() {
        return HttpRouteBuilder.from(this);
    }
}
