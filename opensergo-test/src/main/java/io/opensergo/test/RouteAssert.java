package io.opensergo.test;

import io.opensergo.governance.Governor;
import io.opensergo.governance.action.DirectResponse;
import io.opensergo.governance.action.Redirect;
import io.opensergo.governance.action.RetryPolicy;
import io.opensergo.governance.action.RouteAction;
import io.opensergo.governance.routing.RequestView;
import io.opensergo.governance.routing.RouteActions;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.RouteExplanation;
import io.opensergo.governance.routing.Selection;
import io.opensergo.rules.traffic.Destination;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An assertion on what becomes of a request that the process makes. It is decided once, by the
 * first word, and explained as it was then. For one thread.
 */
public final class RouteAssert {

    /** How often a cycle of shares is gone through. */
    private static final int CYCLES = 20;

    private final Governor governor;
    private final RequestView request;
    private @Nullable RouteExplanation explanation;
    private @Nullable RouteDecision decision;

    RouteAssert(Governor governor, RequestView request) {
        this.governor = governor;
        this.request = request;
    }

    private RouteDecision decision() {
        RouteDecision made = decision;
        if (made == null) {
            explanation = governor.explain(request);
            made = governor.route(request);
            decision = made;
        }
        return made;
    }

    /** Expects that it goes to any instance of a service. */
    public RouteAssert to(String host) {
        return expect(isTo(host, null), "goes to '" + host + "'");
    }

    /** Expects that it goes to a subset of a service. */
    public RouteAssert to(String host, String subset) {
        return expect(isTo(host, subset), "goes to '" + host + "/" + subset + "'");
    }

    private boolean isTo(String host, @Nullable String subset) {
        Destination destination = decision().destination();
        return destination != null
                && destination.host().equals(host)
                && Objects.equals(destination.subset(), subset);
    }

    /** Expects that no route holds, so that the caller's own routing applies. */
    public RouteAssert isNotRouted() {
        return expect(!decision().isFound(), "is not routed");
    }

    /** Expects the name of the route that holds. */
    public RouteAssert byRoute(String name) {
        var route = decision().route();
        return expect(
                route != null && name.equals(route.name()), "is routed by route '" + name + "'");
    }

    /** Expects the name of the router whose route holds. */
    public RouteAssert byRouter(String name) {
        var router = decision().router();
        return expect(
                router != null && router.name().equals(name), "is routed by router '" + name + "'");
    }

    /** Expects that the route answers it, with a status and without a call. */
    public RouteAssert answeredWith(int status) {
        DirectResponse response = actions().directResponse();
        return expect(
                response != null && response.status() == status,
                "is answered with status " + status);
    }

    /** Expects that the route answers it with a redirect. */
    public RouteAssert redirected(int status) {
        Redirect redirect = actions().redirect();
        return expect(
                redirect != null && redirect.status() == status,
                "is redirected with status " + status);
    }

    /** Expects that it has just so long, with all attempts. */
    public RouteAssert withTimeout(Duration timeout) {
        return expect(actions().timeoutNanos() == timeout.toNanos(), "has a timeout of " + timeout);
    }

    /** Expects that it is tried again so often if it fails as the route says. */
    public RouteAssert withRetries(int attempts) {
        RetryPolicy retries = actions().retries();
        return expect(
                (retries == null ? 0 : retries.attempts()) == attempts,
                "is tried again up to " + MessageText.count(attempts, "time"));
    }

    /** Expects that the route asks for an action, and that this request gets it. */
    public RouteAssert with(RouteAction action) {
        decision();
        return expect(applies(action), "gets " + action.field());
    }

    /** Expects that this request does not get an action. */
    public RouteAssert without(RouteAction action) {
        decision();
        return expect(!applies(action), "does not get " + action.field());
    }

    private boolean applies(RouteAction action) {
        return explained().actions().stream()
                .anyMatch(trial -> trial.action() == action && trial.applies());
    }

    /**
     * Expects which instances it may go to, in the order they are offered in: those of its
     * destination, or of the fallback, and of them those of its lane.
     *
     * @param instancesOf the labels of each instance, by service
     * @param expected the labels of each instance that is expected
     */
    public RouteAssert among(
            Map<String, List<Map<String, String>>> instancesOf,
            List<Map<String, String>> expected) {
        Selection<Map<String, String>> selection =
                decision()
                        .selectFrom(
                                host -> instancesOf.getOrDefault(host, List.of()),
                                Function.identity());
        List<Map<String, String>> chosen =
                governor.lanes()
                        .prefer(
                                governor.lanes().colour(request),
                                selection.instances(),
                                Function.identity());
        if (!chosen.equals(expected)) {
            throw failure("may go to " + expected, "it may go to " + chosen);
        }
        return this;
    }

    /**
     * Expects that requests like this one are shared: so many to each destination of each cycle,
     * over twenty of them. Wherever in a cycle they begin, no share may be off by more than what
     * one cycle has of it.
     *
     * @param shares the share of each destination, such as {@code prices/beta}; all of them, in
     *     whole numbers without a common divisor or with one
     */
    public RouteAssert inShares(Map<String, Integer> shares) {
        decision();
        int cycle = shares.values().stream().mapToInt(Integer::intValue).sum();
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < CYCLES * cycle; i++) {
            counts.merge(String.valueOf(governor.route(request).group()), 1, Integer::sum);
        }
        boolean areOff =
                shares.entrySet().stream()
                                .anyMatch(
                                        share ->
                                                isOff(
                                                        counts.getOrDefault(share.getKey(), 0),
                                                        share.getValue()))
                        || !shares.keySet().containsAll(counts.keySet());
        if (areOff) {
            throw failure(
                    "is shared as " + new TreeMap<>(shares),
                    "of " + CYCLES * cycle + " requests it was " + counts);
        }
        return this;
    }

    private static boolean isOff(int count, int share) {
        return Math.abs(count - CYCLES * share) > share;
    }

    private RouteActions actions() {
        return decision().actions();
    }

    private RouteExplanation explained() {
        return Objects.requireNonNull(explanation, "made with the decision");
    }

    private RouteAssert expect(boolean holds, String words) {
        if (!holds) {
            throw failure(words, "the decision is " + decision());
        }
        return this;
    }

    private AssertionError failure(String words, String found) {
        return new AssertionError(
                "expected that the request "
                        + words
                        + ", but "
                        + found
                        + "\n"
                        + MessageText.indented(explained()));
    }
}
