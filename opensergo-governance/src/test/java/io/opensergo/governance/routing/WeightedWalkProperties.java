package io.opensergo.governance.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

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

    private static WeightedWalk walk(List<Integer> weights, long seed) {
        return new WeightedWalk(weights.stream().mapToLong(Integer::longValue).toArray(), seed);
    }

    private static long[] picks(WeightedWalk walk, int destinations, long count) {
        long[] picks = new long[destinations];
        for (long i = 0; i < count; i++) {
            picks[walk.next()]++;
        }
        return picks;
    }

    @Property(tries = 500, seed = "20261128")
    void eachCycleHasExactlyTheWeights(
            @ForAll("weights") List<Integer> weights, @ForAll long seed) {
        WeightedWalk walk = walk(weights, seed);
        long sum = weights.stream().mapToLong(Integer::longValue).sum();
        long[] expected = weights.stream().mapToLong(each -> each * walk.length() / sum).toArray();

        for (int cycle = 0; cycle < 5; cycle++) {
            assertThat(picks(walk, weights.size(), walk.length())).isEqualTo(expected);
        }
    }

    @Property(tries = 200, seed = "20261129")
    void aCycleIsAsShortAsFiftyPicksAllowAndTheWeightsNeed(
            @ForAll("weights") List<Integer> weights) {
        long sum = weights.stream().mapToLong(Integer::longValue).sum();

        assertThat(walk(weights, 0).length())
                .isGreaterThan(50)
                .isLessThanOrEqualTo(Math.max(100, sum));
    }

    @Property(tries = 200, seed = "20261130")
    void peekingTellsTheNextPickAndChangesNothing(
            @ForAll("weights") List<Integer> weights, @ForAll long seed) {
        WeightedWalk walk = walk(weights, seed);

        for (int i = 0; i < 200; i++) {
            int peeked = walk.peek();
            assertThat(walk.peek()).isEqualTo(peeked);
            assertThat(walk.next()).isEqualTo(peeked);
        }
    }

    @Example
    void theGreatestWeightsDoNotOverflow() {
        int most = Integer.MAX_VALUE;
        WeightedWalk walk = walk(List.of(most, most - 1, most, most - 2), 1);

        assertThat(LongStream.of(picks(walk, 4, 100_000)))
                .allMatch(each -> each > 24_000 && each < 26_000);
    }

    @Example
    void aRareDestinationIsPickedOncePerCycle() {
        WeightedWalk walk = walk(List.of(999_999, 1), 1);

        for (int cycle = 0; cycle < 3; cycle++) {
            assertThat(picks(walk, 2, 1_000_000)).containsExactly(999_999, 1);
        }
    }

    @Example
    void threadsTogetherGetExactlyTheWeights() throws Exception {
        WeightedWalk walk = walk(List.of(95, 5), 1);
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
