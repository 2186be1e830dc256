package io.opensergo.governance.routing;

import static io.opensergo.governance.routing.Routers.router;
import static io.opensergo.governance.routing.Routers.seeded;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How the requests of a route are shared. */
class WeightsTest {

    private static RouteTable shared(long seed, Integer... weights) {
        List<RouteDestination> destinations = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            destinations.add(
                    RouteDestination.builder()
                            .destination(Destination.of("service", "" + i))
                            .weight(weights[i])
                            .build());
        }
        return seeded(seed, router(List.of(), HttpRoute.builder().route(destinations).build()));
    }

    private static int pick(RouteTable table) {
        return Integer.parseInt(table.route(RequestView.builder().build()).group().subset());
    }

    /** Returns how many of a number of requests each destination gets. */
    private static List<Integer> shares(int requests, Integer... weights) {
        RouteTable table = shared(requests, weights);
        Integer[] shares = new Integer[weights.length];
        Arrays.fill(shares, 0);
        for (int i = 0; i < requests; i++) {
            shares[pick(table)]++;
        }
        return List.of(shares);
    }

    @Test
    void aHundredRequestsHaveExactlyTheirPercentages() {
        assertThat(shares(100, 95, 5)).containsExactly(95, 5);
        assertThat(shares(100, 50, 50)).containsExactly(50, 50);
        assertThat(shares(100, 1, 33, 66)).containsExactly(1, 33, 66);
    }

    @Test
    void weightsAreRelative() {
        assertThat(shares(100, 300, 100)).containsExactly(75, 25);
        assertThat(shares(96, 3, 2, 1)).containsExactly(48, 32, 16);
    }

    @Test
    void weightsThatAreAllZeroAreEqual() {
        assertThat(shares(99, 0, 0, 0)).containsExactly(33, 33, 33);
    }

    @Test
    void zeroBesideOthersIsNever() {
        assertThat(shares(1_000, 0, 3, 1)).containsExactly(0, 750, 250);
        assertThat(shares(1_000, 0, 1, 0)).containsExactly(0, 1_000, 0);
    }

    @Test
    void aSingleDestinationGetsAllWhateverItsWeight() {
        assertThat(shares(10, (Integer) null)).containsExactly(10);
        assertThat(shares(10, 0)).containsExactly(10);
        assertThat(shares(10, 7)).containsExactly(10);
    }

    @Test
    void aWeightThatIsNotGivenIsZeroBesideOthers() {
        assertThat(shares(10, null, 4)).containsExactly(0, 10);
        assertThat(shares(100, null, null)).containsExactly(50, 50);
        assertThat(shares(100, null, 0)).containsExactly(50, 50);
    }

    /** The bounds are six standard deviations of a choice at random; the seeds are fixed. */
    @Test
    void manyProcessesOfFewRequestsTogetherKeepTheShares() {
        int canary = 0;
        for (int process = 0; process < 400; process++) {
            RouteTable table = shared(process, 95, 5);
            for (int i = 0; i < 11; i++) {
                canary += pick(table);
            }
        }

        assertThat(canary).isBetween(133, 307);
    }

    @Test
    void twoCallsOfAPageAreNotInLockStep() {
        RouteTable table = shared(1, 50, 50);
        int first = 0;
        int same = 0;
        for (int page = 0; page < 10_000; page++) {
            int one = pick(table);
            int other = pick(table);
            first += one;
            same += one == other ? 1 : 0;
        }

        assertThat(first).isBetween(4_700, 5_300);
        assertThat(same).isBetween(4_650, 5_250);
    }
}
