package io.opensergo.governance.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Instances in turn. */
class TurnsTest {

    @Test
    void groupsThatAlternateStillUseAllOfTheirInstances() {
        Turns turns = new Turns();
        List<String> v1 = List.of("a", "b");
        List<String> v2 = List.of("c", "d");
        Map<String, Integer> counts = new HashMap<>();

        for (int i = 0; i < 100; i++) {
            counts.merge(turns.next(i % 2 == 0 ? v1 : v2, i % 2 == 0 ? 1 : 2), 1, Integer::sum);
        }

        assertThat(counts).hasSize(4).allSatisfy((name, count) -> assertThat(count).isEqualTo(25));
    }

    /** The bounds are six standard deviations of a choice at random; the seed is fixed. */
    @Test
    void processesThatMakeOneRequestEachUseAllInstances() {
        var random = new Random(1);
        List<String> all = List.of("a", "b", "c", "d");
        Map<String, Integer> counts = new HashMap<>();

        for (int process = 0; process < 400; process++) {
            counts.merge(new Turns(random::nextInt).next(all, 1), 1, Integer::sum);
        }

        assertThat(counts).hasSize(4).allSatisfy((name, n) -> assertThat(n).isBetween(48, 152));
    }

    @Test
    void turnsGoOnWhenTheirCounterOverflows() {
        Turns turns = new Turns(() -> Integer.MAX_VALUE - 1);

        List<String> all = List.of("a", "b", "c", "d");

        for (int i = 0; i < 10; i++) {
            assertThat(turns.next(all, 0)).isIn(all);
        }
    }
}
