package io.opensergo.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** What this process keeps and what it allocates. */
final class Heap {

    private static final int COLLECTIONS = 4;

    private Heap() {}

    /**
     * Returns how many bytes a full collection leaves. Collects several times, since references
     * that are cleared late free more each time.
     */
    static long used() throws InterruptedException {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(200);
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Returns how many bytes the threads that are alive have allocated since they started. */
    static long allocated() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }
}
