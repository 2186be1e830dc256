package io.opensergo.governance;

import static io.opensergo.governance.ServerSimulation.CALM_SECONDS;
import static io.opensergo.governance.ServerSimulation.MILLI;

import io.opensergo.governance.ServerSimulation.Mix;
import io.opensergo.governance.ServerSimulation.Outcome;
import io.opensergo.governance.ServerSimulation.Policy;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The loads under which ways to admit requests are compared, and what is looked at. */
final class OverloadTraces {

    private static final int OVERLOAD_SECONDS = 30;

    /** Until then a way may find out what the server can bear. */
    private static final int WARM_UP_SECONDS = 5;

    static final List<Mix> MIXES =
            List.of(
                    new Mix("20 ms", 20, random -> 20 * MILLI),
                    new Mix(
                            "10 to 30 ms",
                            20,
                            random -> 10 * MILLI + (long) (20 * MILLI * random.nextDouble())),
                    new Mix(
                            "20 ms, one in 400 of 1 ms",
                            20 - 19.0 / 400,
                            random -> random.nextInt(400) == 0 ? MILLI : 20 * MILLI),
                    new Mix(
                            "5 ms, one in 5 of 80 ms",
                            20,
                            random -> random.nextInt(5) == 0 ? 80 * MILLI : 5 * MILLI),
                    new Mix("Pareto, 1.5, of 6.7 ms to 1 s", 18.91, OverloadTraces::pareto));

    private OverloadTraces() {}

    private static long pareto(Random random) {
        double times = Math.pow(1 - random.nextDouble(), -1 / 1.5);
        return (long) (Math.min(6.667 * times, 1_000) * MILLI);
    }

    /**
     * What is looked at of a run.
     *
     * @param goodput good answers a second once warmed up, as a share of what the server can bear
     * @param worstSecond the fewest in a second, as a share of their mean
     * @param recoverySeconds how many whole seconds after the overload something is refused still
     */
    record Judgement(double goodput, double worstSecond, int recoverySeconds) {

        /** Returns the worse of each. */
        Judgement worse(Judgement other) {
            return new Judgement(
                    Math.min(goodput, other.goodput),
                    Math.min(worstSecond, other.worstSecond),
                    Math.max(recoverySeconds, other.recoverySeconds));
        }
    }

    /** Returns the worst of three runs with other arrivals. */
    static Judgement judge(
            Supplier<? extends Policy> policy, Mix mix, int processors, double overload) {
        return IntStream.of(7919, 15838, 23757)
                .mapToObj(
                        seed ->
                                judge(
                                        run(policy.get(), mix, processors, overload, seed),
                                        mix,
                                        processors))
                .reduce(Judgement::worse)
                .orElseThrow();
    }

    static Outcome run(Policy policy, Mix mix, int processors, double overload, long seed) {
        return new ServerSimulation(policy, mix, processors, overload, OVERLOAD_SECONDS, seed)
                .run();
    }

    private static Judgement judge(Outcome outcome, Mix mix, int processors) {
        int end = CALM_SECONDS + OVERLOAD_SECONDS;
        var good =
                IntStream.range(CALM_SECONDS + WARM_UP_SECONDS, end)
                        .map(second -> outcome.good().get(second))
                        .summaryStatistics();
        int recovered = end;
        while (recovered < outcome.refused().size() && outcome.refused().get(recovered) > 0) {
            recovered++;
        }
        return new Judgement(
                good.getAverage() / ServerSimulation.capacity(mix, processors),
                good.getMin() / Math.max(1, good.getAverage()),
                recovered - end);
    }
}
