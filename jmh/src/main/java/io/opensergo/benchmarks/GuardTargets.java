package io.opensergo.benchmarks;

import io.opensergo.benchmarks.Figures.Row;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;

/** The targets of guards, and whether what was measured reaches them. */
final class GuardTargets {

    private static final Row FLOOR =
            new Row(FloorBenchmark.class.getSimpleName(), "", "nanoTimeAndCompareAndSet");
    private static final Row NO_RULE = ours(NoRuleBenchmark.class, "");
    private static final Row ADMITTED = ours(RateLimitBenchmark.class, "ADMIT");
    private static final Row REFUSED = ours(RateLimitBenchmark.class, "REJECT");
    private static final Row CLOSED = ours(CircuitBreakerBenchmark.class, "ADMIT");
    private static final Row THREE = ours(CompositionBenchmark.class, "");

    /** What rounds of a few iterations cannot tell from nothing, as the harness allocates too. */
    private static final double NO_BYTES = 0.5;

    private final Figures figures;
    private final StringBuilder table = new StringBuilder();

    private GuardTargets(Figures figures) {
        this.figures = figures;
    }

    private static Row ours(Class<?> benchmark, String situation) {
        return new Row(benchmark.getSimpleName(), situation, GuardTables.OURS);
    }

    /** Returns each target with what was measured, as a table in Markdown. */
    static String table(Figures figures) {
        return new GuardTargets(figures).table();
    }

    private String table() {
        table.append("| target | wanted | 1 thread | 2 threads |\n|---|---|---|---|\n");
        atMost("no rule, ns", 3, threads -> figures.time(NO_RULE, threads));
        atLeast(
                "all three: faster than Resilience4j",
                2,
                ahead(THREE, "resilience4j", "resilience4jLockFree"));
        atLeast("all three: faster than Sentinel", 7, ahead(THREE, "sentinel"));
        atMost(
                "all three with a coarse ticker, ns",
                30,
                threads -> figures.time(THREE.of("openSergoCoarseTicker"), threads));
        atMost("rate limit: to the floor", 1.15, ratio(ADMITTED, FLOOR));
        atLeast(
                "rate limit: faster than the fastest peer",
                1,
                ahead(ADMITTED, "resilience4j", "sentinel", "bucket4j", "guava", "failsafe"));
        atMost("rate limit: refused to admitted", 1, ratio(REFUSED, ADMITTED));
        atLeast(
                "breaker: faster than Resilience4j",
                1,
                ahead(CLOSED, "resilience4j", "resilience4jLockFree"));
        atMost("the most that any of these allocates, B", NO_BYTES, this::mostBytes);
        return table.toString();
    }

    private IntToDoubleFunction ratio(Row row, Row other) {
        return threads -> figures.time(row, threads) / figures.time(other, threads);
    }

    /** How many times faster than the fastest of some peers. */
    private IntToDoubleFunction ahead(Row row, String... peers) {
        return threads ->
                Arrays.stream(peers)
                                .mapToDouble(peer -> figures.time(row.of(peer), threads))
                                .min()
                                .orElseThrow()
                        / figures.time(row, threads);
    }

    private double mostBytes(int threads) {
        return Stream.of(NO_RULE, ADMITTED, REFUSED, CLOSED, THREE)
                .mapToDouble(row -> figures.bytes(row, threads))
                .max()
                .orElseThrow();
    }

    private void atMost(String target, double limit, IntToDoubleFunction measured) {
        row(target, "≤", limit, measured, 1);
    }

    private void atLeast(String target, double limit, IntToDoubleFunction measured) {
        row(target, "≥", limit, measured, -1);
    }

    private void row(
            String target, String sign, double limit, IntToDoubleFunction measured, int direction) {
        table.append(
                String.format(
                        Locale.ROOT, "| %s | %s %s |", target, sign, GuardTables.number(limit)));
        for (int threads = 1; threads <= 2; threads++) {
            double value = measured.applyAsDouble(threads);
            boolean reached = direction * value <= direction * limit;
            table.append(
                    String.format(
                            Locale.ROOT,
                            " %s%s |",
                            GuardTables.number(value),
                            reached ? "" : " ✗"));
        }
        table.append('\n');
    }
}
