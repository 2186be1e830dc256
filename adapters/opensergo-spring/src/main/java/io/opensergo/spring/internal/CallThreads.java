package io.opensergo.spring.internal;

import io.micrometer.context.ContextSnapshotFactory;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.ClassUtils;

/**
 * Threads for blocking calls that have a time limit, which no interceptor can end on the thread of
 * the caller, and for copies of calls. They take the caller's thread locals along if Micrometer's
 * context propagation is there; as many as {@value #MAX} at most, made when needed.
 */
public final class CallThreads {

    static final int MAX = 1_000;

    private static final long IDLE_SECONDS = 60;
    private static final boolean PROPAGATES =
            ClassUtils.isPresent(
                    "io.micrometer.context.ContextSnapshotFactory",
                    CallThreads.class.getClassLoader());
    private static final Logger LOG = LoggerFactory.getLogger(CallThreads.class);

    private final ThreadPoolExecutor threads;
    private final AtomicBoolean warned = new AtomicBoolean();

    /** Makes them, none at first. */
    public CallThreads() {
        this(MAX);
    }

    CallThreads(int max) {
        var count = new AtomicInteger();
        threads =
                new ThreadPoolExecutor(
                        0,
                        max,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new SynchronousQueue<>(),
                        task -> {
                            var thread =
                                    new Thread(task, "opensergo-call-" + count.incrementAndGet());
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /** A call that blocks. */
    @FunctionalInterface
    public interface Call<R> {

        /** Makes it. */
        R make() throws IOException;
    }

    /** Snapshots of thread locals; apart, since what makes them may be absent. */
    private static final class Propagation {

        private static final ContextSnapshotFactory SNAPSHOTS =
                ContextSnapshotFactory.builder().build();

        static Runnable with(Runnable task) {
            return SNAPSHOTS.captureAll().wrap(task);
        }
    }

    /**
     * Makes a call within a time. If there is no thread for it, it is made on this one, without a
     * limit.
     *
     * @param late gets what comes after the time is over
     * @throws SocketTimeoutException if it takes longer, and its thread is interrupted
     * @throws InterruptedIOException if this thread is interrupted
     */
    public <R> R within(long nanos, String limit, Call<R> call, Consumer<R> late)
            throws IOException {
        var answer = new CompletableFuture<R>();
        Future<?> task;
        try {
            task = submit(() -> complete(answer, call, late));
        } catch (RejectedExecutionException e) {
            if (warned.compareAndSet(false, true)) {
                LOG.warn(
                        "{} calls are held up on their threads: further ones are made without the"
                                + " time limits of their routes, which is said once. Give the"
                                + " client a read time-out.",
                        threads.getMaximumPoolSize());
            }
            return call.make();
        }
        return await(answer, nanos, limit, task);
    }

    /** Runs a task that blocks. */
    public Future<?> submit(Runnable task) {
        return threads.submit(PROPAGATES ? Propagation.with(task) : task);
    }

    private static <R> void complete(CompletableFuture<R> answer, Call<R> call, Consumer<R> late) {
        try {
            R result = call.make();
            if (!answer.complete(result)) {
                late.accept(result);
            }
        } catch (Throwable e) { // the caller gets it
            answer.completeExceptionally(e);
        }
    }

    private static <R> R await(
            CompletableFuture<R> answer, long nanos, String limit, Future<?> task)
            throws IOException {
        try {
            return answer.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            giveUp(answer, task, new SocketTimeoutException("no response within " + limit));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            var interrupted = new InterruptedIOException("interrupted while a call was made");
            interrupted.initCause(e);
            giveUp(answer, task, interrupted);
        } catch (ExecutionException e) {
            throw causeOf(e);
        }
        try {
            return answer.get(); // it came at the last moment, or is the failure that was set here
        } catch (ExecutionException e) {
            throw causeOf(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("a completed future does not wait", e);
        }
    }

    private static void giveUp(CompletableFuture<?> answer, Future<?> task, IOException reason) {
        if (answer.completeExceptionally(reason)) {
            task.cancel(true);
        }
    }

    private static IOException causeOf(ExecutionException failure) {
        Throwable cause = failure.getCause();
        if (cause instanceof IOException e) {
            return e;
        }
        if (cause instanceof RuntimeException e) {
            throw e;
        }
        if (cause instanceof Error e) {
            throw e;
        }
        return new IOException(cause);
    }
}
