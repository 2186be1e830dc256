package io.opensergo.governance.internal.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class InFlightProperties {

    private static final int RELEASE = -1;
    private static final int ACQUIRE_UNBOUNDED = -2;

    /** A step is a bound to acquire under, or one of the two constants. */
    @Property(tries = 150, seed = "1621", edgeCases = EdgeCasesMode.NONE)
    void admitsExactlyUpToTheBoundOfEachRequest(@ForAll("steps") List<Integer> steps) {
        InFlight inFlight = new InFlight();
        int expected = 0;

        for (int step : steps) {
            if (step == RELEASE) {
                if (expected > 0) {
                    inFlight.release();
                    expected--;
                }
            } else if (step == ACQUIRE_UNBOUNDED) {
                inFlight.acquire();
                expected++;
            } else {
                boolean fits = expected < step;
                assertThat(inFlight.tryAcquire(step)).isEqualTo(fits);
                expected += fits ? 1 : 0;
            }
            assertThat(inFlight.count()).isEqualTo(expected);
        }
    }

    @Provide
    Arbitrary<List<Integer>> steps() {
        return Arbitraries.integers().between(ACQUIRE_UNBOUNDED, 6).list().ofMaxSize(80);
    }
}
