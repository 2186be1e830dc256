package io.opensergo.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * What was measured, as the median of all iterations of all rounds: a machine that is busy with
 * something else for a while spoils a mean, and a single best iteration proves nothing. So the
 * benchmarks have many short iterations instead of a few long ones, most of which nothing
 * interrupts.
 */
final class Figures {

    private static final String BYTES = "gc.alloc.rate.norm";

    private final Map<Row, Map<Integer, Samples>> samples = new LinkedHashMap<>();

    /**
     * What is measured.
     *
     * @param benchmark the simple name of the class
     * @param situation the values of its parameters; empty if it has none
     * @param contender the name of the method
     */
    record Row(String benchmark, String situation, String contender) {

        private static Row of(BenchmarkParams params) {
            String name = params.getBenchmark();
            int method = name.lastIndexOf('.');
            return new Row(
                    name.substring(name.lastIndexOf('.', method - 1) + 1, method),
                    params.getParamsKeys().stream()
                            .map(params::getParam)
                            .collect(Collectors.joining(" ")),
                    name.substring(method + 1));
        }

        Row of(String otherContender) {
            return new Row(benchmark, situation, otherContender);
        }
    }

    private record Samples(List<Double> scores, List<Double> bytes) {

        Samples() {
            this(new ArrayList<>(), new ArrayList<>());
        }

        void add(IterationResult iteration) {
            scores.add(iteration.getPrimaryResult().getScore());
            Result<?> allocated = iteration.getSecondaryResults().get(BYTES);
            if (allocated != null) {
                bytes.add(allocated.getScore());
            }
        }
    }

    /** Adds what was measured in a round. */
    void add(Collection<RunResult> round) {
        for (RunResult run : round) {
            Samples ofRun =
                    samples.computeIfAbsent(Row.of(run.getParams()), row -> new LinkedHashMap<>())
                            .computeIfAbsent(
                                    run.getParams().getThreads(), threads -> new Samples());
            for (BenchmarkResult fork : run.getBenchmarkResults()) {
                fork.getIterationResults().forEach(ofRun::add);
            }
        }
    }

    /** Returns the rows, in the order in which they were measured. */
    Set<Row> rows() {
        return samples.keySet();
    }

    /** Returns the median time, in the benchmark's unit; not a number if there is none. */
    double time(Row row, int threads) {
        return median(row, threads, Samples::scores);
    }

    /** Returns the median of the bytes allocated; not a number if there is none. */
    double bytes(Row row, int threads) {
        return median(row, threads, Samples::bytes);
    }

    private double median(Row row, int threads, Function<Samples, List<Double>> part) {
        Samples ofRow = samples.getOrDefault(row, Map.of()).get(threads);
        if (ofRow == null || part.apply(ofRow).isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = part.apply(ofRow).stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
