package io.opensergo.governance.internal.limiter;

/**
 * The sealed parts of a sliding window, the oldest first; immutable.
 *
 * <p>A part is its time, from which it ages, and its counts. Times never decrease, so parts expire
 * in their order. Only what has been counted is kept, so there are never more parts than fit into
 * the window.
 */
final class History {

    static final History NONE = new History(new long[0], new long[0], 0);

    /** Longer ago than anything that counts. */
    private static final long AGES = 1L << 62;

    private final long[] times;
    private final long[] counts;

    /** What happened until then is not known any more. */
    private final long forgottenUntil;

    private History(long[] times, long[] counts, long forgottenUntil) {
        this.times = times;
        this.counts = counts;
        this.forgottenUntil = forgottenUntil;
    }

    /** Returns a history of which nothing has been forgotten. */
    static History beginningAt(long now) {
        return new History(new long[0], new long[0], now - AGES);
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
        long forgotten = first == 0 ? forgottenUntil : times[first - 1];
        if (count != 0 && !add) {
            forgotten = time;
        }
        long[] newTimes = new long[size];
        long[] newCounts = new long[size];
        System.arraycopy(times, first, newTimes, 0, kept);
        System.arraycopy(counts, first, newCounts, 0, kept);
        if (add) {
            newTimes[kept] = time;
            newCounts[kept] = count;
        }
        return new History(newTimes, newCounts, forgotten);
    }

    /** Whether the part in which a request of a time was counted has been forgotten. */
    boolean hasForgotten(long time) {
        return time - forgottenUntil <= 0;
    }

    /**
     * Returns the index of the part in which a request of a time was counted, if that is not the
     * newest part; else the size. An older part is possible if the thread was held up.
     */
    int indexOf(long time) {
        int index = 0;
        while (index < times.length && times[index] - time < 0) {
            index++;
        }
        return index;
    }

    /** Returns this history with one count less in a part. */
    History withOneLess(int index) {
        long[] newCounts = counts.clone();
        newCounts[index]--;
        return new History(times, newCounts, forgottenUntil);
    }

    /** Returns a history in which everything has just happened. */
    History restartedAt(long now, long more) {
        long sum = more;
        for (long count : counts) {
            sum += count;
        }
        long[] newTimes = sum == 0 ? new long[0] : new long[] {now};
        return new History(newTimes, sum == 0 ? newTimes : new long[] {sum}, now);
    }

    /** Returns this history, of which nothing is known before a time. */
    History forgettingUntil(long time) {
        return new History(times, counts, time);
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
