package io.opensergo.governance.metrics;

import static io.opensergo.governance.Rules.breaker;
import static io.opensergo.governance.Rules.concurrency;
import static io.opensergo.governance.Rules.metadata;
import static io.opensergo.governance.Rules.on;
import static io.opensergo.governance.Rules.rate;
import static io.opensergo.governance.Rules.shadow;
import static io.opensergo.governance.Rules.slowBreaker;
import static io.opensergo.governance.Rules.throttling;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opensergo.api.time.ManualTicker;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.action.AttemptResult;
import io.opensergo.governance.quota.InMemoryGlobalQuota;
import io.opensergo.governance.routing.RequestView;
import io.opensergo.governance.routing.RouteActions;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.FaultInjection;
import io.opensergo.rules.traffic.HttpRetry;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.TrafficRouter;
import io.opensergo.testsupport.LogCapture;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class GovernorMetricsTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final Governor governor =
            Governor.builder().ticker(new ManualTicker()).rules(List.of()).build();
    private final GovernorMetrics metrics = new GovernorMetrics(governor);

    private double value(String name, String... tags) {
        return registry.get(name).tags(tags).meter().measure().iterator().next().getValue();
    }

    private static void request(Guard guard, Outcome outcome) {
        long token = guard.acquire();
        if (!Guard.isRefused(token)) {
            guard.release(token, outcome);
        }
    }

    @Test
    void countsPassedAndRejectedRequestsByStrategy() {
        governor.replaceRules(on("a", rate("limit", 2, SECOND), concurrency("slots", 9)));
        metrics.bindTo(registry);
        Guard guard = governor.guard("a");
        for (int i = 0; i < 5; i++) {
            request(guard, Outcome.SUCCESS);
        }

        assertThat(value("opensergo.guard.passed", "resource", "a")).isEqualTo(2);
        assertThat(value("opensergo.guard.rejected", "strategy", "limit")).isEqualTo(3);
        assertThat(value("opensergo.guard.rejected", "strategy", "slots")).isZero();
    }

    @Test
    void governorsInOneRegistryAreToldApartByTheirTags() {
        Governor other = Governor.builder().ticker(new ManualTicker()).build();
        governor.replaceRules(on("a", rate("limit", 2, SECOND)));
        other.replaceRules(on("a", rate("limit", 2, SECOND)));
        var ofOne = new GovernorMetrics(governor, Tags.of("app", "one"));
        var ofOther = new GovernorMetrics(other, Tags.of("app", "other"));
        ofOne.bindTo(registry);
        ofOther.bindTo(registry);

        request(governor.guard("a"), Outcome.SUCCESS);

        assertThat(value("opensergo.guard.passed", "app", "one", "resource", "a")).isEqualTo(1);
        assertThat(value("opensergo.guard.passed", "app", "other", "resource", "a")).isZero();
        assertThat(registry.getMeters())
                .allSatisfy(meter -> assertThat(meter.getId().getTag("app")).isNotNull());
        ofOne.close();
        ofOther.close();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void countsWhatAShadowWouldReject() {
        governor.replaceRules(on("a", rate(shadow("limit"), LimitMode.LOCAL, 2, SECOND)));
        metrics.bindTo(registry);
        for (int i = 0; i < 5; i++) {
            request(governor.guard("a"), Outcome.SUCCESS);
        }

        assertThat(value("opensergo.guard.shadow.rejected", "strategy", "limit")).isEqualTo(3);
        assertThat(value("opensergo.guard.passed", "resource", "a")).isEqualTo(5);
    }

    @Test
    void showsRequestsInFlightAndTheTimeTheyWaited() {
        governor.replaceRules(on("a", concurrency("slots", 9), throttling("pace", SECOND, SECOND)));
        metrics.bindTo(registry);
        governor.guard("a").acquire();
        governor.guard("a").acquire();

        assertThat(value("opensergo.guard.in.flight", "resource", "a"))
                .as("one of them waits")
                .isEqualTo(1);
        assertThat(value("opensergo.guard.waited", "resource", "a")).isEqualTo(1);
    }

    @Test
    void aCounterDoesNotFallWhenRequestsLeaveTheLine() {
        governor.replaceRules(on("a", throttling("pace", SECOND, SECOND)));
        metrics.bindTo(registry);
        Guard guard = governor.guard("a");
        guard.acquire();
        long waiting = guard.acquire();
        assertThat(value("opensergo.guard.passed", "resource", "a")).isEqualTo(2);
        assertThat(value("opensergo.guard.waited", "resource", "a")).isEqualTo(1);

        guard.withdraw(waiting);

        assertThat(value("opensergo.guard.passed", "resource", "a")).isEqualTo(2);
        assertThat(value("opensergo.guard.waited", "resource", "a")).isEqualTo(1);
        guard.acquire();
        assertThat(value("opensergo.guard.passed", "resource", "a")).isEqualTo(2);
    }

    @Test
    void countsFailedCallsAndShowsTheirRatioUntilTheBreakerOpens() {
        governor.replaceRules(on("a", breaker("breaker", "503")));
        metrics.bindTo(registry);
        Guard guard = governor.guard("a");

        request(guard, Outcome.SUCCESS);
        request(guard, Outcome.SUCCESS);
        request(guard, Outcome.failure("503"));
        request(guard, Outcome.failure("404"));
        assertThat(value("opensergo.breaker.failed", "strategy", "breaker")).isEqualTo(1);
        assertThat(value("opensergo.breaker.calls", "strategy", "breaker")).isEqualTo(4);
        assertThat(value("opensergo.breaker.ratio", "strategy", "breaker")).isEqualTo(0.25);

        request(guard, Outcome.failure("503"));
        request(guard, Outcome.failure("503"));
        request(guard, Outcome.failure("503"));

        assertThat(value("opensergo.breaker.state", "strategy", "breaker")).isEqualTo(2);
        assertThat(value("opensergo.breaker.failed", "strategy", "breaker")).isEqualTo(3);
        assertThat(value("opensergo.breaker.ratio", "strategy", "breaker")).isZero();
    }

    @Test
    void countsSlowCallsOfABreakerOnSlowCallsAndFollowsAnEdit() {
        var ticker = new ManualTicker();
        try (Governor timed =
                        Governor.builder()
                                .ticker(ticker)
                                .rules(on("a", slowBreaker("breaker", SECOND)))
                                .build();
                var ofTimed = new GovernorMetrics(timed)) {
            ofTimed.bindTo(registry);
            long token = timed.guard("a").acquire();
            ticker.advance(SECOND.plusMillis(1));
            timed.guard("a").release(token, Outcome.SUCCESS);
            assertThat(value("opensergo.breaker.slow", "strategy", "breaker")).isEqualTo(1);
            assertThat(value("opensergo.breaker.ratio", "strategy", "breaker")).isEqualTo(1);

            timed.replaceRules(on("a", breaker("breaker")));

            assertThat(registry.find("opensergo.breaker.slow").meter()).isNull();
            assertThat(registry.find("opensergo.breaker.failed").meter()).isNotNull();
        }
    }

    /** One of them would not be seen, and would take the other's meters away when it closes. */
    @Test
    void warnsOfTwoGovernorsWithTheSameTagsInOneRegistry() {
        metrics.bindTo(registry);
        try (var log = LogCapture.open();
                var second = new GovernorMetrics(governor, Tags.of("app", "other"));
                var third = new GovernorMetrics(governor)) {
            second.bindTo(registry);
            assertThat(log.linesOf(GovernorMetrics.class)).isEmpty();

            third.bindTo(registry);

            assertThat(log.linesOf(GovernorMetrics.class))
                    .singleElement()
                    .asString()
                    .contains("Give each GovernorMetrics tags of its own");
        }
    }

    @Test
    void showsTheStateOfABreaker() {
        governor.replaceRules(on("a", breaker("breaker")));
        metrics.bindTo(registry);
        assertThat(value("opensergo.breaker.state", "strategy", "breaker")).isZero();

        for (int i = 0; i < 2; i++) {
            request(governor.guard("a"), Outcome.failure(new IOException()));
        }

        assertThat(value("opensergo.breaker.state", "strategy", "breaker")).isEqualTo(2);
    }

    @Test
    void showsHowTheStoreOfGlobalLimitsFares() {
        var store = new InMemoryGlobalQuota();
        var limited =
                Governor.builder()
                        .rules(on("a", rate(metadata("limit"), LimitMode.GLOBAL, 9, SECOND)))
                        .globalQuota(store)
                        .build();
        new GovernorMetrics(limited).bindTo(registry);
        assertThat(value("opensergo.quota.down")).isZero();

        store.close();
        request(limited.guard("a"), Outcome.SUCCESS);

        assertThat(value("opensergo.quota.down")).isEqualTo(1);
        assertThat(value("opensergo.quota.failures")).isEqualTo(1);
    }

    @Test
    void countsWhatAShadowRouterWouldDecide() {
        var router =
                TrafficRouter.ofHttp(
                        shadow("trial"), List.of(), List.of(HttpRoute.builder().build()));
        governor.replaceRules(List.of(router));
        metrics.bindTo(registry);

        governor.route(RequestView.builder().build());

        assertThat(value("opensergo.route.shadow.matches", "router", "trial")).isEqualTo(1);
        governor.replaceRules(List.of());
        assertThat(registry.find("opensergo.route.shadow.matches").meter()).isNull();
    }

    @Test
    void followsThePlan() {
        metrics.bindTo(registry);
        assertThat(value("opensergo.plan.number")).isEqualTo(1);

        governor.replaceRules(on("a", rate(metadata("limit"), LimitMode.GLOBAL, 1, SECOND)));
        assertThat(value("opensergo.plan.number")).isEqualTo(2);
        assertThat(value("opensergo.plan.problems")).isEqualTo(1);
        assertThat(registry.find("opensergo.guard.passed").tag("resource", "a").meter())
                .isNotNull();

        governor.replaceRules(on("b", rate("limit", 1, SECOND)));
        assertThat(registry.find("opensergo.guard.passed").tag("resource", "a").meter()).isNull();
        assertThat(registry.find("opensergo.guard.rejected").tag("resource", "a").meters())
                .isEmpty();
        assertThat(registry.find("opensergo.guard.passed").tag("resource", "b").meter())
                .isNotNull();
    }

    @Test
    void keepsACounterWhenOnlyALimitIsEdited() {
        governor.replaceRules(on("a", rate("limit", 1, SECOND)));
        metrics.bindTo(registry);
        var counter = registry.find("opensergo.guard.passed").meter();

        governor.replaceRules(on("a", rate("limit", 2, SECOND)));

        assertThat(registry.find("opensergo.guard.passed").meter()).isSameAs(counter);
    }

    @Test
    void removesEveryMeterWhenClosed() {
        governor.replaceRules(on("a", rate("limit", 1, SECOND), breaker("breaker")));
        metrics.bindTo(registry);
        assertThat(registry.getMeters()).isNotEmpty();

        metrics.close();

        assertThat(registry.getMeters()).isEmpty();
        governor.replaceRules(on("b", rate("limit", 1, SECOND)));
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void countsFaultsRetriesAndCopiesOfRoutersAndWhatShadowsWouldHaveDone() {
        governor.replaceRules(List.of(asking(metadata("real")), asking(shadow("trial"))));
        metrics.bindTo(registry);
        for (int i = 0; i < 100; i++) {
            RouteActions actions = governor.route(RequestView.builder().build()).actions();
            actions.faults().nextAbort();
            actions.mirror().next();
            actions.retries().decide(0, AttemptResult.CONNECT_FAILURE, true, Long.MAX_VALUE);
        }

        assertThat(value("opensergo.route.aborted", "router", "real", "shadow", "false"))
                .isEqualTo(50);
        assertThat(value("opensergo.route.copied", "router", "real")).isEqualTo(100);
        assertThat(value("opensergo.route.retried", "router", "real")).isEqualTo(20);
        assertThat(value("opensergo.route.retries.refused", "router", "real")).isEqualTo(80);
        assertThat(value("opensergo.route.delayed", "router", "real")).isZero();
        assertThat(value("opensergo.route.aborted", "router", "trial", "shadow", "true")).isZero();
        governor.replaceRules(List.of(asking(shadow("trial"))));
        for (int i = 0; i < 100; i++) {
            governor.route(RequestView.builder().build());
        }
        assertThat(value("opensergo.route.aborted", "router", "trial")).isEqualTo(50);
        assertThat(value("opensergo.route.copied", "router", "trial")).isEqualTo(50);
        assertThat(registry.find("opensergo.route.copied").tags("router", "real").meter()).isNull();
        metrics.close();
        assertThat(registry.find("opensergo.route.copied").meter()).isNull();
    }

    private static TrafficRouter asking(Metadata metadata) {
        return TrafficRouter.ofHttp(
                metadata,
                List.of(),
                List.of(
                        HttpRoute.builder()
                                .fault(
                                        FaultInjection.builder()
                                                .abort(
                                                        FaultInjection.Abort.builder()
                                                                .httpStatus(503)
                                                                .ratio(0.5)
                                                                .build())
                                                .build())
                                .mirror(Destination.of("next"))
                                .retries(HttpRetry.builder().attempts(1).build())
                                .build()));
    }
}
