package io.opensergo.governance.routing;

import io.opensergo.governance.action.CrossOrigin;
import io.opensergo.governance.action.DirectResponse;
import io.opensergo.governance.action.FaultAbort;
import io.opensergo.governance.action.FaultPolicy;
import io.opensergo.governance.action.HeaderChanges;
import io.opensergo.governance.action.PathRewrite;
import io.opensergo.governance.action.Redirect;
import io.opensergo.governance.action.RetryPolicy;
import io.opensergo.governance.internal.sampling.Share;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.traffic.CorsPolicy;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.FaultInjection;
import io.opensergo.rules.traffic.FaultInjection.Abort;
import io.opensergo.rules.traffic.FaultInjection.Delay;
import io.opensergo.rules.traffic.HeaderOperations;
import io.opensergo.rules.traffic.HeaderOperations.Changes;
import io.opensergo.rules.traffic.HttpDirectResponse;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRedirect;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.StringMatch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Compiles what one route asks for, and reports what cannot be done. */
final class ActionCompiler {

    private static final int MOVED_PERMANENTLY = 301;
    private static final StringMatch ANY_ORIGIN = StringMatch.exact("*");

    private final ExpandedRoute expanded;
    private final HttpRoute route;

    /** Those that are tried before, or {@code null} if they are not all known. */
    private final @Nullable List<ExpandedRoute> earlier;

    private final Subsets subsets;
    private final RoutingState.Draft state;
    private final List<RouteProblem> problems;

    ActionCompiler(
            ExpandedRoute expanded,
            @Nullable List<ExpandedRoute> earlier,
            Subsets subsets,
            RoutingState.Draft state,
            List<RouteProblem> problems) {
        this.expanded = expanded;
        this.route = expanded.route();
        this.earlier = earlier;
        this.subsets = subsets;
        this.state = state;
        this.problems = problems;
    }

    /** Compiles what all requests of the route have in common but the retries. */
    RouteActions compile() {
        HeaderOperations headers = route.headers();
        Duration timeout = route.timeout();
        return new RouteActions(
                timeout == null ? 0 : nanos(timeout),
                null,
                faults(),
                changes(headers == null ? null : headers.request(), "headers.request"),
                changes(headers == null ? null : headers.response(), "headers.response"),
                null,
                route.rewrite() == null ? null : route.rewrite().authority(),
                redirect(),
                directResponse(route.directResponse()),
                mirror(),
                0,
                crossOrigin());
    }

    private static long nanos(Duration duration) {
        return duration.toSeconds() < Integer.MAX_VALUE ? duration.toNanos() : Long.MAX_VALUE;
    }

    /** Adds what a destination asks for; all without one go to the router's budget of retries. */
    RouteActions at(RouteActions common, @Nullable RouteDestination target) {
        RouteActions actions = withRetries(common, target);
        if (target == null) {
            return actions;
        }
        HeaderOperations headers = target.headers();
        return actions.at(
                changes(headers == null ? null : headers.request(), "route.headers.request"),
                changes(headers == null ? null : headers.response(), "route.headers.response"),
                port(target.destination()));
    }

    private static int port(Destination destination) {
        return destination.port() == null ? 0 : destination.port().number();
    }

    private RouteActions withRetries(RouteActions common, @Nullable RouteDestination target) {
        if (route.retries() == null) {
            return common;
        }
        RuleId router = expanded.router();
        String destination =
                target == null
                        ? router.toString()
                        : ServiceName.qualify(target.destination().host(), router.namespace());
        RetryPolicy retries =
                RetryPolicy.of(
                        route.retries().attempts(),
                        route.retries().perTryTimeout(),
                        route.retries().retryOn(),
                        state.budget(destination),
                        problem -> report("retries", problem + "; the rest applies"));
        RouteCounts counts = state.counts(router);
        return common.withRetries(
                retries == null ? null : retries.countedBy(counts.retried(), counts.outOfBudget()));
    }

    /** Returns another path for the requests of an alternative, or {@code null}. */
    @Nullable PathRewrite rewrite(List<HttpMatch> alternative) {
        String uri = route.rewrite() == null ? null : route.rewrite().uri();
        if (uri == null) {
            return null;
        }
        return ExpandedRoute.uri(alternative) instanceof StringMatch.Prefix prefix
                ? new PathRewrite(uri, prefix.value())
                : new PathRewrite(uri, null);
    }

    private @Nullable FaultPolicy faults() {
        FaultInjection fault = route.fault();
        if (fault == null || (fault.delay() == null && fault.abort() == null)) {
            return null;
        }
        RouteCounts counts = state.counts(expanded.router());
        FaultPolicy counted = FaultPolicy.none().countedBy(counts.delayed(), counts.aborted());
        FaultPolicy made = abort(delay(counted, fault.delay()), fault.abort());
        FaultPolicy policy = state.faults(expanded.router(), route, made);
        return policy.hasDelay() || policy.hasAbort() ? policy : null;
    }

    private FaultPolicy delay(FaultPolicy policy, @Nullable Delay delay) {
        if (delay == null) {
            return policy;
        }
        double ratio = delay.ratio() == null ? 1 : delay.ratio();
        if (delay.fixedDelay() != null) {
            return policy.withDelay(delay.fixedDelay(), ratio, state.nextSeed());
        }
        if (delay.exponentialDelay() != null) {
            return policy.withExponentialDelay(delay.exponentialDelay(), ratio, state.nextSeed());
        }
        report("fault.delay", "says neither fixedDelay nor exponentialDelay, and delays nothing");
        return policy;
    }

    private FaultPolicy abort(FaultPolicy policy, @Nullable Abort abort) {
        if (abort == null) {
            return policy;
        }
        double ratio = abort.ratio() == null ? 1 : abort.ratio();
        try {
            if (abort.httpStatus() != null) {
                return policy.withAbort(
                        FaultAbort.http(abort.httpStatus()), ratio, state.nextSeed());
            }
            if (abort.grpcStatus() != null) {
                return policy.withAbort(
                        FaultAbort.grpc(abort.grpcStatus()), ratio, state.nextSeed());
            }
            if (abort.http2Error() != null) {
                return policy.withAbort(
                        FaultAbort.http2(abort.http2Error()), ratio, state.nextSeed());
            }
            report("fault.abort", "says no status, and aborts nothing");
        } catch (IllegalArgumentException e) {
            report("fault.abort", e.getMessage() + "; nothing is aborted");
        }
        return policy;
    }

    private HeaderChanges changes(@Nullable Changes changes, String field) {
        return changes == null
                ? HeaderChanges.NONE
                : HeaderChanges.of(
                        changes.remove(),
                        changes.set(),
                        changes.add(),
                        problem -> report(field, problem + "; the rest applies"));
    }

    private @Nullable Redirect redirect() {
        HttpRedirect redirect = route.redirect();
        if (redirect == null) {
            return null;
        }
        if (leadsToItself(redirect)) {
            report(
                    "redirect",
                    "leads to requests that the route redirects again; it is left out, and the"
                            + " caller's own routing applies");
            return null;
        }
        return new Redirect(
                redirect.redirectCode() == null ? MOVED_PERMANENTLY : redirect.redirectCode(),
                redirect.uri(),
                redirect.authority(),
                redirect.scheme(),
                port(redirect));
    }

    private static int port(HttpRedirect redirect) {
        if (redirect.port() != null) {
            return redirect.port();
        }
        if (redirect.derivePort() == null) {
            return Redirect.KEEP_PORT;
        }
        return switch (redirect.derivePort()) {
            case FROM_PROTOCOL_DEFAULT -> Redirect.PORT_OF_SCHEME;
            case FROM_REQUEST_PORT -> Redirect.PORT_OF_REQUEST;
        };
    }

    /**
     * All but the path stays as it is in the request, which the route holds for: so it holds for
     * what it leads to, unless a route before it may.
     */
    private boolean leadsToItself(HttpRedirect redirect) {
        if (earlier == null
                || redirect.authority() != null
                || redirect.scheme() != null
                || redirect.port() != null
                || redirect.derivePort() != null) {
            return false;
        }
        if (redirect.uri() == null) {
            return true;
        }
        String path = path(redirect.uri());
        return mayHold(expanded, path) && earlier.stream().noneMatch(each -> mayHold(each, path));
    }

    private static String path(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    private static boolean mayHold(ExpandedRoute route, String path) {
        return route.alternatives().stream()
                .anyMatch(
                        all ->
                                all.stream()
                                        .map(HttpMatch::uri)
                                        .allMatch(
                                                uri ->
                                                        uri == null
                                                                || TextTest.of(uri).holds(path)));
    }

    private @Nullable CrossOrigin crossOrigin() {
        CorsPolicy policy = route.corsPolicy();
        if (policy == null) {
            return null;
        }
        List<TextTest> origins =
                Stream.concat(
                                policy.allowOrigins().stream(),
                                policy.allowOrigin().stream().map(StringMatch::exact))
                        .map(each -> each.equals(ANY_ORIGIN) ? StringMatch.present() : each)
                        .map(TextTest::of)
                        .toList();
        if (origins.isEmpty()) {
            report("corsPolicy", "names no origin, and allows none");
            return null;
        }
        return CrossOrigin.of(
                origin -> origins.stream().anyMatch(each -> each.holds(origin)),
                policy,
                problem -> report("corsPolicy", problem + "; the rest applies"));
    }

    private static @Nullable DirectResponse directResponse(@Nullable HttpDirectResponse response) {
        if (response == null) {
            return null;
        }
        byte[] body = {};
        if (response.body() instanceof HttpDirectResponse.StringBody text) {
            body = text.value().getBytes(StandardCharsets.UTF_8);
        } else if (response.body() instanceof HttpDirectResponse.BytesBody bytes) {
            body = bytes.decode();
        }
        return new DirectResponse(response.status(), body);
    }

    private @Nullable Mirror mirror() {
        Destination mirror = route.mirror();
        if (mirror == null) {
            if (route.mirrorRatio() != null) {
                report("mirror", "is not given, but its percentage is; nothing is copied");
            }
            return null;
        }
        double ratio = route.mirrorRatio() == null ? 1 : route.mirrorRatio();
        Share share = state.mirror(expanded.router(), route, seed -> new Share(ratio, seed));
        String namespace = expanded.router().namespace();
        return new Mirror(
                subsets.group(mirror.host(), mirror.subset(), namespace),
                subsets.fallback(mirror, namespace),
                port(mirror),
                share,
                state.counts(expanded.router()).copied());
    }

    private void report(String field, String problem) {
        problems.add(
                new RouteProblem(
                        RouteProblem.Type.ACTION,
                        expanded.router(),
                        "has in " + expanded.place() + " " + field + ": " + problem));
    }
}
