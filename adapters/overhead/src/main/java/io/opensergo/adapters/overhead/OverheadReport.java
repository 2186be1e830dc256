package io.opensergo.adapters.overhead;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How much throughput does an adapter cost its framework at saturation?
 *
 * <p>The framework alone and the framework with the adapter, a guard and a route run in two
 * processes side by side that take turns: alone, governed, governed, alone, and so on, so that what
 * disturbs the machine disturbs both. Client and server are in one process, and share its cores. A
 * pair is two turns next to each other; its ratio is that of governed to alone.
 *
 * <p>Target: a median ratio of 0.95 or more.
 *
 * <p>Arguments: which of {@code dubbo}, {@code vertx} and {@code sentinel}, and perhaps how many
 * pairs (20).
 */
public final class OverheadReport {

    private static final Duration TURN = Duration.ofSeconds(2);
    private static final int WARM_UPS = 6;
    private static final int PAIRS = 20;

    private OverheadReport() {}

    /**
     * Measures, and prints what was found.
     *
     * @param args what to measure and how many pairs
     */
    public static void main(String[] args) throws Exception {
        List<LoadKind> kinds = new ArrayList<>();
        int pairs = PAIRS;
        for (String arg : args) {
            if (Character.isDigit(arg.charAt(0))) {
                pairs = Integer.parseInt(arg);
            } else {
                kinds.add(LoadKind.of(arg));
            }
        }
        for (LoadKind kind : kinds) {
            measure(kind, pairs);
        }
    }

    private static void measure(LoadKind kind, int pairs) throws Exception {
        try (var alone = new LoadProcess(kind, false);
                var governed = new LoadProcess(kind, true)) {
            for (int i = 0; i < WARM_UPS; i++) {
                alone.rate(TURN);
                governed.rate(TURN);
            }
            double[] aloneRates = new double[pairs];
            double[] governedRates = new double[pairs];
            for (int i = 0; i < pairs; i++) {
                if (i % 2 == 0) {
                    aloneRates[i] = alone.rate(TURN);
                    governedRates[i] = governed.rate(TURN);
                } else {
                    governedRates[i] = governed.rate(TURN);
                    aloneRates[i] = alone.rate(TURN);
                }
            }
            print(kind, aloneRates, governedRates);
        }
    }

    private static void print(LoadKind kind, double[] alone, double[] governed) throws IOException {
        double[] ratios = new double[alone.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = governed[i] / alone[i];
        }
        System.out.printf(
                "%-8s alone %,.0f/s, governed %,.0f/s; governed : alone median %.3f, quartiles %.3f to"
                        + " %.3f, all %.3f to %.3f, %d pairs%n",
                kind,
                quantile(alone, 0.5),
                quantile(governed, 0.5),
                quantile(ratios, 0.5),
                quantile(ratios, 0.25),
                quantile(ratios, 0.75),
                quantile(ratios, 0),
                quantile(ratios, 1),
                ratios.length);
    }

    private static double quantile(double[] values, double quantile) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.round(quantile * (sorted.length - 1))];
    }
}
