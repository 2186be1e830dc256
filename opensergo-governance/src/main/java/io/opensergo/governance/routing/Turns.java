package io.opensergo.governance.routing;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntSupplier;

/**
 * Takes instances in turn, each group of them in a turn of its own: with one turn for all, a
 * weighted walk over groups that has the same period would always meet the same instance of each.
 *
 * <p>A turn begins at random, or else processes that make few requests each would all burden the
 * first instance.
 *
 * <p>The turns are counters in a fixed array, found by a hash. Groups that share one still use all
 * of their instances, only less evenly; so there is nothing to look up, to lock or to clean when
 * rules change. Plain atomic increments; any thread.
 */
final class Turns {

    private static final int COUNTERS = 256;

    private final AtomicIntegerArray turns;

    Turns() {
        this(ThreadLocalRandom.current()::nextInt);
    }

    /** Begins its turns at given numbers. */
    Turns(IntSupplier first) {
        int[] counters = new int[COUNTERS];
        Arrays.setAll(counters, i -> first.getAsInt());
        turns = new AtomicIntegerArray(counters);
    }

    /** Returns the next of some instances, of which there is at least one. */
    <I> I next(List<I> instances, int hashOfGroup) {
        if (instances.size() == 1) {
            return instances.get(0);
        }
        int spread = hashOfGroup * 0x9E3779B9;
        int turn = turns.getAndIncrement(spread >>> 24);
        return instances.get(Math.floorMod(turn, instances.size()));
    }
}
