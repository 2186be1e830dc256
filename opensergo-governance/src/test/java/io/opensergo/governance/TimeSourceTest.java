package io.opensergo.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.api.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A governor with a time source waits for nothing by the clock of the system. */
class TimeSourceTest {

    /** A wait on a thread moves it on. */
    private static final class VirtualTime implements TimeSource {

        private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();
        private final List<Duration> parked = new ArrayList<>();

        @Override
        public long nanos() {
            return scheduler.now(TimeUnit.NANOSECONDS);
        }

        @Override
        public void park(Object blocker, long nanos) {
            parked.add(Duration.ofNanos(nanos));
            scheduler.advanceTimeBy(Duration.ofNanos(nanos));
        }

        @Override
        public Scheduler scheduler() {
            return scheduler;
        }
    }

    private static final Duration INTERVAL = Duration.ofHours(1);

    private final VirtualTime time = new VirtualTime();
    private final AtomicInteger instances = new AtomicInteger(2);
    private final List<String> guards = new ArrayList<>();
    private final Governor governor =
            Governor.builder()
                    .rules(
                            Rules.on(
                                    "GET:/x",
                                    Rules.throttling("hourly", INTERVAL, INTERVAL.multipliedBy(9))))
                    .time(time)
                    .instances(instances::get)
                    .onGuard(guard -> guards.add(guard.toString()))
                    .build();
    private final Guard guard = governor.guard("GET:/x");

    @AfterEach
    void close() {
        governor.close();
        time.scheduler.dispose();
    }

    @Test
    void throttledCallWaitsOnIt() throws Exception {
        guard.run(() -> {});
        guard.run(() -> {});
        guard.awaitUninterruptibly(guard.acquire());

        assertThat(time.parked).containsExactly(INTERVAL, INTERVAL);
    }

    @Test
    void throttledMonoAndStageGoOnWhenItHasPassed() {
        List<String> made = new ArrayList<>();
        guard.protect(Mono.fromRunnable(() -> made.add("at once"))).subscribe();
        guard.protect(Mono.fromRunnable(() -> made.add("mono"))).subscribe();
        CompletionStage<String> stage =
                guard.callStage(() -> CompletableFuture.completedFuture("stage"));

        time.scheduler.advanceTimeBy(INTERVAL);
        assertThat(made).containsExactly("at once", "mono");
        assertThat(stage.toCompletableFuture()).isNotDone();
        time.scheduler.advanceTimeBy(INTERVAL);
        assertThat(stage.toCompletableFuture()).isCompletedWithValue("stage");
    }

    @Test
    void stageThatIsGivenUpWhileItWaitsIsNotMade() {
        guard.protect(Mono.empty()).subscribe();
        AtomicInteger made = new AtomicInteger();
        CompletionStage<Integer> stage =
                guard.callStage(() -> CompletableFuture.completedFuture(made.incrementAndGet()));

        stage.toCompletableFuture().cancel(false);
        time.scheduler.advanceTimeBy(INTERVAL.multipliedBy(5));

        assertThat(made).hasValue(0);
    }

    @Test
    void instancesAreCountedByItAndStatsComeByIt() {
        List<Integer> stats = new ArrayList<>();
        governor.stats(INTERVAL).subscribe(all -> stats.add(all.size()));
        instances.set(3);

        time.scheduler.advanceTimeBy(Duration.ofSeconds(1));
        assertThat(governor.engine().instances()).isEqualTo(3);
        time.scheduler.advanceTimeBy(INTERVAL);
        assertThat(stats).containsExactly(1);
    }

    @Test
    void guardsThatAreAskedForAreTold() {
        governor.guard("GET:/y", TrafficDirection.OUTBOUND);

        assertThat(guards).containsExactly("Guard[GET:/x]", "Guard[GET:/y, outbound]");
    }

    @Test
    void tickerThatIsSetLaterTakesItsPlace() {
        var ticker = new ManualTicker();
        try (Governor other = Governor.builder().time(time).ticker(ticker).build()) {
            assertThat(other.engine().ticker()).isSameAs(ticker);
        }
    }

    @Test
    void whatAListenerOfGuardsThrowsTheGovernorThrows() {
        try (Governor other =
                Governor.builder()
                        .onGuard(
                                asked -> {
                                    throw new IllegalStateException("not " + asked.resource());
                                })
                        .build()) {
            assertThatThrownBy(() -> other.guard("this")).hasMessage("not this");
        }
    }
}
