package io.opensergo.governance.routing;

import static io.opensergo.governance.routing.Routers.router;
import static io.opensergo.governance.routing.Routers.table;
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

    /** Returns how many of a number of requests each destination gets. */
    private static List<Integer> shares(int requests, Integer... weights) {
        List<RouteDestination> destinations = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            destinations.add(
                    new RouteDestination(Destination.of("service", "" + i), weights[i], null));
        }
        RouteTable table =
                table(router(List.of(), HttpRoute.builder().route(destinations).build()));
        Integer[] shares = new Integer[weights.length];
        Arrays.fill(shares, 0);
        for (int i = 0; i < requests; i++) {
            RouteDecision decision = table.route(RequestView.builder().build());
            shares[Integer.parseInt(decision.group().subset())]++;
        }
        return List.of(shares);
    }

    @Test
    void weightsAreRelative() {
        assertThat(shares(100, 95, 5)).containsExactly(95, 5);
        assertThat(shares(4, 300, 100)).containsExactly(3, 1);
        assertThat(shares(6, 3, 2, 1)).containsExactly(3, 2, 1);
    }

    @Test
    void weightsThatAreAllZeroAreEqual() {
        assertThat(shares(9, 0, 0, 0)).containsExactly(3, 3, 3);
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
        assertThat(shares(10, null, null)).containsExactly(5, 5);
        assertThat(shares(10, null, 0)).containsExactly(5, 5);
    }

    @Test
    void picksOfADestinationAreSpread() {
        assertThat(shares(10, 50, 50)).containsExactly(5, 5);
        assertThat(shares(10, 80, 20)).containsExactly(8, 2);
    }
}
