package io.opensergo.vertx;

import static io.opensergo.vertx.World.PATIENCE;
import static io.opensergo.vertx.World.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.governance.Governor;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Reactor on a context of Vert.x. */
class OnContextTest {

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final OnContext here = OnContext.of(context);

    @AfterEach
    void close() {
        get(vertx.close());
    }

    @Test
    void signalsArriveInOrderOnTheContext() {
        Flux<Boolean> delivered =
                here.deliver(Flux.range(0, 1000))
                        .index()
                        .map(
                                next ->
                                        next.getT1().intValue() == next.getT2()
                                                && context.equals(Vertx.currentContext()));

        StepVerifier.create(delivered.distinct())
                .expectNext(true)
                .expectComplete()
                .verify(PATIENCE);
    }

    @ParameterizedTest
    @EnumSource
    void anyKindOfContextGetsSignalsInOrderAndAsManyAsItAskedFor(Kind kind) {
        Context caller = kind.of((VertxInternal) vertx);
        AtomicLong requested = new AtomicLong();
        AtomicBoolean cancelled = new AtomicBoolean();
        Promise<List<Integer>> received = Promise.promise();

        caller.runOnContext(
                begin ->
                        OnContext.current(vertx)
                                .deliver(
                                        Flux.range(0, Integer.MAX_VALUE)
                                                .publishOn(Schedulers.parallel())
                                                .doOnRequest(requested::addAndGet)
                                                .doOnCancel(() -> cancelled.set(true)))
                                .map(value -> caller.equals(Vertx.currentContext()) ? value : -1)
                                .take(1000)
                                .collectList()
                                .subscribe(received::complete, received::fail));

        assertThat(get(received.future())).isEqualTo(IntStream.range(0, 1000).boxed().toList());
        assertThat(cancelled).isTrue();
        assertThat(requested.get()).isLessThan(2000);
    }

    /** The contexts on which code of applications runs. */
    private enum Kind {
        EVENT_LOOP,
        WORKER,
        DUPLICATED;

        Context of(VertxInternal vertx) {
            return switch (this) {
                case EVENT_LOOP -> vertx.createEventLoopContext();
                case WORKER -> vertx.createWorkerContext();
                case DUPLICATED -> vertx.createEventLoopContext().duplicate();
            };
        }
    }

    @Test
    void plansOfAGovernorReachAVerticleWhereItRuns() {
        try (Governor governor = Governor.of()) {
            Promise<Boolean> arrived = Promise.promise();
            context.runOnContext(
                    begin ->
                            OnContext.current(vertx)
                                    .deliver(governor.plans())
                                    .next()
                                    .subscribe(
                                            plan ->
                                                    arrived.complete(
                                                            context.equals(
                                                                    Vertx.currentContext()))));

            assertThat(get(arrived.future())).isTrue();
        }
    }

    @Test
    void anOperationOfVertxIsAColdPublisher() {
        AtomicInteger started = new AtomicInteger();
        Mono<Integer> operation =
                here.mono(
                        () -> {
                            assertThat(Vertx.currentContext()).isEqualTo(context);
                            return Future.succeededFuture(started.incrementAndGet());
                        });
        assertThat(started).hasValue(0);

        assertThat(operation.block(PATIENCE)).isEqualTo(1);
        assertThat(operation.block(PATIENCE)).isEqualTo(2);
        assertThatThrownBy(
                        () ->
                                here.mono(
                                                () ->
                                                        Future.failedFuture(
                                                                new IllegalStateException("no")))
                                        .block(PATIENCE))
                .isInstanceOf(IllegalStateException.class);
        assertThat(here.mono(() -> Future.<String>succeededFuture()).blockOptional(PATIENCE))
                .isEmpty();
    }

    @Test
    void aPublisherIsAFutureThatCompletesOnTheContext() {
        Future<Boolean> future =
                here.future(Mono.delay(Duration.ofMillis(1)))
                        .map(value -> context.equals(Vertx.currentContext()));

        assertThat(get(future)).isTrue();
        assertThat(get(here.future(Mono.<String>empty()))).isNull();
        assertThatThrownBy(() -> get(here.future(Mono.error(new IllegalStateException("no")))))
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void laterTasksRunOnTheContextAndNotTooEarly() {
        long start = System.nanoTime();

        Boolean onContext =
                Mono.delay(Duration.ofMillis(50), here.scheduler())
                        .map(tick -> context.equals(Vertx.currentContext()))
                        .block(PATIENCE);

        assertThat(onContext).isTrue();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(50_000_000);
    }

    @Test
    void periodicTasksRunUntilTheyAreDisposedOf() {
        List<Long> ticks =
                Flux.interval(Duration.ofMillis(2), here.scheduler())
                        .take(5)
                        .collectList()
                        .block(PATIENCE);

        assertThat(ticks).containsExactly(0L, 1L, 2L, 3L, 4L);
    }

    @Test
    void aWorkerRunsItsTasksInOrderAndNoneOnceItIsDisposedOf() throws Exception {
        Scheduler.Worker worker = here.scheduler().createWorker();
        List<Integer> ran = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(100);
        IntStream.range(0, 100)
                .forEach(
                        i ->
                                worker.schedule(
                                        () -> {
                                            ran.add(i);
                                            done.countDown();
                                        }));
        assertThat(done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

        AtomicInteger late = new AtomicInteger();
        Disposable pending = worker.schedule(late::incrementAndGet, 1, TimeUnit.MINUTES);
        Disposable periodic =
                worker.schedulePeriodically(late::incrementAndGet, 1, 1, TimeUnit.MINUTES);
        worker.dispose();

        assertThat(ran).isEqualTo(IntStream.range(0, 100).boxed().toList());
        assertThat(worker.isDisposed()).isTrue();
        assertThat(pending.isDisposed()).isTrue();
        assertThat(periodic.isDisposed()).isTrue();
        assertThatThrownBy(() -> worker.schedule(late::incrementAndGet))
                .isInstanceOf(RejectedExecutionException.class);
        assertThat(late).hasValue(0);
    }
}
