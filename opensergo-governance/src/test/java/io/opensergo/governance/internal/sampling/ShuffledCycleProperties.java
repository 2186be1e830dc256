package io.opensergo.governance.internal.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

/** Every number once in a cycle, in an order that is random for each cycle and seed. */
class ShuffledCycleProperties {

    private static long[] picks(ShuffledCycle cycle, long count) {
        return LongStream.range(0, count).map(i -> cycle.next()).toArray();
    }

    @Property(tries = 500, seed = "20261131")
    void eachCycleHasEachNumberOnce(
            @ForAll @LongRange(min = 1, max = 5_000) long length, @ForAll long seed) {
        var cycle = new ShuffledCycle(length, seed);

        for (int i = 0; i < 3; i++) {
            long[] picks = picks(cycle, length);
            Arrays.sort(picks);
            assertThat(picks).isEqualTo(LongStream.range(0, length).toArray());
        }
    }

    @Property(tries = 200, seed = "20261132")
    void theSameSeedGivesTheSameOrderAndAnotherOneAnother(@ForAll long seed) {
        long[] picks = picks(new ShuffledCycle(100, seed), 100);

        assertThat(picks(new ShuffledCycle(100, seed), 100)).isEqualTo(picks);
        assertThat(picks(new ShuffledCycle(100, seed + 1), 100)).isNotEqualTo(picks);
    }

    @Property(tries = 500, seed = "20261133")
    void aLengthIsAMultipleOfTheUnitThatIsNeitherShortNorLongerThanNeeded(
            @ForAll @LongRange(min = 1, max = 300) long unit) {
        long length = ShuffledCycle.lengthFor(unit);

        assertThat(length % unit).isZero();
        assertThat(length).isGreaterThan(50).isLessThanOrEqualTo(Math.max(100, unit));
    }

    @Example
    void anOrderDoesNotComeAgain() {
        Set<String> orders = new HashSet<>();
        for (int seed = 0; seed < 100; seed++) {
            var cycle = new ShuffledCycle(60, seed);
            for (int i = 0; i < 100; i++) {
                orders.add(Arrays.toString(picks(cycle, 60)));
            }
        }

        assertThat(orders).hasSize(10_000);
    }

    /** Chi-squared with 99 degrees of freedom is 99 on average; 150 is more than 3.6 deviations. */
    @Example
    void everyNumberIsAsLikelyAtTheBeginningOfACycle() {
        int cycles = 100_000;
        int length = 100;
        for (int place : new int[] {0, 1, 50, 99}) {
            long[] counts = new long[length];
            var cycle = new ShuffledCycle(length, 7);
            for (int i = 0; i < cycles; i++) {
                counts[(int) picks(cycle, length)[place]]++;
            }

            double expected = (double) cycles / length;
            double chiSquared = 0;
            for (long count : counts) {
                chiSquared += (count - expected) * (count - expected) / expected;
            }
            assertThat(chiSquared).isBetween(50.0, 150.0);
        }
    }

    /** As for numbers drawn without putting back: 49 of the 99 others are in the same half. */
    @Example
    void aPickTellsLittleOfTheNext() {
        var cycle = new ShuffledCycle(100, 3);
        int same = 0;
        int pairs = 100_000;
        for (int i = 0; i < pairs; i++) {
            boolean first = cycle.next() < 50;
            boolean second = cycle.next() < 50;
            same += first == second ? 1 : 0;
        }

        assertThat(same / (double) pairs).isBetween(0.485, 0.505);
    }

    @Example
    void theLongestCycleDoesNotOverflow() {
        long length = 1L << 40;
        var cycle = new ShuffledCycle(length - 1, 1);

        assertThat(LongStream.of(picks(cycle, 10_000)))
                .allMatch(each -> each >= 0 && each < length - 1)
                .doesNotHaveDuplicates();
    }
}
