package io.opensergo.governance;

import static io.opensergo.governance.Rules.breaker;
import static io.opensergo.governance.Rules.concurrency;
import static io.opensergo.governance.Rules.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.rules.faulttolerance.Strategy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

/**
 * Requests whose result says how they ended: here a status, of which 500 and above are failures.
 */
class ResultOutcomeTest {

    private static Outcome byStatus(int status) {
        return status >= 500 ? Outcome.failure(Integer.toString(status)) : Outcome.SUCCESS;
    }

    /** The ways to make a request that returns a status. */
    enum Way {
        CALL {
            @Override
            int request(Guard guard, int status, Function<Integer, Outcome> outcomeOf)
                    throws Exception {
                return guard.call(() -> status, outcomeOf);
            }
        },
        STAGE {
            @Override
            int request(Guard guard, int status, Function<Integer, Outcome> outcomeOf) {
                return guard.callStage(() -> CompletableFuture.completedStage(status), outcomeOf)
                        .toCompletableFuture()
                        .join();
            }
        },
        MONO {
            @Override
            int request(Guard guard, int status, Function<Integer, Outcome> outcomeOf) {
                return guard.protect(Mono.just(status), outcomeOf).block();
            }
        };

        abstract int request(Guard guard, int status, Function<Integer, Outcome> outcomeOf)
                throws Exception;
    }

    private static Guard guard(Strategy... strategies) {
        return Governor.builder()
                .rules(on("a", strategies))
                .ticker(new ManualTicker())
                .build()
                .guard("a");
    }

    private static BreakerState breakerOf(Guard guard) {
        return guard.stats().strategies().get(0).breaker();
    }

    @ParameterizedTest
    @EnumSource
    void aResultThatIsAFailureOpensTheBreakerAndIsReturned(Way way) throws Exception {
        Guard guard = guard(breaker("errors"));

        for (int i = 0; i < 2; i++) {
            assertThat(way.request(guard, 503, ResultOutcomeTest::byStatus)).isEqualTo(503);
        }

        assertThat(breakerOf(guard)).isEqualTo(BreakerState.OPEN);
    }

    @ParameterizedTest
    @EnumSource
    void aResultThatIsNoneDoesNot(Way way) throws Exception {
        Guard guard = guard(breaker("errors"));

        for (int i = 0; i < 10; i++) {
            assertThat(way.request(guard, 404, ResultOutcomeTest::byStatus)).isEqualTo(404);
        }

        assertThat(breakerOf(guard)).isEqualTo(BreakerState.CLOSED);
        assertThat(guard.explain().checks().get(0).reason()).contains("0 of 10 calls");
    }

    @ParameterizedTest
    @EnumSource
    void whatThrowsWhileItJudgesAResultEndsTheRequestAndTellsNothing(Way way) {
        Guard guard = guard(concurrency("slots", 1), breaker("errors"));
        var fault = new IllegalStateException("a fault of the application");

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(
                            () ->
                                    way.request(
                                            guard,
                                            200,
                                            status -> {
                                                throw fault;
                                            }))
                    .satisfies(
                            error ->
                                    assertThat(
                                                    error instanceof CompletionException
                                                            ? error.getCause()
                                                            : error)
                                            .isSameAs(fault));
        }

        assertThat(guard.stats().inFlight()).isZero();
        assertThat(guard.explain().checks().get(1).reason()).contains("0 of 0 calls");
    }

    @Test
    void aFatalErrorWhileAnElementIsJudgedEndsTheRequest() {
        Guard guard = guard(concurrency("slots", 1));

        assertThatThrownBy(
                        () ->
                                guard.protect(
                                                Mono.just(200),
                                                status -> {
                                                    throw new NoSuchMethodError("a fault");
                                                })
                                        .block())
                .isInstanceOf(NoSuchMethodError.class);

        assertThat(guard.stats().inFlight()).isZero();
    }

    @Test
    void aMonoWithoutAnElementIsASuccess() {
        Guard guard = guard(breaker("errors"));

        guard.protect(Mono.<Integer>empty(), ResultOutcomeTest::byStatus).block();

        assertThat(guard.explain().checks().get(0).reason()).contains("0 of 1 calls");
    }

    @Test
    void aSubscriberThatCancelsWithTheElementLeavesItsOutcome() {
        Guard guard = guard(breaker("errors"));

        for (int i = 0; i < 2; i++) {
            guard.protect(Mono.just(503), ResultOutcomeTest::byStatus).flux().next().block();
        }

        assertThat(breakerOf(guard)).isEqualTo(BreakerState.OPEN);
    }
}
