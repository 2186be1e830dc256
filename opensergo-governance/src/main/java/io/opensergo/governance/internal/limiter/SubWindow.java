package io.opensergo.governance.internal.limiter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The newest part of a sliding window, in which is being counted, and the parts before it.
 *
 * <p>All counts of this part are in one word, so that a compare-and-set changes them together. To
 * move on, a thread seals the word, which ends all counting here, makes the successor from what the
 * word then says, and puts it in place by compare-and-set. A thread that meets a sealed word does
 * the same and need not wait for the one that sealed it: the word no longer changes, so each of
 * them makes a successor of the same counts, and exactly one gets it in place.
 *
 * <p>Memory order: the fields are final, and the owner publishes the object by compare-and-set. The
 * word is volatile; its sign bit, once set, is never cleared.
 */
abstract class SubWindow {

    private static final long SEAL = Long.MIN_VALUE;
    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(SubWindow.class, "word", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** When it begins, in nanoseconds of the ticker. */
    final long start;

    /** How long it may last, in nanoseconds. */
    final long length;

    /** The parts before it that have not expired. */
    final History past;

    private volatile long word;

    SubWindow(long start, long length, History past) {
        this(start, length, past, 0);
    }

    SubWindow(long start, long length, History past, long word) {
        this.start = start;
        this.length = length;
        this.past = past;
        this.word = word;
    }

    /** Returns whether a time lies in it, which one before its start does not. */
    final boolean contains(long now) {
        return Long.compareUnsigned(now - start, length) < 0;
    }

    /** Returns the counts; negative if sealed. */
    final long word() {
        return word;
    }

    /** Replaces the counts; fails if they have changed or are sealed. */
    final boolean replace(long expected, long counts) {
        return WORD.compareAndSet(this, expected, counts);
    }

    /** Ends all counting here and returns the final counts. */
    final long seal() {
        return (long) WORD.getAndBitwiseOr(this, SEAL) & ~SEAL;
    }

    /** Returns the counts, whether sealed or not. */
    final long counts() {
        return word & ~SEAL;
    }
}
