package io.opensergo.governance.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.routing.RoutingArbitraries.Scenario;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.HashMap;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsCoverage;

/** The compiled table against the obvious router, on random rules and requests. */
class RouteTableProperties {

    @Provide
    Arbitrary<Scenario> scenarios() {
        return RoutingArbitraries.scenarios();
    }

    @Property(tries = 3_000, seed = "20261124", shrinking = ShrinkingMode.OFF)
    void decidesAsALinearScanOfTheRecordsDoes(@ForAll("scenarios") Scenario scenario) {
        RouteTable table = scenario.compile();
        var reference = new ReferenceRouter(scenario.routers(), scenario.self());

        for (RequestView request : scenario.requests()) {
            HttpRoute expected = reference.route(request);
            assertThat(table.route(request).route()).as("%s", request).isSameAs(expected);
            Statistics.label("found").collect(expected != null);
        }
        Statistics.label("found").coverage(RouteTableProperties::bothOften);
    }

    @Property(tries = 1_500, seed = "20261125", shrinking = ShrinkingMode.OFF)
    void explainsWhatIsDecidedNext(@ForAll("scenarios") Scenario scenario) {
        RouteTable table = scenario.compile();

        for (RequestView request : scenario.requests()) {
            RouteDecision explained = table.explain(request).decision();
            assertThat(table.explain(request).decision()).isSameAs(explained);
            assertThat(table.route(request)).as("%s", request).isSameAs(explained);
        }
    }

    @Property(tries = 1_500, seed = "20261126", shrinking = ShrinkingMode.OFF)
    void countsForEachShadowWhatItWouldDecideIfItWereNone(@ForAll("scenarios") Scenario scenario) {
        RouteTable table = scenario.compile();
        var reference = new ReferenceRouter(scenario.routers(), scenario.self());
        Map<RuleId, Long> expected = new HashMap<>();

        for (RequestView request : scenario.requests()) {
            table.explain(request);
            table.route(request);
            for (TrafficRouter router : scenario.routers()) {
                if (router.metadata().isShadow()) {
                    boolean decides = reference.wouldDecide(router, request);
                    expected.merge(router.id(), decides ? 1L : 0L, Long::sum);
                    Statistics.label("taken").collect(decides);
                }
            }
        }
        Statistics.label("taken").coverage(RouteTableProperties::bothOften);

        assertThat(table.shadowMatches()).isEqualTo(expected);
    }

    /** A property proves little of what its samples hardly contain. */
    private static void bothOften(StatisticsCoverage coverage) {
        coverage.check(true).percentage(share -> share > 15);
        coverage.check(false).percentage(share -> share > 15);
    }
}
