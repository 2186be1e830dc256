package io.opensergo.governance.internal.load;

import java.util.List;
import java.util.function.LongSupplier;

/**
 * The share of the CPU in use: the greatest of several measures, on average over about the last
 * half second.
 *
 * <p>It takes the differences between its own readings of counters that only rise, so it does not
 * matter who else reads them. It has no thread: whoever asks makes it measure, and those who ask at
 * nearly the same time share one measurement. It need not be stopped, since nobody who asks means
 * nothing to do; after a pause it begins anew. Safe for use by many threads.
 */
public final class CpuMeter {

    /** Below this, the resolution of the counters (10 ms) would show. */
    private static final long SHORTEST = 50_000_000L;

    /** After so long a pause an average would tell of the past. */
    private static final long PAUSE = 5_000_000_000L;

    private static final double AVERAGED_NANOS = 500_000_000.0;

    private final List<CpuCounter> counters;
    private final LongSupplier clock;
    private boolean begun;
    private long measured;
    private double average = -1;

    CpuMeter(List<CpuCounter> counters, LongSupplier clock) {
        this.counters = List.copyOf(counters);
        this.clock = clock;
    }

    /** Returns the only meter of this process. */
    public static CpuMeter ofProcess() {
        return OfProcess.METER;
    }

    /**
     * Returns the share of the CPU in use, from 0 to 1; negative if it is not known, as it is not
     * when first asked and after a pause of seconds.
     */
    public synchronized double usage() {
        long now = clock.getAsLong();
        long passed = now - measured;
        if (!begun || passed > PAUSE) {
            read(passed);
            begun = true;
            measured = now;
            average = -1;
        } else if (passed >= SHORTEST) {
            double newest = read(passed);
            measured = now;
            average =
                    average < 0 || newest < 0
                            ? newest
                            : newest + (average - newest) * Math.exp(-passed / AVERAGED_NANOS);
        }
        return average;
    }

    private double read(long passed) {
        double most = -1;
        for (CpuCounter counter : counters) {
            double share = counter.sinceLast(passed);
            if (share > most) {
                most = Math.min(1, share);
            }
        }
        return most;
    }

    private static final class OfProcess {
        static final CpuMeter METER = new CpuMeter(CpuCounters.ofThisProcess(), System::nanoTime);
    }
}
