package io.opensergo.governance;

import io.opensergo.api.DecisionReport;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.governance.ResourceStats.BreakerCalls;
import io.opensergo.governance.ResourceStats.StrategyStats;
import reactor.core.Disposable;

/**
 * Lets a control plane see what a governor decides, by what decisions count anyway, and takes from
 * it how many instances there are.
 */
final class DecisionReporting {

    private final Governor governor;
    private final Engine engine;

    private DecisionReporting(Governor governor) {
        this.governor = governor;
        this.engine = governor.engine();
    }

    /**
     * Begins.
     *
     * @param takesInstances whether limits are divided by the number of instances that report
     * @return what ends it
     */
    static Disposable start(
            Governor governor, OpenSergoClient client, Target target, boolean takesInstances) {
        var reporting = new DecisionReporting(governor);
        return client.reportDecisions(target, reporting::report)
                .subscribe(
                        instances -> {
                            if (takesInstances) {
                                reporting.take(instances);
                            }
                        },
                        error -> {}); // the client is closed, of which the rules tell
    }

    private void take(int instances) {
        boolean isNews = !engine.knowsInstances() || engine.instances() != instances;
        engine.setInstances(instances);
        if (isNews && governor.publisher().current().dependsOnInstances()) {
            governor.publisher().recompile();
        }
    }

    private DecisionReport report() {
        Plan plan = governor.plan();
        return new DecisionReport(
                engine.honoured().keySet(),
                plan.number(),
                plan.versions(),
                plan.problems().stream()
                        .map(
                                each ->
                                        new DecisionReport.Problem(
                                                each.type().name(), each.rule(), each.message()))
                        .toList(),
                governor.stats().stream().map(DecisionReporting::resource).toList());
    }

    private static DecisionReport.Resource resource(ResourceStats stats) {
        return new DecisionReport.Resource(
                stats.resource(),
                stats.direction() == TrafficDirection.OUTBOUND,
                stats.passed(),
                stats.rejected(),
                stats.waited(),
                stats.inFlight(),
                stats.strategies().stream().map(DecisionReporting::strategy).toList());
    }

    private static DecisionReport.Strategy strategy(StrategyStats stats) {
        BreakerCalls calls = stats.calls();
        BreakerState breaker = stats.breaker();
        return new DecisionReport.Strategy(
                stats.rule() == null ? "" : stats.rule(),
                stats.kind().documentName(),
                stats.strategy(),
                stats.shadow(),
                stats.rejected(),
                stats.shadowRejected(),
                calls == null || calls.slow() ? 0 : calls.bad(),
                calls == null || !calls.slow() ? 0 : calls.bad(),
                breaker == null ? null : DecisionReport.Breaker.valueOf(breaker.name()));
    }
}
