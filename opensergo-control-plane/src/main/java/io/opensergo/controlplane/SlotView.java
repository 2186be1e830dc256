package io.opensergo.controlplane;

import io.opensergo.controlplane.CountRing.Count;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Counts as they are seen at one moment. Guarded by the lock of {@link Decisions}.
 *
 * @param now in nanoseconds since the control plane began to count
 * @param since when reports began without a break
 * @param reported which slots there were reports in, the oldest first
 */
record SlotView(long now, long since, BitSet reported) {

    private long slot() {
        return Span.slotOf(now);
    }

    /** Returns what comes in a second, as of the last five to ten seconds. */
    double perSecond(CountRing counts, Count count) {
        long begins = Math.max(since, (slot() - 1) * Span.SLOT_NANOS);
        double seconds = Math.max(1, (now - begins) / 1e9);
        return ((double) counts.get(count, slot()) + counts.get(count, slot() - 1)) / seconds;
    }

    /** Returns how many requests came in a second of the busiest slot. */
    double peakPerSecond(CountRing counts) {
        long peak = 0;
        for (long each = slot() - Span.SLOTS + 1; each < slot(); each++) {
            peak =
                    Math.max(
                            peak,
                            (long) counts.get(Count.PASSED, each)
                                    + counts.get(Count.REFUSED, each));
        }
        return Math.max(
                (double) peak / Span.SLOT_SECONDS,
                perSecond(counts, Count.PASSED) + perSecond(counts, Count.REFUSED));
    }

    long sum(CountRing counts, Count count) {
        long sum = 0;
        for (long each = slot() - Span.SLOTS + 1; each <= slot(); each++) {
            sum += counts.get(count, each);
        }
        return sum;
    }

    List<DecisionHistory.Point> points(CountRing counts) {
        List<DecisionHistory.Point> points = new ArrayList<>(Span.SLOTS);
        for (int i = 0; i < Span.SLOTS; i++) {
            long each = slot() - Span.SLOTS + 1 + i;
            points.add(
                    new DecisionHistory.Point(
                            reported.get(i),
                            counts.get(Count.PASSED, each),
                            counts.get(Count.REFUSED, each),
                            counts.get(Count.SHADOW_REFUSED, each),
                            counts.get(Count.FAILED, each),
                            counts.get(Count.SLOW, each),
                            counts.get(Count.WAITED_MILLIS, each)));
        }
        return points;
    }
}
