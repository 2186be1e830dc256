package io.opensergo.rules.traffic;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Notation;
import io.opensergo.rules.Violations;
import io.opensergo.rules.Written;
import java.time.Duration;
import java.util.List;
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

    /** Starts a route for every request that does nothing yet. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a route; for one thread. */
    public static final class Builder {

        private @Nullable String name;
        private List<HttpMatch> match = List.of();
        private List<RouteDestination> route = List.of();
        private @Nullable HttpRedirect redirect;
        private @Nullable HttpDirectResponse directResponse;
        private @Nullable Delegate delegate;
        private @Nullable HttpRewrite rewrite;
        private @Nullable Duration timeout;
        private @Nullable HttpRetry retries;
        private @Nullable FaultInjection fault;
        private @Nullable Destination mirror;
        private @Nullable Double mirrorRatio;
        private @Nullable CorsPolicy corsPolicy;
        private @Nullable HeaderOperations headers;

        private Builder() {}

        /** Sets {@link HttpRoute#name()}. */
        public Builder name(@Nullable String name) {
            this.name = name;
            return this;
        }

        /** Sets {@link HttpRoute#match()}. */
        public Builder match(List<HttpMatch> match) {
            this.match = match;
            return this;
        }

        /** Sets {@link HttpRoute#match()}. */
        public Builder match(HttpMatch... match) {
            return match(List.of(match));
        }

        /** Sets {@link HttpRoute#route()}. */
        public Builder route(List<RouteDestination> route) {
            this.route = route;
            return this;
        }

        /** Sets {@link HttpRoute#route()}. */
        public Builder route(RouteDestination... route) {
            return route(List.of(route));
        }

        /** Sets {@link HttpRoute#redirect()}. */
        public Builder redirect(@Nullable HttpRedirect redirect) {
            this.redirect = redirect;
            return this;
        }

        /** Sets {@link HttpRoute#directResponse()}. */
        public Builder directResponse(@Nullable HttpDirectResponse directResponse) {
            this.directResponse = directResponse;
            return this;
        }

        /** Sets {@link HttpRoute#delegate()}. */
        public Builder delegate(@Nullable Delegate delegate) {
            this.delegate = delegate;
            return this;
        }

        /** Sets {@link HttpRoute#rewrite()}. */
        public Builder rewrite(@Nullable HttpRewrite rewrite) {
            this.rewrite = rewrite;
            return this;
        }

        /** Sets {@link HttpRoute#timeout()}. */
        public Builder timeout(@Nullable Duration timeout) {
            this.timeout = timeout;
            return this;
        }

        /** Sets {@link HttpRoute#retries()}. */
        public Builder retries(@Nullable HttpRetry retries) {
            this.retries = retries;
            return this;
        }

        /** Sets {@link HttpRoute#fault()}. */
        public Builder fault(@Nullable FaultInjection fault) {
            this.fault = fault;
            return this;
        }

        /** Sets {@link HttpRoute#mirror()}. */
        public Builder mirror(@Nullable Destination mirror) {
            this.mirror = mirror;
            return this;
        }

        /** Sets {@link HttpRoute#mirrorRatio()}. */
        public Builder mirrorRatio(@Nullable Double mirrorRatio) {
            this.mirrorRatio = mirrorRatio;
            return this;
        }

        /** Sets {@link HttpRoute#corsPolicy()}. */
        public Builder corsPolicy(@Nullable CorsPolicy corsPolicy) {
            this.corsPolicy = corsPolicy;
            return this;
        }

        /** Sets {@link HttpRoute#headers()}. */
        public Builder headers(@Nullable HeaderOperations headers) {
            this.headers = headers;
            return this;
        }

        /**
         * Returns the route.
         *
         * @throws io.opensergo.rules.InvalidRuleException if a field is not allowed
         */
        public HttpRoute build() {
            return new HttpRoute(
                    name,
                    match,
                    route,
                    redirect,
                    directResponse,
                    delegate,
                    rewrite,
                    timeout,
                    retries,
                    fault,
                    mirror,
                    mirrorRatio,
                    corsPolicy,
                    headers);
        }
    }
}
