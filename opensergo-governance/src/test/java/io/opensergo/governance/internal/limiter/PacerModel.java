package io.opensergo.governance.internal.limiter;

import java.util.ArrayList;
import java.util.List;

/** What {@link Pacer} says of itself, with a list of the places in the line, for one thread. */
final class PacerModel {

    private static final long DELAY = 10 * Times.SECOND;

    /** The line, the earliest place first. */
    private final List<Place> line = new ArrayList<>();

    private long interval;
    private long timeout;
    private long longestTimeout;

    /** A place; free if its request has left. */
    private static final class Place {

        private final long time;
        private long gap;
        private boolean free;

        Place(long time) {
            this.time = time;
        }
    }

    PacerModel(long interval, long timeout) {
        edit(interval, timeout);
    }

    void edit(long newInterval, long newTimeout) {
        interval = roundedUp(newInterval);
        timeout = newTimeout + Pacer.RESOLUTION - 1;
        longestTimeout = Math.max(longestTimeout, newTimeout);
    }

    /** Returns the wait; {@link Pacer#REFUSED} if the request is refused. */
    long tryAcquire(long now) {
        if (interval == 0) {
            return 0;
        }
        if (!line.isEmpty() && last().time - now > longestTimeout + DELAY) {
            line.clear();
        }
        if (line.isEmpty() || last().time + interval - now <= 0) {
            line.add(new Place(now));
            return 0;
        }
        for (Place place : line) {
            boolean fits = place.time - now >= 0 && place.time - now <= timeout;
            if (place.free && fits && place.gap >= interval) {
                place.free = false;
                return place.time - now;
            }
        }
        if (last().time + interval - now > timeout) {
            return Pacer.REFUSED;
        }
        line.add(new Place(roundedUp(last().time + interval)));
        return last().time - now;
    }

    /** Takes back a place; if the last ones are free then, the line ends where they began. */
    void leave(long now, long time) {
        if (interval == 0 || time - now > longestTimeout + DELAY) {
            return;
        }
        for (Place place : line) {
            if (place.time == time && !place.free) {
                place.free = true;
                place.gap = interval;
                break;
            }
        }
        while (!line.isEmpty() && last().free) {
            Place left = line.remove(line.size() - 1);
            long end = left.time - left.gap;
            if (line.isEmpty() || last().time - end < 0) {
                line.add(new Place(end));
            }
        }
    }

    private static long roundedUp(long time) {
        long part = Math.floorMod(time, Pacer.RESOLUTION);
        return part == 0 ? time : time + Pacer.RESOLUTION - part;
    }

    private Place last() {
        return line.get(line.size() - 1);
    }
}
