package io.opensergo.governance;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * How what has to wait does so: by the clock of the system, or by the time of a test.
 *
 * <p>Off the path of requests that do not wait: their decisions ask the ticker alone.
 */
final class RequestWaits {

    private final @Nullable TimeSource time;
    private final Scheduler background;

    /**
     * Takes how to wait.
     *
     * @param time {@code null} for the clock of the system
     * @param background for what is done again and again; it may block
     */
    RequestWaits(@Nullable TimeSource time, Scheduler background) {
        this.time = time;
        this.background = background;
    }

    /** Waits on this thread for so long, or for less, as when it is interrupted. */
    void park(Object blocker, long nanos) {
        if (time == null) {
            LockSupport.parkNanos(blocker, nanos);
        } else {
            time.park(blocker, nanos);
        }
    }

    /**
     * Subscribes to a publisher later.
     *
     * @throws java.util.concurrent.RejectedExecutionException if there is no thread for it any more
     */
    Disposable subscribeLater(Runnable task, long nanos) {
        Scheduler scheduler = time == null ? Schedulers.parallel() : time.scheduler();
        return scheduler.schedule(task, nanos, TimeUnit.NANOSECONDS);
    }

    /** Calls for a stage later, on a thread that it may block. */
    Disposable callLater(Runnable task, long nanos) {
        if (time != null) {
            return time.scheduler().schedule(task, nanos, TimeUnit.NANOSECONDS);
        }
        // Cancelling it takes it out of the queue of timers.
        var timer = new CompletableFuture<@Nullable Void>();
        timer.completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS);
        Future<?> unused = timer.thenRunAsync(task);
        return () -> timer.cancel(false);
    }

    /** Does something again and again until it is disposed of. */
    Disposable repeat(Runnable task, Duration interval) {
        long millis = interval.toMillis();
        return background.schedulePeriodically(task, millis, millis, TimeUnit.MILLISECONDS);
    }

    /** Counts intervals. */
    Flux<Long> ticks(Duration interval) {
        return time == null ? Flux.interval(interval) : Flux.interval(interval, time.scheduler());
    }
}
