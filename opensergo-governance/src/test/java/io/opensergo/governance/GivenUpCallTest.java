package io.opensergo.governance;

import static io.opensergo.governance.Rules.breaker;
import static io.opensergo.governance.Rules.concurrency;
import static io.opensergo.governance.Rules.on;
import static io.opensergo.governance.Rules.rate;
import static io.opensergo.governance.Rules.slowBreaker;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.Strategy;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** What breakers learn of calls that their callers give up, or that are refused further down. */
class GivenUpCallTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MAX_RT = Duration.ofMillis(300);
    private static final Duration TOO_LONG = MAX_RT.plusNanos(64);

    private final ManualTicker ticker = new ManualTicker(42);

    private Guard guard(Strategy... strategies) {
        return guard(on("a", strategies));
    }

    private Guard guard(List<? extends Rule> rules) {
        return Governor.builder().rules(rules).ticker(ticker).build().guard("a");
    }

    private static BreakerState state(Guard guard) {
        return guard.stats().strategies().stream()
                .map(ResourceStats.StrategyStats::breaker)
                .filter(state -> state != null)
                .findFirst()
                .orElseThrow();
    }

    private static void open(Guard guard) {
        for (int i = 0; i < 2; i++) {
            guard.release(guard.acquire(), Outcome.failure("UNAVAILABLE"));
        }
        assertThat(state(guard)).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void aCallGivenUpAfterMaxAllowedRtIsSlow() {
        Guard guard = guard(slowBreaker("slow", MAX_RT));
        for (int i = 0; i < 2; i++) {
            long token = guard.acquire();
            ticker.advance(TOO_LONG);
            guard.release(token, Outcome.CANCELLED);
        }

        assertThat(state(guard)).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void aCallGivenUpBeforeThatTellsNothing() {
        Guard guard = guard(slowBreaker("slow", MAX_RT), breaker("errors"));
        for (int i = 0; i < 10; i++) {
            long token = guard.acquire();
            ticker.advance(MAX_RT);
            guard.release(token, Outcome.CANCELLED);
        }

        assertThat(guard.explain().admitted()).isTrue();
        assertThat(guard.explain().checks())
                .allSatisfy(check -> assertThat(check.reason()).contains("0 of 0 calls"));
    }

    @Test
    void aSlowCallGivenUpIsNoError() {
        Guard guard = guard(breaker("errors"));
        for (int i = 0; i < 10; i++) {
            long token = guard.acquire();
            ticker.advance(Duration.ofHours(1));
            guard.release(token, Outcome.CANCELLED);
        }

        assertThat(guard.explain().admitted()).isTrue();
    }

    @Test
    void aProbeGivenUpAfterMaxAllowedRtReopensTheBreaker() {
        Guard guard = guard(slowBreaker("slow", MAX_RT));
        for (int i = 0; i < 2; i++) {
            long token = guard.acquire();
            ticker.advance(TOO_LONG);
            guard.release(token, Outcome.SUCCESS);
        }
        ticker.advance(Duration.ofSeconds(5));
        long probe = guard.acquire();
        ticker.advance(TOO_LONG);

        guard.release(probe, Outcome.CANCELLED);

        assertThat(state(guard)).isEqualTo(BreakerState.OPEN);
        assertThat(Guard.isRefused(guard.acquire())).isTrue();
    }

    @Test
    void aMonoOnAHangingServiceOpensTheBreakerByItsTimeout() {
        Guard guard = guard(slowBreaker("slow", MAX_RT));
        for (int i = 0; i < 2; i++) {
            var subscription = guard.protect(Mono.never()).subscribe();
            ticker.advance(TOO_LONG);
            subscription.dispose(); // as timeout does
        }

        assertThat(state(guard)).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void aFluxThatIsGivenUpWithoutAnElementIsSlow() {
        Guard guard = guard(slowBreaker("slow", MAX_RT));
        for (int i = 0; i < 2; i++) {
            var subscription = guard.protect(Flux.never()).subscribe();
            ticker.advance(TOO_LONG);
            subscription.dispose();
        }

        assertThat(state(guard)).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void anInterruptedCallIsSlowOnceItHasTakenTooLong() {
        Guard guard = guard(slowBreaker("slow", MAX_RT));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(
                            () ->
                                    guard.call(
                                            () -> {
                                                ticker.advance(TOO_LONG);
                                                throw new InterruptedException();
                                            }))
                    .isInstanceOf(InterruptedException.class);
        }

        assertThat(state(guard)).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void aStageThatItsCallerGivesUpTellsTheBreakerAtOnceAndKeepsItsSlot() {
        Guard guard = guard(slowBreaker("slow", MAX_RT), concurrency("slots", 10));
        List<CompletableFuture<String>> hanging = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            hanging.add(new CompletableFuture<>());
            CompletableFuture<String> stage =
                    guard.callStage(hanging.get(i)::minimalCompletionStage).toCompletableFuture();
            ticker.advance(TOO_LONG);
            stage.completeExceptionally(new java.util.concurrent.TimeoutException());
        }

        assertThat(state(guard)).isEqualTo(BreakerState.OPEN);
        assertThat(guard.stats().inFlight()).isEqualTo(2);

        hanging.forEach(each -> assertThat(each.complete("late")).isTrue());
        assertThat(guard.stats().inFlight()).isZero();
        assertThat(state(guard)).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void aProbeThatItsCallerGivesUpMakesTheNextRequestTheProbe() {
        Guard guard = guard(breaker("errors"));
        open(guard);
        ticker.advance(Duration.ofSeconds(5));
        var hanging = new CompletableFuture<String>();

        guard.callStage(() -> hanging).toCompletableFuture().cancel(true);

        long probe = guard.acquire();
        assertThat(Guard.isRefused(probe)).isFalse();
        hanging.complete("late");
        assertThat(state(guard)).isEqualTo(BreakerState.HALF_OPEN);
    }

    @Test
    void aStageThatIsCancelledIsNoFailure() {
        Guard guard = guard(breaker("errors"));
        for (int i = 0; i < 10; i++) {
            var reply = new CompletableFuture<String>();
            guard.callStage(() -> reply);
            reply.cancel(true);
            var dependent = new CompletableFuture<String>();
            guard.callStage(() -> dependent.thenApply(x -> x));
            dependent.cancel(true);
        }

        assertThat(state(guard)).isEqualTo(BreakerState.CLOSED);
    }

    static Stream<Throwable> cancellations() {
        return Stream.of(
                new InterruptedException(),
                new CancellationException(),
                new ClosedByInterruptException(),
                new ExecutionException(new CancellationException()),
                new CompletionException(new CancellationException()),
                new UndeclaredThrowableException(new InterruptedException()),
                new InvocationTargetException(new InterruptedException()),
                Exceptions.propagate(new InterruptedException()),
                Exceptions.multiple(new CancellationException(), new InterruptedException()));
    }

    @ParameterizedTest
    @MethodSource("cancellations")
    void aCallersCancellationIsNoFailure(Throwable cancellation) {
        Guard guard = guard(breaker("errors"));
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> guard.call(() -> sneak(cancellation)));
            assertThatThrownBy(() -> guard.protect(Mono.error(cancellation)).block());
            assertThatThrownBy(
                    () ->
                            guard.callStage(() -> CompletableFuture.failedFuture(cancellation))
                                    .toCompletableFuture()
                                    .get());
        }

        assertThat(state(guard)).isEqualTo(BreakerState.CLOSED);
    }

    static Stream<Throwable> failures() {
        return Stream.of(
                new IOException("broken", new CancellationException("of something inside")),
                new ExecutionException(new IOException()),
                Exceptions.multiple(new CancellationException(), new IOException()),
                new CyclicException());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void anotherExceptionIsAFailureWhateverItIsWrappedIn(Throwable failure) {
        Guard guard = guard(breaker("errors"));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> guard.call(() -> sneak(failure))).isSameAs(failure);
        }

        assertThat(state(guard)).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void theApplicationMayCallACancellationAFailure() {
        Guard guard =
                Governor.builder()
                        .rules(on("a", breaker("errors")))
                        .failures(error -> true)
                        .build()
                        .guard("a");
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> guard.call(() -> sneak(new CancellationException())));
        }

        assertThat(state(guard)).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void theWrappedRefusalOfAnInnerGuardIsNoFailureOfTheOuterOne() {
        List<Rule> rules = new ArrayList<>(on("a", breaker("errors")));
        rules.addAll(on("inner", rate("none", 0, SECOND)));
        Governor governor = Governor.builder().rules(rules).ticker(ticker).build();
        Guard outer = governor.guard("a");
        Guard inner = governor.guard("inner");
        Mono<String> retried = inner.protect(Mono.just("never")).retryWhen(Retry.max(2));
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> outer.protect(retried).block())
                    .matches(Exceptions::isRetryExhausted);
            assertThatThrownBy(() -> outer.call(retried::block))
                    .matches(Exceptions::isRetryExhausted);
            assertThatThrownBy(() -> outer.call(() -> refused(inner).get()))
                    .isInstanceOf(ExecutionException.class);
            assertThatThrownBy(() -> outer.call(() -> refused(inner).join()))
                    .isInstanceOf(CompletionException.class);
            assertThatThrownBy(
                            () ->
                                    outer.callStage(() -> refused(inner).thenApply(x -> x))
                                            .toCompletableFuture()
                                            .get())
                    .hasRootCauseInstanceOf(RequestRejectedException.class);
            assertThatThrownBy(
                    () ->
                            outer.protect(Flux.range(0, 3).flatMapDelayError(x -> retried, 3, 3))
                                    .blockLast());
        }

        assertThat(state(outer)).isEqualTo(BreakerState.CLOSED);
    }

    private static CompletableFuture<String> refused(Guard inner) {
        return inner.callStage(() -> CompletableFuture.completedFuture("never"))
                .toCompletableFuture();
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T, E extends Throwable> T sneak(Throwable error) throws E {
        throw (E) error;
    }

    private static final class CyclicException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final Throwable other = new RuntimeException(this);

        @Override
        public synchronized Throwable getCause() {
            return other;
        }
    }
}
