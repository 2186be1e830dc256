package io.opensergo.rulefiles;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads that follow one directory: one that polls, and some for files that take long. */
final class DirectoryThreads implements RuleDirectory.Following {

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryThreads.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final int SLOW_READERS = 2;
    private static final int IDLE_SECONDS = 5;

    private final String name;
    private final ScheduledExecutorService poller;
    private final ThreadPoolExecutor slowReader;
    private volatile @Nullable Thread scanning;

    DirectoryThreads(String name) {
        this.name = name;
        poller = Executors.newSingleThreadScheduledExecutor(this::thread);
        slowReader =
                new ThreadPoolExecutor(
                        SLOW_READERS,
                        SLOW_READERS,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        this::thread);
        slowReader.allowCoreThreadTimeOut(true);
    }

    /** Returns two threads that end when they have had nothing to read for a while. */
    Executor slowReader() {
        return slowReader;
    }

    /** Runs a scan again and again, whatever comes of one. */
    void poll(Runnable scan, Duration interval) {
        Future<?> unused =
                poller.scheduleWithFixedDelay(
                        () -> run(scan),
                        interval.toNanos(),
                        interval.toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    /** The process may want to end after an error that it cannot recover from. */
    private void run(Runnable scan) {
        scanning = Thread.currentThread();
        try {
            scan.run();
        } catch (RuntimeException e) {
            LOG.error("Scanning {} failed; it goes on the next time", name, e);
        } catch (Error e) {
            LOG.error("Scanning {} failed; it goes on the next time", name, e);
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        } finally {
            scanning = null;
        }
    }

    /** A listener that closes what tells it would wait for itself. */
    @Override
    public void close() {
        poller.shutdown();
        if (scanning != Thread.currentThread()) {
            awaitEnd();
        }
        slowReader.shutdown();
    }

    private void awaitEnd() {
        try {
            if (!poller.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                poller.shutdownNow();
            }
        } catch (InterruptedException e) {
            poller.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private Thread thread(Runnable task) {
        var thread = new Thread(task, "opensergo-" + name);
        thread.setDaemon(true);
        return thread;
    }
}
