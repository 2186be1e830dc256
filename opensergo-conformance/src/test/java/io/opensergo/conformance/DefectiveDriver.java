package io.opensergo.conformance;

import io.opensergo.conformance.cases.Application;
import io.opensergo.conformance.cases.Colour;
import io.opensergo.conformance.cases.GuardedRequest;
import io.opensergo.conformance.cases.HttpResponse;
import io.opensergo.conformance.cases.Load;
import io.opensergo.conformance.cases.Outcome;
import io.opensergo.conformance.cases.RouteRequest;
import io.opensergo.conformance.cases.RuleDocuments;
import io.opensergo.conformance.governor.GovernorDriver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An engine with a defect, or none. */
final class DefectiveDriver implements ConformanceDriver {

    /** What may be wrong with an implementation that is otherwise right. */
    enum Defect {
        FORGETS_STATE_ON_EDIT,
        IGNORES_EDITS,
        TIME_IS_TOO_FAST,
        TIME_IS_TOO_SLOW,
        REQUESTS_NEVER_END,
        EVERY_REQUEST_SUCCEEDS,
        EVERY_FAILURE_IS_UNNAMED,
        CANCELLATION_IS_FAILURE,
        CANCELLATION_IS_SUCCESS,
        SHADOW_IS_ENFORCED,
        WAIT_IS_NOT_TOLD,
        ASKS_ON_ARRIVAL_ONLY,
        NOBODY_LEAVES_THE_LINE,
        FALLBACK_HAS_NO_BODY,
        LOAD_IS_NOT_MEASURED,
        OUTBOUND_IS_INBOUND,
        RESOURCES_IGNORE_CASE,
        ROUTES_IGNORE_HEADERS,
        ROUTES_KNOW_NO_HOST,
        INSTANCES_ARE_NOT_SELECTED,
        COLOUR_HAS_NO_KEY,
        NOTHING_IS_DONE_BESIDES_ROUTING
    }

    private final Application application;
    private final @Nullable Defect defect;
    private GovernorDriver engine;
    private Duration now = Duration.ZERO;
    private boolean hasRules;

    DefectiveDriver(Application application, @Nullable Defect defect) {
        this.application = application;
        this.defect = defect;
        this.engine = newEngine();
    }

    private GovernorDriver newEngine() {
        return GovernorDriver.of(
                is(Defect.LOAD_IS_NOT_MEASURED)
                        ? new Application(
                                application.instances(),
                                Load.IDLE,
                                application.labels(),
                                application.namespace(),
                                application.gateways(),
                                application.services())
                        : application);
    }

    private boolean is(Defect other) {
        return defect == other;
    }

    @Override
    public Set<Feature> features() {
        return engine.features();
    }

    @Override
    public void applyRules(RuleDocuments rules) {
        if (is(Defect.FORGETS_STATE_ON_EDIT) && hasRules) {
            engine.close();
            engine = newEngine();
            engine.advanceTo(now);
        }
        if (!is(Defect.IGNORES_EDITS) || !hasRules) {
            engine.applyRules(
                    is(Defect.SHADOW_IS_ENFORCED)
                            ? new RuleDocuments(rules.text().replace("shadow", "enforce"))
                            : rules);
        }
        hasRules = true;
    }

    @Override
    public void changeLoad(Load load) {
        engine.changeLoad(load);
    }

    @Override
    public void advanceTo(Duration sinceStart) {
        now = sinceStart;
        int percent = is(Defect.TIME_IS_TOO_FAST) ? 120 : is(Defect.TIME_IS_TOO_SLOW) ? 80 : 100;
        engine.advanceTo(sinceStart.multipliedBy(percent).dividedBy(100));
    }

    @Override
    public Call begin(GuardedRequest request) {
        String resource = request.resource();
        Call call =
                engine.begin(
                        new GuardedRequest(
                                is(Defect.RESOURCES_IGNORE_CASE)
                                        ? resource.replace("Orders", "orders")
                                        : resource,
                                request.outbound() && !is(Defect.OUTBOUND_IS_INBOUND)));
        return new Call() {

            private boolean waits =
                    call.decision() instanceof Decision.Admitted admitted
                            && !admitted.delay().isZero();

            @Override
            public Decision decision() {
                return changed(call.decision());
            }

            @Override
            public Decision proceed() {
                waits = false;
                return is(Defect.ASKS_ON_ARRIVAL_ONLY) ? Decision.Admitted.AT_ONCE : call.proceed();
            }

            @Override
            public void end(Outcome outcome) {
                boolean stays = waits && is(Defect.NOBODY_LEAVES_THE_LINE);
                if (!is(Defect.REQUESTS_NEVER_END) && !stays) {
                    call.end(changed(outcome));
                }
            }
        };
    }

    private Decision changed(Decision decision) {
        if (decision instanceof Decision.Refused refused
                && refused.fallback() != null
                && is(Defect.FALLBACK_HAS_NO_BODY)) {
            HttpResponse response = refused.fallback();
            return new Decision.Refused(
                    refused.by(),
                    refused.strategy(),
                    refused.rule(),
                    refused.retryAfter(),
                    new HttpResponse(response.status(), null, response.headers()));
        }
        return decision instanceof Decision.Admitted && is(Defect.WAIT_IS_NOT_TOLD)
                ? Decision.Admitted.AT_ONCE
                : decision;
    }

    private Outcome changed(Outcome outcome) {
        boolean cancelled = outcome.type() == Outcome.Type.CANCELLED;
        if (is(Defect.EVERY_REQUEST_SUCCEEDS)
                || (cancelled && is(Defect.CANCELLATION_IS_SUCCESS))) {
            return Outcome.SUCCESS;
        }
        boolean unnamed = outcome.error() != null && is(Defect.EVERY_FAILURE_IS_UNNAMED);
        return unnamed || (cancelled && is(Defect.CANCELLATION_IS_FAILURE))
                ? new Outcome(Outcome.Type.ERROR, null)
                : outcome;
    }

    @Override
    public Routing route(RouteRequest request) {
        Routing routing =
                engine.route(
                        new RouteRequest(
                                is(Defect.ROUTES_KNOW_NO_HOST) ? null : request.host(),
                                request.method(),
                                request.path(),
                                request.scheme(),
                                request.authority(),
                                request.port(),
                                is(Defect.ROUTES_IGNORE_HEADERS) ? Map.of() : request.headers(),
                                request.query()));
        return new Routing(
                routing.target(),
                is(Defect.INSTANCES_ARE_NOT_SELECTED) ? List.of() : routing.instances(),
                is(Defect.COLOUR_HAS_NO_KEY) && routing.colour() != null
                        ? new Colour(routing.colour().name(), "")
                        : routing.colour(),
                is(Defect.NOTHING_IS_DONE_BESIDES_ROUTING) ? Map.of() : routing.actions());
    }

    @Override
    public void close() {
        engine.close();
    }
}
