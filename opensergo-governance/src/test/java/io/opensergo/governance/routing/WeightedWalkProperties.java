package io.opensergo.governance.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Picks in exact proportion to weights. */
class WeightedWalkProperties {

    @Provide
    Arbitrary<List<Integer>> weights() {
        return Arbitraries.integers()
                .between(0, 60)
                .list()
                .ofMinSize(2)
                .ofMaxSize(6)
                .filter(weights -> weights.stream().filter(weight -> weight > 0).count() > 1);
    }

    private static WeightedWalk walk(List<Integer> weights) {
        return new WeightedWalk(weights.stream().mapToLong(Integer::longValue).toArray());
    }

    private static long divisor(List<Integer> weights, WeightedWalk walk) {
        return weights.stream().mapToLong(Integer::longValue).sum() / walk.total();
    }

    @Property(tries = 500, seed = "20261128")
    void anyRunOfTheTotalHasExactlyTheWeights(
            @ForAll("weights") List<Integer> weights, @ForAll @IntRange(max = 500) int start) {
        WeightedWalk walk = walk(weights);
        IntStream.range(0, start).forEach(i -> walk.next());

        long[] picks = new long[weights.size()];
        for (long i = 0; i < walk.total(); i++) {
            picks[walk.next()] += divisor(weights, walk);
        }

        assertThat(Arrays.stream(picks).boxed().map(Long::intValue)).isEqualTo(weights);
    }

    @Property(tries = 500, seed = "20261129")
    void noRunIsFarFromTheProportion(@ForAll("weights") List<Integer> weights) {
        WeightedWalk walk = walk(weights);
        double sum = weights.stream().mapToInt(Integer::intValue).sum();

        int[] picks = new int[weights.size()];
        for (int i = 1; i <= 2 * walk.total(); i++) {
            picks[walk.next()]++;
            for (int j = 0; j < picks.length; j++) {
                assertThat(picks[j] - i * weights.get(j) / sum).isBetween(-3.0, 3.0);
            }
        }
    }

    @Property(tries = 200, seed = "20261130")
    void peekingTellsTheNextPickAndChangesNothing(@ForAll("weights") List<Integer> weights) {
        WeightedWalk walk = walk(weights);

        for (int i = 0; i < 200; i++) {
            int peeked = walk.peek();
            assertThat(walk.peek()).isEqualTo(peeked);
            assertThat(walk.next()).isEqualTo(peeked);
        }
    }

    @Example
    void theGreatestWeightsDoNotOverflow() {
        int most = Integer.MAX_VALUE;
        WeightedWalk walk = walk(List.of(most, most - 1, most, most - 2));

        int[] picks = new int[4];
        for (int i = 0; i < 100_000; i++) {
            picks[walk.next()]++;
        }

        assertThat(Arrays.stream(picks)).allMatch(each -> each > 24_990 && each < 25_010);
    }

    @Example
    void aRareDestinationIsPickedOncePerTotal() {
        WeightedWalk walk = walk(List.of(999_999, 1));

        int rare = 0;
        for (int i = 0; i < 3_000_000; i++) {
            rare += walk.next();
        }

        assertThat(rare).isEqualTo(3);
    }

    @Example
    void threadsTogetherGetExactlyTheWeights() throws Exception {
        WeightedWalk walk = walk(List.of(95, 5));
        int threads = 4;
        int picksEach = 50_000;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            Callable<Integer> task =
                    () -> {
                        int second = 0;
                        for (int i = 0; i < picksEach; i++) {
                            second += walk.next();
                        }
                        return second;
                    };
            int second = 0;
            for (Future<Integer> each : executor.invokeAll(Collections.nCopies(threads, task))) {
                second += each.get();
            }

            assertThat(second).isEqualTo(threads * picksEach / 20);
        } finally {
            executor.shutdownNow();
        }
    }
}
