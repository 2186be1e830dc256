package io.opensergo.benchmarks;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * How do guards stand against their peers and their targets?
 *
 * <p>Runs the guard benchmarks at one and at two threads, and prints their medians as the tables of
 * {@code jmh/README.md}. Takes the options of JMH. Each of the forks that {@code -f} asks for is a
 * round of its own in which every contender has its turn, so that a machine that is slower for a
 * while is so for all of them.
 *
 * <pre>{@code java -cp jmh/target/benchmarks.jar io.opensergo.benchmarks.GuardReport -f 3}</pre>
 */
public final class GuardReport {

    private static final List<Class<?>> CONTESTS =
            List.of(
                    FloorBenchmark.class,
                    NoRuleBenchmark.class,
                    RateLimitBenchmark.class,
                    ConcurrencyBenchmark.class,
                    CircuitBreakerBenchmark.class,
                    CompositionBenchmark.class,
                    ThrottlingBenchmark.class,
                    ThrottlingLineBenchmark.class);

    private final CommandLineOptions options;

    private GuardReport(CommandLineOptions options) {
        this.options = options;
    }

    /**
     * Measures, and prints what was found.
     *
     * @param args options of JMH
     */
    public static void main(String[] args) throws CommandLineOptionException, RunnerException {
        var report = new GuardReport(new CommandLineOptions(args));
        var figures = new Figures();
        int rounds = report.options.getForkCount().orElse(1);
        for (int round = 1; round <= rounds; round++) {
            System.out.printf("round %d of %d%n", round, rounds);
            report.measure(figures);
        }
        Collection<RunResult> swaps =
                new Runner(report.of(List.of(PlanSwapBenchmark.class)).build()).run();
        System.out.println(header(args));
        System.out.println(GuardTargets.table(figures));
        System.out.println(GuardTables.contenders(figures, CONTESTS));
        System.out.println(GuardTables.plans(figures));
        System.out.println(GuardTables.swaps(swaps));
    }

    private void measure(Figures figures) throws RunnerException {
        for (int threads = 1; threads <= 2; threads++) {
            figures.add(new Runner(round(CONTESTS).threads(threads).build()).run());
        }
        figures.add(new Runner(round(List.of(PlanCompileBenchmark.class)).build()).run());
    }

    private ChainedOptionsBuilder round(List<Class<?>> benchmarks) {
        return of(benchmarks).forks(1).addProfiler(GCProfiler.class);
    }

    private ChainedOptionsBuilder of(List<Class<?>> benchmarks) {
        ChainedOptionsBuilder chosen =
                new OptionsBuilder()
                        .parent(options)
                        .shouldFailOnError(true)
                        .verbosity(options.verbosity().orElse(VerboseMode.SILENT));
        benchmarks.forEach(one -> chosen.include(Pattern.quote(one.getName() + ".")));
        return chosen;
    }

    private static String header(String[] args) {
        return "%s; %s %s; %s, %d processors; `GuardReport %s`\n"
                .formatted(
                        LocalDate.now(ZoneOffset.UTC),
                        System.getProperty("java.vm.name"),
                        Runtime.version(),
                        System.getProperty("os.arch"),
                        Runtime.getRuntime().availableProcessors(),
                        String.join(" ", args));
    }
}
