package io.opensergo.conformance.governor;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.conformance.ConformanceDriver;
import io.opensergo.conformance.Decision;
import io.opensergo.conformance.Feature;
import io.opensergo.conformance.Routing;
import io.opensergo.conformance.cases.Application;
import io.opensergo.conformance.cases.GuardedRequest;
import io.opensergo.conformance.cases.HttpResponse;
import io.opensergo.conformance.cases.Load;
import io.opensergo.conformance.cases.Outcome;
import io.opensergo.conformance.cases.RouteRequest;
import io.opensergo.conformance.cases.RuleDocuments;
import io.opensergo.governance.Governor;
import io.opensergo.governance.GovernorBuilder;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Rejection;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction.Header;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction.ProvidedResponse;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Drives a governor whose time stands still between steps. For one thread. */
public final class GovernorDriver implements ConformanceDriver {

    /** Any one: weighted picks shall be the same in each run. */
    private static final long SEED = 1;

    private final ManualTicker ticker = new ManualTicker();
    private final SettableLoad load;
    private final RuleDelivery delivery;
    private final Governor governor;
    private final GovernorRouting routing;
    private Duration now = Duration.ZERO;

    private GovernorDriver(Application application, RuleDelivery delivery) {
        this.load = new SettableLoad(application.load());
        this.delivery = delivery;
        GovernorBuilder settings =
                Governor.builder()
                        .ticker(ticker)
                        .loadMetrics(load)
                        .seed(SEED)
                        .workload(GovernorRouting.workload(application));
        if (application.instances() > 1) {
            settings.instances(application::instances);
        }
        delivery.connect(settings);
        this.governor = settings.build();
        this.routing = new GovernorRouting(governor, application);
    }

    /** Returns a driver of a new governor, which is given its rules directly. */
    public static GovernorDriver of(Application application) {
        return of(application, RuleDelivery.direct());
    }

    /** Returns a driver of a new governor. The delivery is closed with it. */
    public static GovernorDriver of(Application application, RuleDelivery delivery) {
        return new GovernorDriver(application, delivery);
    }

    /** Returns the governor. */
    public Governor governor() {
        return governor;
    }

    /** Returns everything that a case may need. */
    @Override
    public Set<Feature> features() {
        return EnumSet.allOf(Feature.class);
    }

    @Override
    public void applyRules(RuleDocuments rules) {
        delivery.deliver(rules, governor);
    }

    /** Waits until the load has been measured, which may be a second if rules ask for it. */
    @Override
    public void changeLoad(Load newLoad) {
        load.change(newLoad);
    }

    @Override
    public void advanceTo(Duration sinceStart) {
        ticker.advance(sinceStart.minus(now));
        now = sinceStart;
    }

    @Override
    public Call begin(GuardedRequest request) {
        var direction = request.outbound() ? TrafficDirection.OUTBOUND : TrafficDirection.INBOUND;
        Guard guard = governor.guard(request.resource(), direction);
        long token = guard.acquire();
        return new GuardedCall(guard, token);
    }

    @Override
    public Routing route(RouteRequest request) {
        return routing.route(request);
    }

    private static Decision decision(Guard guard, long token) {
        return Guard.isRefused(token)
                ? refused(guard.rejection(token))
                : new Decision.Admitted(Duration.ofNanos(guard.waitNanos(token)));
    }

    /** Returns a refusal as the decision it is. */
    public static Decision refused(Rejection rejection) {
        return new Decision.Refused(
                rejection.kind(),
                rejection.strategy(),
                rejection.rule(),
                rejection.retryAfter(),
                response(rejection.fallback()));
    }

    private static @Nullable HttpResponse response(@Nullable HttpRequestFallbackAction action) {
        if (action == null) {
            return null;
        }
        ProvidedResponse response = action.behaviorDesc();
        return new HttpResponse(
                response.responseStatusCode(),
                response.responseContentBody(),
                response.responseAdditionalHeaders().stream()
                        .collect(Collectors.toMap(Header::key, Header::value)));
    }

    @Override
    public void close() {
        governor.close();
        delivery.close();
    }

    private static final class GuardedCall implements Call {

        private final Guard guard;
        private final Decision decision;
        private long token;

        GuardedCall(Guard guard, long token) {
            this.guard = guard;
            this.token = token;
            this.decision = GovernorDriver.decision(guard, token);
        }

        @Override
        public Decision decision() {
            return decision;
        }

        @Override
        public Decision proceed() {
            token = guard.proceed(token);
            return GovernorDriver.decision(guard, token);
        }

        @Override
        public void end(Outcome outcome) {
            guard.release(token, outcomeOf(outcome));
        }

        private static io.opensergo.governance.Outcome outcomeOf(Outcome outcome) {
            return switch (outcome.type()) {
                case SUCCESS -> io.opensergo.governance.Outcome.SUCCESS;
                case CANCELLED -> io.opensergo.governance.Outcome.CANCELLED;
                case ERROR ->
                        outcome.error() == null
                                ? io.opensergo.governance.Outcome.failure(new RuntimeException())
                                : io.opensergo.governance.Outcome.failure(outcome.error());
            };
        }
    }
}
