package io.opensergo.conformance;

import io.opensergo.conformance.cases.Action;
import io.opensergo.conformance.cases.Application;
import io.opensergo.conformance.cases.ConformanceCase;
import io.opensergo.conformance.cases.Expectation;
import io.opensergo.conformance.cases.Load;
import io.opensergo.conformance.cases.Outcome;
import io.opensergo.conformance.cases.RouteExpectation;
import io.opensergo.conformance.cases.Step;
import java.util.EnumSet;
import java.util.Set;

/** Finds which features a case needs. For one use. */
final class Features {

    private final Set<Feature> needed = EnumSet.noneOf(Feature.class);

    private Features() {}

    static Set<Feature> neededBy(ConformanceCase conformanceCase) {
        var features = new Features();
        features.addIf(conformanceCase.exactTime(), Feature.EXACT_TIME);
        features.add(conformanceCase.application());
        conformanceCase.steps().stream().map(Step::action).forEach(features::add);
        return features.needed;
    }

    private void addIf(boolean condition, Feature feature) {
        if (condition) {
            needed.add(feature);
        }
    }

    private void add(Application application) {
        addIf(application.instances() != 1, Feature.INSTANCES);
        addIf(!application.load().equals(Load.IDLE), Feature.LOAD);
        addIf(!application.services().isEmpty(), Feature.INSTANCE_SELECTION);
        addIf(!application.labels().isEmpty(), Feature.WORKLOAD_IDENTITY);
        addIf(application.namespace() != null, Feature.WORKLOAD_IDENTITY);
        addIf(!application.gateways().isEmpty(), Feature.WORKLOAD_IDENTITY);
    }

    private void add(Action action) {
        addIf(action instanceof Action.ChangeLoad, Feature.LOAD);
        addIf(action instanceof Action.Send, Feature.GUARDING);
        addIf(action instanceof Action.Route, Feature.ROUTING);
        if (action instanceof Action.Route route
                && route.expected() instanceof RouteExpectation.Each each) {
            addIf(each.colour() != null, Feature.COLOURING);
            addIf(!each.actions().isEmpty(), Feature.ROUTE_ACTIONS);
        }
        if (action instanceof Action.Route route) {
            addIf(route.expected() instanceof RouteExpectation.Happens, Feature.ROUTE_ACTIONS);
        }
        if (action instanceof Action.Send send) {
            addIf(send.request().outbound(), Feature.OUTBOUND);
            add(send.outcome());
            add(send.expected());
        } else if (action instanceof Action.End end) {
            add(end.outcome());
        }
    }

    private void add(Outcome outcome) {
        addIf(outcome.error() != null, Feature.ERROR_TYPE);
        addIf(outcome.type() == Outcome.Type.CANCELLED, Feature.CANCELLATION);
    }

    private void add(Expectation expectation) {
        if (expectation instanceof Expectation.Admitted admitted) {
            addIf(!admitted.delay().isZero(), Feature.WAITING);
        } else if (expectation instanceof Expectation.Refused refused) {
            addIf(refused.by() != null || refused.strategy() != null, Feature.REASON);
            addIf(refused.rule() != null, Feature.REASON);
            addIf(refused.retryAfter() != null, Feature.RETRY_AFTER);
            addIf(refused.fallback() != null, Feature.FALLBACK);
        }
    }
}
