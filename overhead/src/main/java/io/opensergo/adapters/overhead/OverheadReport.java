package io.opensergo.adapters.overhead;

import io.opensergo.adapters.overhead.LoadProcess.Turn;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How much throughput does an adapter cost its framework at saturation?
 *
 * <p>The framework alone and the framework with the adapter, a guard and a route run in two
 * processes side by side that take turns: alone, governed, governed, alone, and so on, so that what
 * disturbs the machine disturbs both. Client and server are in one process, and share its cores. A
 * pair is two turns next to each other; its ratios are those of throughput, governed to alone, and
 * of processor time a request, alone to governed: at saturation that is what throughput is bound
 * by, and neighbours on the machine disturb it less.
 *
 * <p>No two processes compile alike, or hash alike, and what a framework does by itself differs by
 * more from one start to the next than what is looked for. So both processes are replaced after a
 * few pairs, each start counts as the median of its pairs, and the figures are those of the starts.
 *
 * <p>Target: a median ratio of 0.95 or more.
 *
 * <p>Arguments: which of {@code dubbo}, {@code vertx}, {@code grpc} and {@code sentinel}, with a
 * guard and a route where requests are made, {@code dubbo-both-ends}, {@code vertx-both-ends} and
 * {@code grpc-both-ends}, with a second guard where they are answered, {@code mvc} and {@code
 * webflux}, with both; and perhaps how many times they are started (8).
 */
public final class OverheadReport {

    private static final Duration TURN = Duration.ofSeconds(2);
    private static final int PAIRS = 4;
    private static final int STARTS = 8;

    private OverheadReport() {}

    /**
     * Measures, and prints what was found.
     *
     * @param args what to measure and how often to start it
     */
    public static void main(String[] args) throws Exception {
        List<LoadKind> kinds = new ArrayList<>();
        int starts = STARTS;
        for (String arg : args) {
            if (Character.isDigit(arg.charAt(0))) {
                starts = Integer.parseInt(arg);
            } else {
                kinds.add(LoadKind.of(arg));
            }
        }
        for (LoadKind kind : kinds) {
            List<List<Pair>> pairs = new ArrayList<>();
            for (int i = 0; i < starts; i++) {
                pairs.add(measure(kind));
            }
            print(kind, pairs);
        }
    }

    /** Two turns next to each other. */
    private record Pair(Turn alone, Turn governed) {

        double throughput() {
            return governed.rate() / alone.rate();
        }

        double processorTime() {
            return alone.cpuNanos() / governed.cpuNanos();
        }
    }

    private static List<Pair> measure(LoadKind kind) throws IOException {
        try (var alone = new LoadProcess(kind, false);
                var governed = new LoadProcess(kind, true)) {
            for (int i = 0; i < kind.warmUps(); i++) {
                alone.run(TURN);
                governed.run(TURN);
            }
            List<Pair> pairs = new ArrayList<>();
            for (int i = 0; i < PAIRS; i += 2) {
                Turn before = alone.run(TURN);
                pairs.add(new Pair(before, governed.run(TURN)));
                Turn first = governed.run(TURN);
                pairs.add(new Pair(alone.run(TURN), first));
            }
            return pairs;
        }
    }

    private static void print(LoadKind kind, List<List<Pair>> starts) {
        System.out.printf(
                "%-15s %d starts; alone %,.0f/s, %,.0f ns of processor time a request; governed %,.0f/s,"
                        + " %,.0f ns%n",
                kind,
                starts.size(),
                quantile(medians(starts, pair -> pair.alone().rate()), 0.5),
                quantile(medians(starts, pair -> pair.alone().cpuNanos()), 0.5),
                quantile(medians(starts, pair -> pair.governed().rate()), 0.5),
                quantile(medians(starts, pair -> pair.governed().cpuNanos()), 0.5));
        printRatios("throughput, governed : alone", medians(starts, Pair::throughput));
        printRatios("processor time, alone : governed", medians(starts, Pair::processorTime));
    }

    private static void printRatios(String of, double[] ratios) {
        System.out.printf(
                "         %s: median %.3f, quartiles %.3f to %.3f, all %.3f to %.3f%n",
                of,
                quantile(ratios, 0.5),
                quantile(ratios, 0.25),
                quantile(ratios, 0.75),
                quantile(ratios, 0),
                quantile(ratios, 1));
    }

    /** Returns the median of each start, in ascending order. */
    private static double[] medians(List<List<Pair>> starts, ToDoubleFunction<Pair> value) {
        return starts.stream()
                .mapToDouble(pairs -> quantile(sorted(pairs, value), 0.5))
                .sorted()
                .toArray();
    }

    private static double[] sorted(List<Pair> pairs, ToDoubleFunction<Pair> value) {
        return pairs.stream().mapToDouble(value).sorted().toArray();
    }

    /** Returns a quantile, between the values where it falls between two. */
    private static double quantile(double[] sorted, double quantile) {
        double place = quantile * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
