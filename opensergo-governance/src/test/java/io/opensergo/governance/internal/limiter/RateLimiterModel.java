package io.opensergo.governance.internal.limiter;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@link RateLimiter} says of itself, in lists, for one thread. */
final class RateLimiterModel {

    private static final long SET_BACK = 10 * Times.SECOND;

    /** The parts that count, the oldest first; requests are counted in the last. */
    private final List<Part> parts = new ArrayList<>();

    private long limit;
    private long window;
    private long admitted;

    RateLimiterModel(long limit, long window) {
        edit(limit, window);
    }

    void edit(long newLimit, long newWindow) {
        limit = newLimit;
        window = newWindow;
    }

    /** Returns the part that a request was counted in; {@code null} if it was refused. */
    @Nullable Part tryAcquire(long now) {
        long time = effectiveTime(now);
        if (parts.isEmpty() || newest().length != length() || newest().hasEndedBy(time)) {
            begin(time);
        }
        if (sum() >= limit && parts.get(0).isForgotten(time, window)) {
            begin(time);
        }
        if (sum() >= limit) {
            return null;
        }
        Part part = newest();
        part.count++;
        part.last = later(part.last, part.ageFrom(time));
        admitted++;
        return part;
    }

    void giveBack(Part part) {
        if (newest() == part) {
            part.count--;
            admitted--;
        }
    }

    long admitted() {
        return admitted;
    }

    private long effectiveTime(long now) {
        if (parts.isEmpty() || now - newest().begin >= 0) {
            return now;
        }
        if (newest().begin - now < Math.max(window, SET_BACK)) {
            return newest().begin;
        }
        Part all = new Part(now, length(), now);
        all.count = sum();
        parts.clear();
        parts.add(all);
        begin(now);
        return now;
    }

    private void begin(long time) {
        parts.removeIf(part -> part.count == 0 || part.isForgotten(time, window));
        parts.add(new Part(time, length(), parts.isEmpty() ? time : newest().last));
    }

    private static long later(long one, long other) {
        return one - other > 0 ? one : other;
    }

    private long length() {
        return Math.max(1, window / 16);
    }

    private long sum() {
        return parts.stream().mapToLong(part -> part.count).sum();
    }

    private Part newest() {
        return parts.get(parts.size() - 1);
    }

    static final class Part {

        private final long begin;
        private final long length;
        private final long unit;
        private long count;
        private long last;

        private Part(long begin, long length, long last) {
            this.begin = begin;
            this.last = last;
            this.length = length;
            long smallest = 1;
            while (length / smallest >= 1 << 20) {
                smallest *= 2;
            }
            unit = smallest;
        }

        private boolean hasEndedBy(long time) {
            return time - begin >= length;
        }

        private boolean isForgotten(long time, long window) {
            return time - last >= window;
        }

        /** A time in a part is rounded up to the end of a unit, or to that of the part. */
        private long ageFrom(long time) {
            return begin + Math.min(length, ((time - begin) / unit + 1) * unit) - 1;
        }
    }
}
