package io.opensergo.governance.routing;

import static io.opensergo.governance.routing.Routers.router;
import static io.opensergo.governance.routing.Routers.table;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** How many copies of calls there may be at a time. */
class MirrorBudgetTest {

    private final MirrorBudget budget = new MirrorBudget();
    private final RouteActions copied = copied(1, Duration.ZERO);

    private static RouteActions copied(double ratio, Duration timeout) {
        HttpRoute route =
                HttpRoute.builder()
                        .route(List.of(RouteDestination.of(Destination.of("service"))))
                        .mirror(Destination.of("next"))
                        .mirrorRatio(ratio)
                        .timeout(timeout)
                        .build();
        return table(router("r", List.of("service"), route))
                .route(RequestView.builder().host("service").build())
                .actions();
    }

    private MirrorBudget.Copy begin(RouteActions actions) {
        return Objects.requireNonNull(budget.begin(actions));
    }

    @Test
    void aCallIsCopiedIfItsRouteSaysSoOfIt() {
        assertThat(begin(copied).mirror()).hasToString("next");
        assertThat(budget.begin(copied(0, Duration.ZERO))).isNull();
        assertThat(budget.begin(RouteActions.NONE)).isNull();
        assertThat(budget.underWay()).isEqualTo(1);
    }

    @Test
    void aCopyHasTheTimeOfItsCallOrElseTheUsualOne() {
        assertThat(begin(copied(1, Duration.ofMillis(7))).limitNanos()).isEqualTo(7_000_000);
        assertThat(begin(copied).limitNanos()).isEqualTo(MirrorBudget.USUAL_TIME.toNanos());
    }

    @Test
    void noMoreCopiesThanTheMostAreUnderWay() {
        MirrorBudget.Copy first = begin(copied);
        for (int i = 1; i < MirrorBudget.MAX; i++) {
            begin(copied);
        }
        assertThat(budget.begin(copied)).isNull();

        first.end(null);

        assertThat(budget.begin(copied)).isNotNull();
        assertThat(budget.underWay()).isEqualTo(MirrorBudget.MAX);
    }

    @Test
    void aCopyEndsOnce() {
        begin(copied);
        MirrorBudget.Copy copy = begin(copied);
        assertThat(copy.isOver()).isFalse();

        copy.end(new IOException("the line broke"));
        copy.end(null);

        assertThat(copy.isOver()).isTrue();
        assertThat(budget.underWay()).isEqualTo(1);
    }
}
