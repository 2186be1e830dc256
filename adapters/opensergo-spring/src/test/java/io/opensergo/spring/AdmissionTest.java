package io.opensergo.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.rules.document.RuleReader;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    @Test
    void aPlaceIsGivenBackOnce() {
        Governor governor =
                governor("ConcurrencyLimitStrategy", "maxConcurrency: 2, limitMode: Local");
        Guard guard = governor.guard("resource");
        var first = new Admission(guard, guard.acquire());
        var second = new Admission(guard, guard.acquire());

        first.end(Outcome.SUCCESS);
        first.end(Outcome.failure("500"));

        assertThat(guard.stats().inFlight()).isEqualTo(1);
        second.end(Outcome.CANCELLED);
        assertThat(guard.stats().inFlight()).isZero();
    }

    @Test
    void whoeverLeavesWhileItWaitsIsNotMade() {
        Governor governor =
                governor("ThrottlingStrategy", "minIntervalOfRequests: 100s, queueTimeout: 1000s");
        Guard guard = governor.guard("resource");
        var first = new Admission(guard, guard.acquire());
        var waiting = new Admission(guard, guard.acquire());
        assertThat(waiting.isWaiting()).isTrue();

        waiting.end(Outcome.CANCELLED);

        assertThat(waiting.proceed()).isNull();
        assertThat(waiting.hasEnded()).isTrue();
        assertThat(guard.stats().passed()).isEqualTo(1);
        first.end(Outcome.SUCCESS);
    }

    static Governor governor(String kind, String spec) {
        return Governor.of(
                RuleReader.strict()
                        .read(
                                """
                                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                                kind: %s
                                metadata: {name: strategy}
                                spec: {%s}
                                ---
                                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                                kind: FaultToleranceRule
                                metadata: {name: rule}
                                spec:
                                  targets: [{targetResourceName: resource}, {targetResourceName: 'GET:/paced'}]
                                  strategies: [{name: strategy, kind: %s}]
                                """
                                        .formatted(kind, spec, kind),
                                "test")
                        .rules());
    }
}
