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
 * of processor time a request, alone to governed, which is what throughput is bound by and which
 * neighbours on the machine disturb less. After some pairs both processes are replaced, since no
 * two processes compile alike.
 *
 * <p>Target: a median ratio of 0.95 or more.
 *
 * <p>Arguments: which of {@code dubbo}, {@code vertx} and {@code sentinel}, and perhaps how many
 * times new processes are started (5).
 */
public final class OverheadReport {

    private static final Duration TURN = Duration.ofSeconds(2);
    private static final int WARM_UPS = 16;
    private static final int PAIRS = 6;
    private static final int FORKS = 5;

    private OverheadReport() {}

    /**
     * Measures, and prints what was found.
     *
     * @param args what to measure and how many times in new processes
     */
    public static void main(String[] args) throws Exception {
        List<LoadKind> kinds = new ArrayList<>();
        int forks = FORKS;
        for (String arg : args) {
            if (Character.isDigit(arg.charAt(0))) {
                forks = Integer.parseInt(arg);
            } else {
                kinds.add(LoadKind.of(arg));
            }
        }
        for (LoadKind kind : kinds) {
            List<Pair> pairs = new ArrayList<>();
            for (int i = 0; i < forks; i++) {
                pairs.addAll(measure(kind));
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
            for (int i = 0; i < WARM_UPS; i++) {
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

    private static void print(LoadKind kind, List<Pair> pairs) {
        System.out.printf(
                "%-8s %d pairs; alone %,.0f/s, %,.0f ns of processor time a request; governed %,.0f/s,"
                        + " %,.0f ns%n",
                kind,
                pairs.size(),
                median(pairs, pair -> pair.alone().rate()),
                median(pairs, pair -> pair.alone().cpuNanos()),
                median(pairs, pair -> pair.governed().rate()),
                median(pairs, pair -> pair.governed().cpuNanos()));
        printRatios("throughput, governed : alone", pairs, Pair::throughput);
        printRatios("processor time, alone : governed", pairs, Pair::processorTime);
    }

    private static void printRatios(String of, List<Pair> pairs, ToDoubleFunction<Pair> ratio) {
        double[] sorted = sorted(pairs, ratio);
        System.out.printf(
                "         %s: median %.3f, quartiles %.3f to %.3f, all %.3f to %.3f%n",
                of,
                quantile(sorted, 0.5),
                quantile(sorted, 0.25),
                quantile(sorted, 0.75),
                quantile(sorted, 0),
                quantile(sorted, 1));
    }

    private static double median(List<Pair> pairs, ToDoubleFunction<Pair> value) {
        return quantile(sorted(pairs, value), 0.5);
    }

    private static double[] sorted(List<Pair> pairs, ToDoubleFunction<Pair> value) {
        return pairs.stream().mapToDouble(value).sorted().toArray();
    }

    private static double quantile(double[] sorted, double quantile) {
        return sorted[(int) Math.round(quantile * (sorted.length - 1))];
    }
}
