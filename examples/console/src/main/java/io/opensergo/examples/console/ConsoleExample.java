package io.opensergo.examples.console;

import io.opensergo.console.Console;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.DirectoryRuleSource;
import io.opensergo.controlplane.ReportedDecisions;
import io.opensergo.rulerepository.DirectoryRuleRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A console over three applications: {@code shop}, whose orders are limited, {@code payment}, whose
 * circuit breaker is open, and {@code catalog}, on which a limit is tried. Everything is one
 * process here, with sockets between. It works on a copy of the rules, which can be edited on the
 * page.
 *
 * <p>With {@code --serve} it goes on until it is stopped; else it ends when all of that has come
 * about.
 */
public final class ConsoleExample {

    private static final Path RULES = Path.of("rules");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private ConsoleExample() {}

    /** Runs the example. */
    public static void main(String[] args) throws Exception {
        boolean serves = List.of(args).contains("--serve");
        Path rules = copyOf(RULES);
        try (ControlPlane controlPlane =
                        ControlPlane.builder()
                                .port(0)
                                .source(DirectoryRuleSource.of(rules))
                                .start();
                DirectoryRuleRepository repository = DirectoryRuleRepository.open(rules);
                Console console =
                        Console.builder(controlPlane)
                                .repository(repository)
                                .port(serves ? Console.DEFAULT_PORT : 0)
                                .start()) {
            String endpoint = "http://localhost:" + controlPlane.port();
            try (Traffic first = Traffic.good(endpoint, "shop", "POST:/orders", 20);
                    Traffic second = Traffic.good(endpoint, "shop", "POST:/orders", 15);
                    Traffic payment = Traffic.failing(endpoint, "payment", "POST:/transfers", 10);
                    Traffic catalog = Traffic.good(endpoint, "catalog", "GET:/search", 20)) {
                System.out.printf("The console is at http://localhost:%d%n", console.port());
                System.out.printf("Live: http://localhost:%d/#/live?app=shop%n", console.port());
                System.out.printf("Its rules are in %s%n", rules);
                tellWhatHappens(controlPlane, List.of(first, second, payment, catalog));
                if (serves) {
                    System.out.println("It goes on until you press Ctrl+C.");
                    Thread.currentThread().join();
                }
            }
        }
    }

    private static Path copyOf(Path directory) throws IOException {
        Path copy = Files.createTempDirectory("opensergo-console-example");
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    private static void tellWhatHappens(ControlPlane controlPlane, List<Traffic> traffic)
            throws InterruptedException {
        System.out.printf("%d instances have traffic%n", traffic.size());
        await(controlPlane, "shop", "two instances share a limit", each -> each.instances() == 2);
        await(controlPlane, "shop", "orders are limited", each -> each.refused() > 0);
        await(controlPlane, "payment", "the breaker is open", each -> strategy(each).open() > 0);
        await(
                controlPlane,
                "catalog",
                "the limit on trial would refuse some",
                each -> strategy(each).shadowRefused() > 0);
    }

    private static ReportedDecisions.Strategy strategy(ReportedDecisions.Resource resource) {
        return resource.strategies().get(0);
    }

    private static void await(
            ControlPlane controlPlane,
            String app,
            String what,
            Predicate<ReportedDecisions.Resource> holds)
            throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (controlPlane.decisions("default", app).resources().stream().noneMatch(holds)) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("within " + PATIENCE + " it was not so: " + what);
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        System.out.printf("  %-8s %s%n", app, what);
    }
}
