package io.opensergo.governance.internal.limiter;

/**
 * The places of a {@link Pacer}'s line that requests have left, the earliest first; immutable.
 *
 * <p>Each has the gap to the place before it, which the place behind it keeps as well: so whoever
 * wants no larger gap can have the place. There are never more than were waited for at one time,
 * since those who come take the earliest of them before the line gets longer.
 */
final class FreePlaces {

    static final FreePlaces NONE = new FreePlaces(new long[0], new long[0]);

    private final long[] places;
    private final long[] gaps;

    private FreePlaces(long[] places, long[] gaps) {
        this.places = places;
        this.gaps = gaps;
    }

    int size() {
        return places.length;
    }

    long place(int index) {
        return places[index];
    }

    long gap(int index) {
        return gaps[index];
    }

    /** Returns the index of the earliest place that is not past and has such a gap, or -1. */
    int firstFrom(long now, long gap) {
        for (int i = 0; i < places.length; i++) {
            if (places[i] - now >= 0 && gaps[i] >= gap) {
                return i;
            }
        }
        return -1;
    }

    /** Returns whether the last one is this place. */
    boolean endsWith(long place) {
        return places.length > 0 && places[places.length - 1] == place;
    }

    /** Returns these and one more, without those before it that mean nothing any more. */
    FreePlaces with(long place, long gap, long now) {
        int at = indexOf(place);
        int first = Math.min(firstThatMatters(now), at);
        long[] newPlaces = new long[places.length - first + 1];
        long[] newGaps = new long[newPlaces.length];
        System.arraycopy(places, first, newPlaces, 0, at - first);
        System.arraycopy(gaps, first, newGaps, 0, at - first);
        newPlaces[at - first] = place;
        newGaps[at - first] = gap;
        System.arraycopy(places, at, newPlaces, at - first + 1, places.length - at);
        System.arraycopy(gaps, at, newGaps, at - first + 1, places.length - at);
        return new FreePlaces(newPlaces, newGaps);
    }

    /** Returns these without one of them, nor those before it that mean nothing any more. */
    FreePlaces without(int index, long now) {
        int first = Math.min(firstThatMatters(now), index);
        int size = places.length - first - 1;
        if (size == 0) {
            return NONE;
        }
        long[] newPlaces = new long[size];
        long[] newGaps = new long[size];
        System.arraycopy(places, first, newPlaces, 0, index - first);
        System.arraycopy(gaps, first, newGaps, 0, index - first);
        System.arraycopy(places, index + 1, newPlaces, index - first, places.length - index - 1);
        System.arraycopy(gaps, index + 1, newGaps, index - first, places.length - index - 1);
        return new FreePlaces(newPlaces, newGaps);
    }

    /** A past place matters for as long as whoever comes would have to wait for its gap. */
    private int firstThatMatters(long now) {
        int first = 0;
        while (first < places.length && places[first] + gaps[first] - now <= 0) {
            first++;
        }
        return first;
    }

    /** Returns the index at which a place is, or would be. */
    private int indexOf(long place) {
        int low = 0;
        int high = places.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (places[middle] - place < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
