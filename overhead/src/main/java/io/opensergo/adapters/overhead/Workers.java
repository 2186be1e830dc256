package io.opensergo.adapters.overhead;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that make synchronous requests one after the other. */
final class Workers implements AutoCloseable {

    private final int count;
    private final ExecutorService threads;

    Workers(int count) {
        this.count = count;
        this.threads = Executors.newFixedThreadPool(count);
    }

    /** Makes requests for a while and returns how many returned true. */
    long run(Duration time, Callable<Boolean> request) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        List<Future<Long>> counts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            counts.add(threads.submit(() -> runUntil(end, request)));
        }
        long sum = 0;
        for (Future<Long> each : counts) {
            sum += each.get();
        }
        return sum;
    }

    private static long runUntil(long end, Callable<Boolean> request) throws Exception {
        long succeeded = 0;
        while (System.nanoTime() - end < 0) {
            if (request.call()) {
                succeeded++;
            }
        }
        return succeeded;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
