package io.opensergo.benchmarks;

import java.util.Arrays;
import java.util.Collection;
import java.util.concurrent.TimeUnit;

/** Measured times, of which the percentiles tell more than a mean. */
final class Times {

    private final long[] sortedNanos;

    private Times(long[] sortedNanos) {
        this.sortedNanos = sortedNanos;
    }

    static Times ofNanos(Collection<Long> nanos) {
        return ofNanos(nanos.stream().mapToLong(Long::longValue).toArray());
    }

    static Times ofNanos(long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Times(sorted);
    }

    /** Returns the time that so many percent of the times do not exceed, in milliseconds. */
    double percentile(double percent) {
        if (sortedNanos.length == 0) {
            return Double.NaN;
        }
        int rank = (int) Math.ceil(percent / 100 * sortedNanos.length);
        return sortedNanos[Math.max(0, rank - 1)] / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }

    /** Returns the greatest number of times that lie within one slot of so many milliseconds. */
    int peak(long slotMillis) {
        long slotNanos = TimeUnit.MILLISECONDS.toNanos(slotMillis);
        int peak = 0;
        int first = 0;
        for (int last = 0; last < sortedNanos.length; last++) {
            while (sortedNanos[last] - sortedNanos[first] >= slotNanos) {
                first++;
            }
            peak = Math.max(peak, last - first + 1);
        }
        return peak;
    }

    /** Returns how many times lie in each slot of so many milliseconds, one line a slot. */
    String histogram(long slotMillis) {
        long slotNanos = TimeUnit.MILLISECONDS.toNanos(slotMillis);
        var text = new StringBuilder();
        int next = 0;
        for (long slot = 0; next < sortedNanos.length; slot++) {
            int first = next;
            while (next < sortedNanos.length && sortedNanos[next] < (slot + 1) * slotNanos) {
                next++;
            }
            text.append("%8d ms %6d%n".formatted(slot * slotMillis, next - first));
        }
        return text.toString();
    }

    /** Returns for example {@code p50 12.0 ms, p99 90.1 ms, max 95.0 ms of 100}. */
    @Override
    public String toString() {
        return "p50 %,.1f ms, p90 %,.1f ms, p99 %,.1f ms, max %,.1f ms of %,d"
                .formatted(
                        percentile(50),
                        percentile(90),
                        percentile(99),
                        percentile(100),
                        sortedNanos.length);
    }
}
