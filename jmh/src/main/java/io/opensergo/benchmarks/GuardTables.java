package io.opensergo.benchmarks;

import io.opensergo.benchmarks.Figures.Row;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.util.Statistics;

/** What was measured of guards and their peers, as tables in Markdown. */
final class GuardTables {

    /** The contender to which all of a benchmark are compared. */
    static final String OURS = "openSergo";

    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 100};

    /** A method that passes a guard; not one of its percentiles, which are results, too. */
    private static final Pattern PASS = Pattern.compile("pass\\w+");

    private GuardTables() {}

    /**
     * Returns the time and the allocation of each contender, and how many times longer than ours it
     * takes.
     */
    static String contenders(Figures figures, List<Class<?>> benchmarks) {
        var table =
                new StringBuilder(
                        """
                        | benchmark | contender | 1 thread, ns | × ours | B/op | 2 threads, ns | × ours | B/op |
                        |---|---|---:|---:|---:|---:|---:|---:|
                        """);
        benchmarks.stream()
                .flatMap(benchmark -> rows(figures, benchmark))
                .forEach(row -> append(table, figures, row));
        return table.toString();
    }

    private static void append(StringBuilder table, Figures figures, Row row) {
        table.append("| ").append(title(row)).append(" | ").append(row.contender());
        for (int threads = 1; threads <= 2; threads++) {
            double time = figures.time(row, threads);
            table.append(" | ").append(number(time));
            table.append(" | ").append(number(time / figures.time(row.of(OURS), threads)));
            table.append(" | ").append(Math.round(figures.bytes(row, threads)));
        }
        table.append(" |\n");
    }

    /** Returns the rows of a benchmark: by situation, and ours first. */
    private static Stream<Row> rows(Figures figures, Class<?> benchmark) {
        return figures.rows().stream()
                .filter(row -> row.benchmark().equals(benchmark.getSimpleName()))
                .sorted(
                        Comparator.comparing(Row::situation)
                                .thenComparing(row -> !row.contender().startsWith(OURS)));
    }

    private static String title(Row row) {
        String name = row.benchmark().replace("Benchmark", "");
        return row.situation().isEmpty()
                ? name
                : name + ", " + row.situation().toLowerCase(Locale.ROOT);
    }

    /** Returns how long plans take to compile. */
    static String plans(Figures figures) {
        var table =
                new StringBuilder(
                        """
                        | plan | resources | ms | µs a resource | MB allocated |
                        |---|---:|---:|---:|---:|
                        """);
        rows(figures, PlanCompileBenchmark.class)
                .forEach(
                        row -> {
                            double micros = figures.time(row, 1);
                            int resources = Integer.parseInt(row.situation());
                            table.append("| ").append(row.contender());
                            table.append(" | ").append(number(resources));
                            table.append(" | ").append(number(micros / 1_000));
                            table.append(" | ").append(number(micros / resources));
                            table.append(" | ").append(number(figures.bytes(row, 1) / 1e6));
                            table.append(" |\n");
                        });
        return table.toString();
    }

    /** Returns how long passes through a guard take while plans are swapped, and otherwise. */
    static String swaps(Collection<RunResult> runs) {
        var table =
                new StringBuilder(
                        """
                        | pass, ns | p50 | p90 | p99 | p99.9 | p99.99 | max | passes timed |
                        |---|---:|---:|---:|---:|---:|---:|---:|
                        """);
        passes(runs)
                .forEach(
                        (name, times) -> {
                            table.append("| ").append(name);
                            for (double percentile : PERCENTILES) {
                                table.append(" | ").append(number(times.getPercentile(percentile)));
                            }
                            table.append(" | ").append(times.getN()).append(" |\n");
                        });
        return table.toString();
    }

    /** A group of one method has no results by method. */
    private static Map<String, Statistics> passes(Collection<RunResult> runs) {
        Map<String, Statistics> passes = new LinkedHashMap<>();
        for (RunResult run : runs) {
            String benchmark = run.getParams().getBenchmark();
            String group = benchmark.substring(benchmark.lastIndexOf('.') + 1);
            Statistics times = run.getPrimaryResult().getStatistics();
            for (String name : run.getSecondaryResults().keySet()) {
                if (PASS.matcher(name).matches()) {
                    times = run.getSecondaryResults().get(name).getStatistics();
                }
            }
            passes.put(group, times);
        }
        return passes;
    }

    /** Writes a number with as many digits as measuring it can justify. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "";
        }
        if (value == Math.rint(value) || value >= 100) {
            return String.format(Locale.ROOT, "%,d", Math.round(value));
        }
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
    }
}
