package io.opensergo.dubbo;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.StrategyKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A call that one of its two guards makes wait. */
class GuardedCallTest {

    private final ManualTicker ticker = new ManualTicker();

    private Guard service = Governor.of().guard("service");
    private Guard method = service;

    /** Puts a strategy on the service and one on the method, each written as {@code Kind: spec}. */
    private void rules(String ofService, String ofMethod) {
        List<Rule> rules = new ArrayList<>(strategy("service", ofService));
        rules.addAll(strategy("method", ofMethod));
        Governor governor = Governor.builder().rules(rules).ticker(ticker).build();
        service = governor.guard("service");
        method = governor.guard("method");
    }

    private static List<Rule> strategy(String resource, String strategy) {
        String kind = strategy.substring(0, strategy.indexOf(':'));
        return Rules.read(
                """
                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                kind: %2$s
                metadata: {name: of-%1$s, labels: {app: shop}}
                spec: %3$s
                ---
                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                kind: FaultToleranceRule
                metadata: {name: protect-%1$s, labels: {app: shop}}
                spec:
                  targets: [{targetResourceName: "%1$s"}]
                  strategies: [{name: of-%1$s, kind: %2$s}]
                """
                        .formatted(resource, kind, strategy.substring(kind.length() + 1)));
    }

    private static final String PACE =
            "ThrottlingStrategy: {minIntervalOfRequests: 1s, queueTimeout: 10s}";
    private static final String ONE_AT_A_TIME =
            "ConcurrencyLimitStrategy: {limitMode: Local, maxConcurrency: 1}";
    private static final String TWO_AN_HOUR =
            "RateLimitStrategy: {metricType: RequestAmount, limitMode: Local, threshold: 2,"
                    + " statDurationSeconds: 3600}";
    private static final String BREAKER =
            "CircuitBreakerStrategy: {strategy: ErrorRequestRatio, triggerRatio: 50%,"
                    + " statDuration: 60s, recoveryTimeout: 60s, minRequestAmount: 1}";

    private GuardedCall waiting() {
        var call =
                new GuardedCall(
                        new Outcomes(true), service, service.acquire(), method, method.acquire());
        assertThat(call.waits()).isTrue();
        return call;
    }

    private void pass() {
        service.release(service.acquire(), Outcome.SUCCESS);
        method.release(method.acquire(), Outcome.SUCCESS);
    }

    @Test
    void holdsNoSlotOfTheOtherGuardWhileItWaits() {
        rules(ONE_AT_A_TIME, PACE);
        pass();

        GuardedCall call = waiting();

        assertThat(service.stats().inFlight()).isZero();
        ticker.advanceNanos(call.waitNanos());
        assertThat(call.resume()).isNull();
        assertThat(service.stats().inFlight()).isEqualTo(1);
    }

    @Test
    void asksTheBreakerOfTheOtherGuardWhenItsTurnHasCome() {
        rules(BREAKER, PACE);
        pass();
        GuardedCall call = waiting();
        service.release(service.acquire(), Outcome.failure("UNAVAILABLE"));
        ticker.advanceNanos(call.waitNanos());

        assertThat(call.resume().kind()).isEqualTo(StrategyKind.CIRCUIT_BREAKER);

        assertThat(Duration.ofNanos(method.waitNanos(method.acquire()))).isEqualTo(Duration.ZERO);
    }

    @Test
    void givesBackThePermitOfTheServiceIfItIsGivenUpInTheLineOfTheMethod() {
        rules(TWO_AN_HOUR, PACE);
        pass();
        long token = service.acquire();
        var call = new GuardedCall(new Outcomes(true), service, token, method, method.acquire());
        assertThat(call.waits()).isTrue();
        assertThat(Guard.isRefused(service.acquire())).isTrue();

        call.withdraw();

        assertThat(Guard.isRefused(service.acquire())).isFalse();
        assertThat(Guard.isRefused(service.acquire())).isTrue();
    }

    @Test
    void leavesBothLinesIfItIsGivenUp() {
        rules(PACE, PACE);
        pass();
        GuardedCall call = waiting();
        GuardedCall behind = waiting();
        assertThat(behind.waitNanos()).isEqualTo(2_000_000_000L);

        call.withdraw();

        assertThat(waiting().waitNanos()).isEqualTo(1_000_000_000L);
    }
}
