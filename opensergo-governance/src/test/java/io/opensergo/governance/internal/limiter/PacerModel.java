package io.opensergo.governance.internal.limiter;

import java.util.ArrayList;
import java.util.List;

/** What {@link Pacer} says of itself, with a list of the places in the line, for one thread. */
final class PacerModel {

    private static final long DELAY = 10 * Times.SECOND;

    private final List<Long> places = new ArrayList<>();
    private long interval;
    private long timeout;
    private long longestTimeout;

    PacerModel(long interval, long timeout) {
        edit(interval, timeout);
    }

    void edit(long newInterval, long newTimeout) {
        interval = newInterval;
        timeout = newTimeout;
        longestTimeout = Math.max(longestTimeout, newTimeout);
    }

    /** Returns the wait; {@link Pacer#REFUSED} if the request is refused. */
    long tryAcquire(long now) {
        if (interval == 0) {
            return 0;
        }
        if (!places.isEmpty() && last() - now > longestTimeout + DELAY) {
            places.clear();
        }
        long place = now;
        if (!places.isEmpty() && last() + interval - now > 0) {
            place = last() + interval;
        }
        if (place - now > timeout) {
            return Pacer.REFUSED;
        }
        places.add(place);
        return place - now;
    }

    private long last() {
        return places.get(places.size() - 1);
    }
}
