package io.opensergo.governance;

import static io.opensergo.governance.Rules.concurrency;
import static io.opensergo.governance.Rules.on;
import static io.opensergo.governance.Rules.rate;
import static io.opensergo.governance.Rules.throttling;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.rules.Rule;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.test.StepVerifier;
import reactor.test.publisher.PublisherProbe;

/**
 * Whatever a source does, its permit comes back exactly once, and its subscriber hears of the end
 * if it would without a guard.
 */
class UnrulySourceTest {

    private static final Duration LONG = Duration.ofSeconds(10);

    private static Guard guard(List<? extends Rule> rules) {
        return Governor.builder().rules(rules).ticker(new ManualTicker()).build().guard("a");
    }

    private static Guard limited() {
        return guard(on("a", concurrency("slots", 1)));
    }

    private static void assertNothingInFlight(Guard guard) {
        assertThat(guard.stats().inFlight()).isZero();
    }

    static Stream<Arguments> errorsUnderRules() {
        List<List<Rule>> rules =
                List.of(
                        List.of(),
                        on("a", rate("limit", 100, LONG)),
                        on("a", concurrency("slots", 1)));
        return rules.stream()
                .flatMap(
                        each ->
                                Stream.of(
                                        Arguments.of(each, new AssertionError("not so")),
                                        Arguments.of(each, new IllegalStateException("broken"))));
    }

    @ParameterizedTest
    @MethodSource("errorsUnderRules")
    void aMonoWhoseSourceThrowsEndsWithTheError(List<Rule> rules, Throwable error) {
        Guard guard = guard(rules);

        StepVerifier.create(
                        Mono.fromCallable(() -> sneak(error)).transform(guard::protect).map(x -> x))
                .expectErrorMatches(e -> e == error)
                .verify(LONG);

        assertNothingInFlight(guard);
    }

    @ParameterizedTest
    @MethodSource("errorsUnderRules")
    void aFluxWhoseSourceThrowsEndsWithTheError(List<Rule> rules, Throwable error) {
        Guard guard = guard(rules);

        StepVerifier.create(
                        Flux.from(Mono.fromCallable(() -> sneak(error)))
                                .transform(guard::protect)
                                .map(x -> x))
                .expectErrorMatches(e -> e == error)
                .verify(LONG);

        assertNothingInFlight(guard);
    }

    @ParameterizedTest
    @MethodSource("errorsUnderRules")
    void aCallThatThrowsGivesItsPermitBack(List<Rule> rules, Throwable error) {
        Guard guard = guard(rules);

        assertThatThrownBy(() -> guard.call(() -> sneak(error))).isSameAs(error);
        assertThatThrownBy(() -> guard.run(() -> sneak(error))).isSameAs(error);
        assertThatThrownBy(() -> guard.callStage(() -> sneak(error)).toCompletableFuture().join())
                .hasCause(error);

        assertNothingInFlight(guard);
    }

    static Stream<Arguments> fatalErrors() {
        return Stream.of(
                Arguments.of(new NoSuchMethodError("compiled against another version")),
                Arguments.of(new LinkageError("linkage")),
                Arguments.of(new InternalError("virtual machine")));
    }

    @ParameterizedTest
    @MethodSource("fatalErrors")
    void aFatalErrorOfTheSourceGivesThePermitBack(Error fatal) {
        Guard guard = limited();
        Mono<String> atSubscription = Mono.from(subscriber -> sneak(fatal));
        Mono<String> atRequest = Mono.fromCallable(() -> sneak(fatal));

        for (Mono<String> source : List.of(atSubscription, atRequest)) {
            assertThatThrownBy(() -> source.transform(guard::protect).subscribe()).isSameAs(fatal);
            assertThatThrownBy(() -> source.flux().transform(guard::protect).subscribe())
                    .isSameAs(fatal);
            assertNothingInFlight(guard);
        }
        assertThatThrownBy(() -> guard.call(() -> sneak(fatal))).isSameAs(fatal);
        assertThatThrownBy(() -> guard.callStage(() -> sneak(fatal)).toCompletableFuture().get())
                .hasCause(fatal);
        assertNothingInFlight(guard);
    }

    @ParameterizedTest
    @MethodSource("fatalErrors")
    void aFatalErrorOfTheSubscriberGivesThePermitBack(Error fatal) {
        Guard guard = limited();
        Mono<Integer> mono = Mono.just(1).hide().transform(guard::protect);
        Flux<Integer> flux = Flux.range(0, 3).transform(guard::protect);

        assertThatThrownBy(() -> mono.subscribe(x -> sneak(fatal))).isSameAs(fatal);
        assertNothingInFlight(guard);
        assertThatThrownBy(() -> flux.subscribe(x -> sneak(fatal))).isSameAs(fatal);
        assertNothingInFlight(guard);
        assertThatThrownBy(() -> flux.subscribe(new ThrowsOnSubscribe(fatal))).isSameAs(fatal);
        assertNothingInFlight(guard);
    }

    @Test
    void anErrorThrownByALaterRequestGivesThePermitBack() {
        Guard guard = limited();
        var error = new AssertionError("not so");
        var subscription = new AtomicReference<Subscription>();
        Mono<String> mono = Mono.<String>fromCallable(() -> sneak(error)).transform(guard::protect);
        mono.subscribe(
                new BaseSubscriber<String>() {
                    @Override
                    protected void hookOnSubscribe(Subscription given) {
                        subscription.set(given);
                    }
                });

        assertThatThrownBy(() -> subscription.get().request(1)).isSameAs(error);

        assertNothingInFlight(guard);
    }

    @Test
    void aFailureThatCannotBeJudgedGivesThePermitBack() {
        Guard guard =
                Governor.builder()
                        .rules(on("a", concurrency("slots", 1)))
                        .failures(error -> sneak(new AssertionError("no judgement")))
                        .build()
                        .guard("a");

        StepVerifier.create(guard.protect(Mono.error(new IllegalStateException("broken"))))
                .verifyErrorMessage("broken");
        assertThatThrownBy(() -> guard.run(() -> sneak(new IllegalStateException("broken"))))
                .hasMessage("broken");

        assertNothingInFlight(guard);
    }

    @Test
    void aSourceThatSubscribesTwiceIsHeardOnce() {
        Guard guard = limited();
        var first = new CountingSubscription();
        var second = new CountingSubscription();
        Flux<String> source =
                source(
                        (subscriber, index) -> {
                            subscriber.onSubscribe(first);
                            subscriber.onSubscribe(second);
                            subscriber.onNext("reply");
                            subscriber.onComplete();
                        });

        StepVerifier.create(guard.protect(source).map(x -> x))
                .expectNext("reply")
                .expectComplete()
                .verify(LONG);

        assertThat(first.requests).hasPositiveValue();
        assertThat(second.requests).hasValue(0);
        assertThat(second.cancellations).hasValue(1);
        assertNothingInFlight(guard);
    }

    @Test
    void whatASourceSignalsAfterItsEndIsDropped() {
        Guard guard = limited();
        Flux<String> source =
                source(
                        (subscriber, index) -> {
                            subscriber.onSubscribe(new CountingSubscription());
                            subscriber.onNext("reply");
                            subscriber.onComplete();
                            subscriber.onNext("late");
                            subscriber.onComplete();
                            subscriber.onError(new IllegalStateException("late"));
                        });

        StepVerifier.create(guard.protect(source))
                .expectNext("reply")
                .expectComplete()
                .verifyThenAssertThat(LONG)
                .hasDropped("late")
                .hasDroppedErrorWithMessage("late");

        assertNothingInFlight(guard);
    }

    @Test
    void aSourceThatSaysNothingCanBeCancelled() {
        Guard guard = limited();
        Flux<String> source = source((subscriber, index) -> {});

        StepVerifier.withVirtualTime(() -> guard.protect(source).timeout(Duration.ofSeconds(1)))
                .thenAwait(Duration.ofSeconds(1))
                .expectError()
                .verify(LONG);

        assertNothingInFlight(guard);
    }

    @Test
    void aSubscriberThatCancelsAtOnceMakesNoRequest() {
        Guard guard = limited();
        PublisherProbe<String> probe = PublisherProbe.of(Mono.just("reply"));

        guard.protect(probe.mono())
                .subscribe(
                        new BaseSubscriber<String>() {
                            @Override
                            protected void hookOnSubscribe(Subscription subscription) {
                                cancel();
                            }
                        });

        probe.assertWasNotSubscribed();
        assertNothingInFlight(guard);
    }

    @Test
    void aThrottledSourceThatThrowsEndsWithTheError() {
        Guard guard =
                guard(
                        on(
                                "a",
                                throttling("pace", Duration.ofSeconds(1), LONG),
                                concurrency("slots", 1)));
        guard.release(guard.acquire(), Outcome.SUCCESS);
        var error = new AssertionError("not so");

        StepVerifier.withVirtualTime(
                        () -> guard.protect(Mono.fromCallable(() -> sneak(error))).map(x -> x))
                .thenAwait(Duration.ofSeconds(1))
                .expectErrorMatches(e -> e == error)
                .verify(LONG);

        assertNothingInFlight(guard);
    }

    @Test
    void aStageThatCannotBeFollowedGivesThePermitBack() {
        Guard guard = limited();
        CompletionStage<String> broken =
                new CompletableFuture<>() {
                    @Override
                    public CompletableFuture<String> whenComplete(
                            BiConsumer<? super String, ? super Throwable> action) {
                        throw new UnsupportedOperationException("no listeners");
                    }
                };

        assertThatThrownBy(() -> guard.callStage(() -> broken).toCompletableFuture().join())
                .hasRootCauseMessage("no listeners");

        assertNothingInFlight(guard);
    }

    @Test
    void aThrottledStageThatIsCancelledBeforeItsTurnIsNotMade() {
        Guard guard = guard(on("a", throttling("pace", LONG, LONG), concurrency("slots", 1)));
        guard.release(guard.acquire(), Outcome.SUCCESS);
        var made = new AtomicInteger();
        CompletableFuture<Integer> stage =
                guard.callStage(() -> CompletableFuture.completedFuture(made.incrementAndGet()))
                        .toCompletableFuture();

        assertThat(stage.cancel(true)).isTrue();

        assertNothingInFlight(guard);
        assertThat(stage).isCancelled();
        assertThat(made).hasValue(0);
    }

    /** A Flux that says to each subscriber what is written, without Reactor in between. */
    private static <T> Flux<T> source(BiConsumer<CoreSubscriber<? super T>, Integer> signals) {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super T> subscriber) {
                signals.accept(subscriber, 0);
            }
        };
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T, E extends Throwable> T sneak(Throwable error) throws E {
        throw (E) error;
    }

    private static final class CountingSubscription implements Subscription {

        final AtomicInteger requests = new AtomicInteger();
        final AtomicInteger cancellations = new AtomicInteger();

        @Override
        public void request(long count) {
            requests.incrementAndGet();
        }

        @Override
        public void cancel() {
            cancellations.incrementAndGet();
        }
    }

    private static final class ThrowsOnSubscribe extends BaseSubscriber<Integer> {

        private final Error error;

        ThrowsOnSubscribe(Error error) {
            this.error = error;
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            throw error;
        }

        @Override
        protected void hookFinally(SignalType type) {}
    }
}
