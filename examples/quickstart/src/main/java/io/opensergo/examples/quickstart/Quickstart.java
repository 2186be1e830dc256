package io.opensergo.examples.quickstart;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.DirectoryRuleSource;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.traffic.TrafficRouter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import reactor.core.publisher.Flux;

/**
 * Starts a control plane on a directory of rules and follows it with a client.
 *
 * <p>Without arguments it tells a story of a minute's reading and ends: it edits a copy of the
 * rules, then breaks it, then mends it. With {@code --serve} it stays, and the edits are yours.
 */
public final class Quickstart {

    private static final Target SHOP = Target.of("shop");

    private static final List<RuleKind<? extends Rule>> KINDS =
            List.of(
                    FaultToleranceRule.KIND,
                    RateLimitStrategy.KIND,
                    CircuitBreakerStrategy.KIND,
                    TrafficRouter.KIND);

    private static final int PATIENCE_SECONDS = 10;

    private final BlockingQueue<RuleSnapshot<?>> arrived = new LinkedBlockingQueue<>();
    private final Page page = new Page(System.out);

    private Quickstart() {}

    /** Runs the example; its exit code is 0 if the story went as told. */
    public static void main(String[] args) throws IOException, InterruptedException {
        boolean serve = List.of(args).contains("--serve");
        Path rules = Path.of("rules");
        if (serve) {
            new Quickstart().serve(rules);
        } else {
            try (RuleDirectory copy = RuleDirectory.copyOf(rules)) {
                new Quickstart().tellStory(copy);
            }
        }
    }

    private void tellStory(RuleDirectory rules) throws IOException, InterruptedException {
        long start = System.nanoTime();
        try (ControlPlane controlPlane =
                        ControlPlane.builder()
                                .port(0)
                                .source(DirectoryRuleSource.of(rules.path()))
                                .start();
                OpenSergoClient client =
                        OpenSergoClients.connect("localhost:" + controlPlane.port())) {
            page.chapter("A control plane serves rules/ on localhost:" + controlPlane.port());
            page.chapter("A client follows the rules of the app 'shop'; each snapshot is typed");
            follow(client);
            for (int i = 0; i < KINDS.size(); i++) {
                page.print(next(snapshot -> true));
            }

            page.chapter("Somebody edits the file: threshold 120 becomes 20");
            rules.edit("protection.yaml", text -> text.replace("threshold: 120", "threshold: 20"));
            page.print(next(snapshot -> limit(snapshot) == 20));

            page.chapter(
                    "Somebody breaks it: threshold becomes 'many', and the breaker's window 10s");
            rules.edit(
                    "protection.yaml",
                    text ->
                            text.replace("threshold: 20", "threshold: many")
                                    .replace("statDuration: 20s", "statDuration: 10s"));
            page.print(next(snapshot -> snapshot.kind().equals(CircuitBreakerStrategy.KIND)));
            controlPlane.problems().forEach(problem -> page.problem(problem.toString()));
            page.note("The good document is live. The last good limit is still in force:");
            client.rules(SHOP, RateLimitStrategy.KIND).next().doOnNext(page::print).block();

            page.chapter("Somebody mends it: threshold 200");
            rules.edit(
                    "protection.yaml", text -> text.replace("threshold: many", "threshold: 200"));
            page.print(next(snapshot -> limit(snapshot) == 200));
            page.end(start);
        }
    }

    private static long limit(RuleSnapshot<?> snapshot) {
        return snapshot.rules().stream()
                .filter(RateLimitStrategy.class::isInstance)
                .map(RateLimitStrategy.class::cast)
                .mapToLong(RateLimitStrategy::threshold)
                .findFirst()
                .orElse(-1);
    }

    private void serve(Path rules) throws InterruptedException {
        try (ControlPlane controlPlane =
                        ControlPlane.builder().source(DirectoryRuleSource.of(rules)).start();
                OpenSergoClient client =
                        OpenSergoClients.connect("localhost:" + controlPlane.port())) {
            page.chapter(
                    "A control plane serves "
                            + rules.toAbsolutePath()
                            + " on localhost:"
                            + controlPlane.port());
            page.chapter("Edit the files and watch; Ctrl-C ends it");
            follow(client);
            Flux.interval(Duration.ofMillis(200))
                    .map(tick -> controlPlane.problems())
                    .distinctUntilChanged()
                    .subscribe(
                            problems ->
                                    problems.forEach(problem -> page.problem(problem.toString())));
            var told = new Thread(() -> printForEver(), "quickstart-printer");
            told.setDaemon(true);
            told.start();
            new CountDownLatch(1).await();
        }
    }

    private void printForEver() {
        try {
            while (true) {
                page.print(arrived.take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(OpenSergoClient client) {
        for (RuleKind<? extends Rule> kind : KINDS) {
            client.rules(SHOP, kind)
                    .subscribe(
                            arrived::add,
                            error -> page.problem(String.valueOf(error.getMessage())));
        }
    }

    private RuleSnapshot<?> next(Predicate<RuleSnapshot<?>> wanted) throws InterruptedException {
        while (true) {
            RuleSnapshot<?> snapshot = arrived.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (snapshot == null) {
                throw new IllegalStateException(
                        "no snapshot came within " + PATIENCE_SECONDS + " s");
            }
            if (wanted.test(snapshot)) {
                return snapshot;
            }
        }
    }
}
