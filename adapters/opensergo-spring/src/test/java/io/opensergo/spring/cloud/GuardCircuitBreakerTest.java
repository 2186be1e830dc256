package io.opensergo.spring.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.governance.Governor;
import io.opensergo.governance.RequestRejectedException;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.rules.document.RuleReader;
import org.junit.jupiter.api.Test;
import org.springframework.cloud.client.circuitbreaker.CircuitBreaker;
import org.springframework.cloud.client.circuitbreaker.NoFallbackAvailableException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class GuardCircuitBreakerTest {

    private final Governor governor =
            Governor.of(
                    RuleReader.strict()
                            .read(
                                    """
                                    apiVersion: fault-tolerance.opensergo.io/v1alpha1
                                    kind: ConcurrencyLimitStrategy
                                    metadata: {name: one}
                                    spec: {maxConcurrency: 1, limitMode: Local}
                                    ---
                                    apiVersion: fault-tolerance.opensergo.io/v1alpha1
                                    kind: ThrottlingStrategy
                                    metadata: {name: line}
                                    spec: {minIntervalOfRequests: 60s, queueTimeout: 1h}
                                    ---
                                    apiVersion: fault-tolerance.opensergo.io/v1alpha1
                                    kind: FaultToleranceRule
                                    metadata: {name: stock}
                                    spec:
                                      targets: [{targetResourceName: stock}]
                                      strategies: [{name: one, kind: ConcurrencyLimitStrategy}]
                                    ---
                                    apiVersion: fault-tolerance.opensergo.io/v1alpha1
                                    kind: FaultToleranceRule
                                    metadata: {name: slow}
                                    spec:
                                      targets: [{targetResourceName: slow}]
                                      strategies: [{name: line, kind: ThrottlingStrategy}]
                                    """,
                                    "test")
                            .rules());
    private final GuardCircuitBreakerFactory factory = new GuardCircuitBreakerFactory(governor);
    private final ReactiveGuardCircuitBreakerFactory reactive =
            new ReactiveGuardCircuitBreakerFactory(governor);

    private static String name(Throwable error) {
        return error.getClass().getName();
    }

    private long inFlight() {
        return governor.stats("stock", TrafficDirection.INBOUND).inFlight();
    }

    @Test
    void aRefusalGoesToTheFallbackWithItsType() {
        CircuitBreaker breaker = factory.create("stock");

        String inner =
                breaker.run(
                        () -> breaker.run(() -> "made", GuardCircuitBreakerTest::name),
                        GuardCircuitBreakerTest::name);

        assertThat(inner).isEqualTo(RequestRejectedException.class.getName());
        assertThat(inFlight()).isZero();
    }

    @Test
    void withoutAFallbackTheCauseIsTheException() {
        CircuitBreaker breaker = factory.create("stock");

        assertThatThrownBy(() -> breaker.run(() -> breaker.run(() -> "made")))
                .isInstanceOf(NoFallbackAvailableException.class)
                .hasRootCauseInstanceOf(RequestRejectedException.class);
        assertThat(inFlight()).isZero();
    }

    @Test
    void anErrorIsThrownOnWithoutTheFallbackAndGivesItsPlaceBack() {
        CircuitBreaker breaker = factory.create("stock");

        assertThatThrownBy(
                        () ->
                                breaker.run(
                                        () -> {
                                            throw new StackOverflowError("on purpose");
                                        },
                                        GuardCircuitBreakerTest::name))
                .isInstanceOf(StackOverflowError.class);
        assertThat(inFlight()).isZero();
    }

    @Test
    void aCallerThatIsInterruptedInTheLineGetsTheFallbackAndStaysInterrupted() {
        CircuitBreaker breaker = factory.create("slow");
        assertThat(breaker.run(() -> "first", GuardCircuitBreakerTest::name)).isEqualTo("first");

        Thread.currentThread().interrupt();
        String second = breaker.run(() -> "second", GuardCircuitBreakerTest::name);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(second).isEqualTo(InterruptedException.class.getName());
    }

    @Test
    void anIdStandsForTheResourceThatIsConfigured() {
        factory.configureDefault(id -> "of-" + id);
        factory.configure(name -> name.of("stock"), "PricesClient#stock");

        assertThat(
                        factory.create("PricesClient#stock")
                                .run(
                                        () -> String.valueOf(inFlight()),
                                        GuardCircuitBreakerTest::name))
                .isEqualTo("1");
        assertThat(
                        factory.create("stock")
                                .run(
                                        () -> String.valueOf(inFlight()),
                                        GuardCircuitBreakerTest::name))
                .isEqualTo("0");
    }

    @Test
    void aReactiveBreakerGuardsEachSubscription() {
        var breaker = reactive.create("stock");
        Mono<String> guarded = breaker.run(Mono.fromCallable(() -> "" + inFlight()));

        assertThat(guarded.block()).isEqualTo("1");
        assertThat(guarded.block()).isEqualTo("1");
        assertThat(
                        breaker.run(
                                        Flux.defer(
                                                () ->
                                                        breaker.run(
                                                                Flux.just("made"),
                                                                error -> Flux.just("refused"))),
                                        Flux::error)
                                .collectList()
                                .block())
                .containsExactly("refused");
        assertThat(inFlight()).isZero();
    }
}
