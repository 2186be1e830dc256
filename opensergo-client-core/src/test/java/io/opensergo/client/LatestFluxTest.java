package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class LatestFluxTest {

    private static final Duration PATIENCE = Duration.ofSeconds(100);

    private final EventLoop loop = new EventLoop();
    private final List<LatestSubscription<Integer>> joined = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        loop.stop();
    }

    private Flux<Integer> flux(Scheduler scheduler) {
        return LatestFlux.of(loop, scheduler, joined::add, joined::remove);
    }

    private LatestSubscription<Integer> subscription() {
        await().until(() -> !joined.isEmpty());
        return joined.get(0);
    }

    @Test
    void unreadValuesAreReplacedByLaterOnes() {
        StepVerifier.create(flux(Schedulers.immediate()), 1)
                .then(() -> subscription().offer(1))
                .expectNext(1)
                .then(() -> subscription().offer(2))
                .then(() -> subscription().offer(3))
                .thenRequest(1)
                .expectNext(3)
                .then(() -> subscription().complete())
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void askedForValueComesBeforeTheEnd() {
        var held = new HeldScheduler();
        List<Object> signals = new CopyOnWriteArrayList<>();
        flux(held).subscribe(signals::add, signals::add, () -> signals.add("end"));

        subscription().offer(1);
        subscription().complete();
        held.runAll();

        assertThat(signals).containsExactly(1, "end");
    }

    @Test
    void endNeedsNoDemand() {
        StepVerifier.create(flux(Schedulers.immediate()), 0)
                .then(() -> subscription().offer(1))
                .then(() -> subscription().fail(new IllegalStateException("over")))
                .expectErrorMessage("over")
                .verify(PATIENCE);
    }

    @Test
    void signalsAreSerialOnASchedulerOfManyThreads() {
        var concurrent = new AtomicInteger();
        var worst = new AtomicInteger();
        var last = new AtomicReference<Integer>(-1);
        var inOrder = new AtomicReference<Boolean>(true);
        flux(Schedulers.boundedElastic())
                .subscribe(
                        value -> {
                            worst.accumulateAndGet(concurrent.incrementAndGet(), Math::max);
                            if (last.getAndSet(value) >= value) {
                                inOrder.set(false);
                            }
                            Thread.onSpinWait();
                            concurrent.decrementAndGet();
                        });

        LatestSubscription<Integer> subscription = subscription();

        for (int i = 0; i <= 100_000; i++) {
            subscription.offer(i);
        }

        await().until(() -> last.get() == 100_000);
        assertThat(worst).hasValue(1);
        assertThat(inOrder).hasValue(true);
    }

    @Test
    void nothingIsSignalledAfterCancel() {
        List<Object> signals = new CopyOnWriteArrayList<>();
        var subscriber =
                new BaseSubscriber<Integer>() {
                    @Override
                    protected void hookOnNext(Integer value) {
                        signals.add(value);
                    }
                };
        flux(Schedulers.immediate()).subscribe(subscriber);
        LatestSubscription<Integer> subscription = subscription();
        subscription.offer(1);

        subscriber.cancel();
        subscription.offer(2);
        subscription.complete();

        assertThat(signals).containsExactly(1);
        await().until(joined::isEmpty);
    }

    @Test
    void demandThatIsNotPositiveEndsThatSubscriptionAlone() {
        List<Object> signals = new CopyOnWriteArrayList<>();
        flux(Schedulers.immediate()).subscribe(signals::add);
        LatestSubscription<Integer> other = subscription();
        List<Throwable> errors = new CopyOnWriteArrayList<>();

        flux(Schedulers.immediate()).subscribe(new DemandOf(0, errors));

        await().until(() -> joined.equals(List.of(other)));
        assertThat(errors).singleElement().isInstanceOf(IllegalArgumentException.class);
        other.offer(1);
        assertThat(signals).containsExactly(1);
    }

    /** Asks for a number of values, past the guard of Reactor's own subscribers. */
    private record DemandOf(long number, List<Throwable> errors)
            implements CoreSubscriber<Integer> {

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(number);
        }

        @Override
        public void onNext(Integer value) {
            throw new AssertionError("nothing was asked for");
        }

        @Override
        public void onError(Throwable error) {
            errors.add(error);
        }

        @Override
        public void onComplete() {
            throw new AssertionError("an error is due");
        }
    }

    @Test
    void disposedSchedulerEndsTheSubscriptionWithAnError() {
        Scheduler disposed = Schedulers.newSingle("gone");
        disposed.dispose();
        List<Throwable> errors = new CopyOnWriteArrayList<>();

        flux(disposed).subscribe(value -> {}, errors::add);

        await().until(() -> errors.size() == 1);
    }

    /** Keeps tasks until the test runs them. */
    private static final class HeldScheduler implements Scheduler {

        private final List<Runnable> tasks = new CopyOnWriteArrayList<>();

        void runAll() {
            List<Runnable> due = List.copyOf(tasks);
            tasks.clear();
            due.forEach(Runnable::run);
        }

        @Override
        public reactor.core.Disposable schedule(Runnable task) {
            tasks.add(task);
            return () -> tasks.remove(task);
        }

        @Override
        public Worker createWorker() {
            throw new IllegalStateException("no workers here");
        }
    }
}
