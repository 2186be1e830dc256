package io.opensergo.governance.internal.limiter;

/**
 * The sealed parts of a sliding window, the oldest first; immutable.
 *
 * <p>A part is its time, from which it ages, and its counts. Times never decrease, so parts expire
 * in their order. Only what has been counted is kept, so there are never more parts than fit into
 * the window.
 */
final class History {

    static final History NONE = new History(new long[0], new long[0]);

    private final long[] times;
    private final long[] counts;

    private History(long[] times, long[] counts) {
        this.times = times;
        this.counts = counts;
    }

    int size() {
        return times.length;
    }

    long time(int index) {
        return times[index];
    }

    long count(int index) {
        return counts[index];
    }

    /** Returns whether the oldest part is at least this old. */
    boolean hasOlderThan(long age, long now) {
        return times.length > 0 && now - times[0] >= age;
    }

    /** Returns a time, or that of the newest part if that is later. */
    long notBefore(long time) {
        int size = times.length;
        return size > 0 && times[size - 1] - time > 0 ? times[size - 1] : time;
    }

    /** Returns this history with one more part, and without those that are at least this old. */
    History with(long time, long count, long age, long now) {
        int first = 0;
        while (first < times.length && now - times[first] >= age) {
            first++;
        }
        boolean add = count != 0 && now - time < age;
        int kept = times.length - first;
        int size = kept + (add ? 1 : 0);
        if (size == 0) {
            return NONE;
        }
        long[] newTimes = new long[size];
        long[] newCounts = new long[size];
        System.arraycopy(times, first, newTimes, 0, kept);
        System.arraycopy(counts, first, newCounts, 0, kept);
        if (add) {
            newTimes[kept] = time;
            newCounts[kept] = count;
        }
        return new History(newTimes, newCounts);
    }

    /** Returns a history in which everything has just happened. */
    History restartedAt(long now, long more) {
        long sum = more;
        for (long count : counts) {
            sum += count;
        }
        return sum == 0 ? NONE : new History(new long[] {now}, new long[] {sum});
    }

    /** Returns the sum of all counts, field by field if they are packed. */
    long sum() {
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return sum;
    }
}
