package io.opensergo.examples.quickstart;

import io.opensergo.api.RuleSnapshot;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.TrafficRouter;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;

/** Prints the story in a form that a person enjoys reading; in colour on a terminal. */
final class Page {

    private static final String BOLD = "1";
    private static final String RED = "31";
    private static final String GREEN = "32";
    private static final String DIM = "2";

    private final PrintStream out;

    @SuppressWarnings(
            "SystemConsoleNull") // on newer runtimes a console may be no terminal: NO_COLOR helps
    private final boolean colours = System.console() != null && System.getenv("NO_COLOR") == null;

    private int chapters;

    Page(PrintStream out) {
        this.out = out;
    }

    synchronized void chapter(String title) {
        chapters++;
        out.println();
        out.println(paint(BOLD, chapters + ". " + title));
    }

    synchronized void note(String text) {
        out.println("   " + text);
    }

    synchronized void problem(String text) {
        out.println("   " + paint(RED, "✗ " + text));
    }

    synchronized void print(RuleSnapshot<?> snapshot) {
        out.println(
                "   "
                        + paint(GREEN, "● " + snapshot.kind().name())
                        + paint(DIM, "  version " + snapshot.version()));
        for (Rule rule : snapshot.rules()) {
            out.printf("       %-18s %s%n", rule.name(), describe(rule));
        }
        snapshot.rejected().forEach(rejected -> problem(rejected.reason()));
    }

    synchronized void end(long startNanos) {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        out.println();
        out.printf(
                Locale.ROOT,
                "Done in %.1f s. Now edit the rules yourself: add -Dexample.args=--serve%n%n",
                seconds);
    }

    private String paint(String code, String text) {
        return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }

    private static String describe(Rule rule) {
        if (rule instanceof RateLimitStrategy limit) {
            return limit.threshold() + " requests per " + text(limit.statDuration());
        }
        if (rule instanceof CircuitBreakerStrategy breaker) {
            return String.format(
                    Locale.ROOT,
                    "opens for %s at %.0f%% of %s within %s",
                    text(breaker.recoveryTimeout()),
                    breaker.triggerRatio() * 100,
                    breaker.slowConditions() == null
                            ? "failed calls"
                            : "calls slower than " + text(breaker.slowConditions().maxAllowedRt()),
                    text(breaker.statDuration()));
        }
        if (rule instanceof FaultToleranceRule protection) {
            String targets =
                    protection.targets().stream()
                            .map(FaultToleranceRule.ResourceRef::targetResourceName)
                            .collect(Collectors.joining(", "));
            return targets
                    + " protected by "
                    + protection.strategies().stream()
                            .map(FaultToleranceRule.StrategyRef::name)
                            .collect(Collectors.joining(", "));
        }
        if (rule instanceof TrafficRouter router) {
            return router.http().stream().map(Page::describe).collect(Collectors.joining("; "));
        }
        return "";
    }

    private static String describe(HttpRoute route) {
        String who = route.match().isEmpty() ? "the rest" : route.name();
        return who
                + " → "
                + route.route().stream().map(Page::describe).collect(Collectors.joining(", "));
    }

    private static String describe(RouteDestination destination) {
        String share = destination.weight() == null ? "" : " " + destination.weight() + "%";
        return destination.destination().subset() + share;
    }

    private static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0
                ? duration.toSeconds() + " s"
                : duration.toMillis() + " ms";
    }
}
