package io.opensergo.governance;

import static io.opensergo.governance.Rules.breaker;
import static io.opensergo.governance.Rules.concurrency;
import static io.opensergo.governance.Rules.on;
import static io.opensergo.governance.Rules.rate;
import static io.opensergo.governance.Rules.throttling;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.rules.faulttolerance.Strategy;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.PublisherProbe;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

class GuardedPublisherTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTicker ticker = new ManualTicker();

    private Guard guard(Strategy... strategies) {
        return Governor.builder().rules(on("a", strategies)).ticker(ticker).build().guard("a");
    }

    private static long inFlight(Guard guard) {
        return guard.stats().inFlight();
    }

    @Test
    void passesOnWhatAnAdmittedMonoSignals() {
        Guard guard = guard(concurrency("slots", 1));

        StepVerifier.create(Mono.just("reply").transform(guard::protect))
                .expectNext("reply")
                .verifyComplete();

        assertThat(inFlight(guard)).isZero();
    }

    @Test
    void decidesOnEachSubscription() {
        Guard guard = guard(rate("limit", 2, SECOND));
        Mono<String> guarded = Mono.just("reply").transform(guard::protect);

        StepVerifier.create(guarded).expectNext("reply").verifyComplete();
        StepVerifier.create(guarded).expectNext("reply").verifyComplete();
        StepVerifier.create(guarded).verifyError(RequestRejectedException.class);
    }

    @Test
    void doesNotSubscribeToTheSourceOfARefusedRequest() {
        Guard guard = guard(rate("limit", 0, SECOND));
        PublisherProbe<String> probe = PublisherProbe.of(Mono.just("reply"));

        StepVerifier.create(guard.protect(probe.mono()))
                .verifyErrorSatisfies(
                        e ->
                                assertThat(((RequestRejectedException) e).rejection().strategy())
                                        .isEqualTo("limit"));

        probe.assertWasNotSubscribed();
    }

    @Test
    void letsTheCallerResumeFromARefusal() {
        Guard guard = guard(rate("limit", 0, SECOND));

        StepVerifier.create(
                        Mono.just("reply")
                                .transform(guard::protect)
                                .onErrorResume(
                                        RequestRejectedException.class, e -> Mono.just("fallback")))
                .expectNext("fallback")
                .verifyComplete();
    }

    @Test
    void releasesOnceWhenTheSourceErrs() {
        Guard guard = guard(concurrency("slots", 1), breaker("breaker"));

        StepVerifier.create(guard.protect(Mono.error(new IOException())))
                .verifyError(IOException.class);
        StepVerifier.create(guard.protect(Mono.error(new IOException())))
                .verifyError(IOException.class);

        assertThat(inFlight(guard)).isZero();
        assertThat(guard.explain().rejectedBy()).isEqualTo("breaker");
    }

    @Test
    void releasesOnceWhenTheSubscriberCancels() {
        Guard guard = guard(concurrency("slots", 1));
        TestPublisher<String> source =
                TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);

        var subscription = guard.protect(source.mono()).subscribe();
        assertThat(inFlight(guard)).isEqualTo(1);
        subscription.dispose();
        source.complete();
        subscription.dispose();

        source.assertCancelled();
        assertThat(inFlight(guard)).isZero();
    }

    @Test
    void releasesOnceWhenATimeoutCancels() {
        Guard guard = guard(concurrency("slots", 1));

        StepVerifier.withVirtualTime(() -> Mono.never().transform(guard::protect).timeout(SECOND))
                .thenAwait(SECOND)
                .verifyError();

        assertThat(inFlight(guard)).isZero();
    }

    @Test
    void countsACancelledFluxThatHadEmittedAsASuccess() {
        Guard guard = guard(breaker("breaker"));
        for (int i = 0; i < 2; i++) {
            StepVerifier.create(guard.protect(Flux.error(new IOException()))).verifyError();
        }
        ticker.advance(Duration.ofSeconds(5));

        StepVerifier.create(guard.protect(Flux.range(0, 10)).take(1))
                .expectNext(0)
                .verifyComplete();

        assertThat(guard.stats().strategies().get(0).breaker()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void holdsTheSlotOfAFluxUntilItCompletes() {
        Guard guard = guard(concurrency("slots", 1));
        TestPublisher<Integer> source = TestPublisher.create();

        StepVerifier.create(guard.protect(source.flux()), 1)
                .then(() -> source.assertMaxRequested(1))
                .then(() -> source.next(1))
                .expectNext(1)
                .then(() -> assertThat(inFlight(guard)).isEqualTo(1))
                .thenRequest(1)
                .then(() -> source.next(2))
                .expectNext(2)
                .then(source::complete)
                .verifyComplete();

        assertThat(inFlight(guard)).isZero();
    }

    @Test
    void keepsTheContextOfTheSubscriber() {
        Guard guard = guard(concurrency("slots", 1));

        StepVerifier.create(
                        Mono.deferContextual(context -> Mono.just(context.<String>get("user")))
                                .transform(guard::protect)
                                .contextWrite(context -> context.put("user", "ada")))
                .expectNext("ada")
                .verifyComplete();
    }

    @Test
    void subscribesToAThrottledSourceLaterWithoutATiedUpThread() {
        Guard guard = guard(throttling("pace", SECOND, Duration.ofSeconds(10)));
        guard.release(guard.acquire(), Outcome.SUCCESS);
        PublisherProbe<String> probe = PublisherProbe.of(Mono.just("reply"));

        StepVerifier.withVirtualTime(() -> guard.protect(probe.mono()))
                .expectSubscription()
                .expectNoEvent(Duration.ofMillis(999))
                .then(probe::assertWasNotSubscribed)
                .thenAwait(Duration.ofMillis(1))
                .expectNext("reply")
                .verifyComplete();
    }

    @Test
    void neverSubscribesToAThrottledSourceThatIsCancelledWhileItWaits() {
        Guard guard =
                guard(throttling("pace", SECOND, Duration.ofSeconds(10)), concurrency("slots", 5));
        guard.release(guard.acquire(), Outcome.SUCCESS);
        PublisherProbe<String> probe = PublisherProbe.of(Mono.just("reply"));
        VirtualTimeScheduler time = VirtualTimeScheduler.getOrSet();
        try {
            var subscription = guard.protect(probe.mono()).subscribe();
            time.advanceTimeBy(Duration.ofMillis(500));
            assertThat(inFlight(guard)).isZero();

            subscription.dispose();
            time.advanceTimeBy(Duration.ofSeconds(5));

            probe.assertWasNotSubscribed();
            assertThat(inFlight(guard)).isZero();
        } finally {
            VirtualTimeScheduler.reset();
        }
    }

    @Test
    void releasesExactlyOnceWhenCancellationRacesWithCompletion() {
        Guard guard = guard(concurrency("slots", Long.MAX_VALUE));
        Scheduler one = Schedulers.newSingle("one");
        Scheduler other = Schedulers.newSingle("other");
        var completed = new AtomicInteger();
        try {
            for (int i = 0; i < 2_000; i++) {
                TestPublisher<Integer> source =
                        TestPublisher.createNoncompliant(
                                TestPublisher.Violation.CLEANUP_ON_TERMINATE);
                var subscription =
                        guard.protect(source.flux())
                                .subscribe(x -> {}, e -> {}, completed::incrementAndGet);
                Mono.when(
                                Mono.fromRunnable(subscription::dispose).subscribeOn(one),
                                Mono.fromRunnable(source::complete).subscribeOn(other))
                        .block();
                assertThat(inFlight(guard)).isZero();
            }
        } finally {
            one.dispose();
            other.dispose();
        }
    }
}
